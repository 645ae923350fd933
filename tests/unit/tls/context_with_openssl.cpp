// SPDX-License-Identifier: BSD-3-Clause
#include <event2/bufferevent_ssl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "context_support.h"

namespace evlet_test {
namespace {

long g_countdown;
bool g_failed;

bool fails() {
    if (g_countdown == 0 || --g_countdown > 0)
        return false;
    g_failed = true;
    return true;
}

void* allocate(size_t size, const char*, int) {
    return fails() ? nullptr : malloc(size);
}
void* resize(void* block, size_t size, const char*, int) {
    return fails() ? nullptr : realloc(block, size);
}
void release(void* block, const char*, int) {
    free(block);
}

// Before OpenSSL has allocated anything.
const int g_hooked = CRYPTO_set_mem_functions(allocate, resize, release);

bool fail_at(long nth) {
    g_countdown = nth;
    g_failed = false;
    return g_hooked == 1;
}

}  // namespace

const EngineUnderTest engine = {
    evlet_tls_openssl_client_new,
    evlet_tls_openssl_server_new,
    true,
    true,
    true,
    [] { return ERR_peek_error() == 0; },
    [](bufferevent* bev) {
        REQUIRE(SSL_set_max_proto_version(bufferevent_openssl_get_ssl(bev), TLS1_2_VERSION) == 1);
    },
    fail_at,
    [] { return g_failed; },
};

}  // namespace evlet_test
