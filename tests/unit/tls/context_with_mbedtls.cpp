// SPDX-License-Identifier: BSD-3-Clause
#include <mbedtls/version.h>

#include "context_support.h"

namespace evlet_test {

const EngineUnderTest engine = {
    evlet_tls_mbedtls_client_new,
    evlet_tls_mbedtls_server_new,
    MBEDTLS_VERSION_NUMBER >= 0x03060000,
    false,
    false,
    [] { return true; },
    [](bufferevent*) {},
};

}  // namespace evlet_test
