// SPDX-License-Identifier: BSD-3-Clause
#include <event2/bufferevent_ssl.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include "context_support.h"

#if MBEDTLS_VERSION_NUMBER >= 0x03060000 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
#define EVLET_TEST_TLS_1_3 1
#else
#define EVLET_TEST_TLS_1_3 0
#endif

namespace evlet_test {
namespace {

// Only configurations can be asked for it, which are shared and not to be changed any more.
void only_1_2(bufferevent* bev) {
#if EVLET_TEST_TLS_1_3
    bufferevent_mbedtls_get_ssl(bev)->MBEDTLS_PRIVATE(tls_version) = MBEDTLS_SSL_VERSION_TLS1_2;
#endif
    (void)bev;
}

}  // namespace

const EngineUnderTest engine = {
    evlet_tls_mbedtls_client_new,
    evlet_tls_mbedtls_server_new,
    EVLET_TEST_TLS_1_3,
    false,
    false,
    [] { return true; },
    only_1_2,
};

}  // namespace evlet_test
