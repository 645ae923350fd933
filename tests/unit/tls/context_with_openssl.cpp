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

// The n-th allocation from now fails; 0: none.
void fail_at(long nth) {
    g_countdown = nth;
    g_failed = false;
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
};

TEST_CASE("each_allocation_of_the_engine_may_fail") {
    REQUIRE(g_hooked == 1);
    Base base;
    const std::string chain = vector("server.pem"), key = vector("server.key"), ca = vector("ca.pem");
    REQUIRE(use_memory(base, chain, key, ca));
    // Reading keys makes thousands of them; of the later ones not each has a turn.
    long nth = 1;
    for (;; nth += 1 + nth / 64) {
        REQUIRE(nth < 50000);
        fail_at(nth);
        (void)use_memory(base, chain, key, ca);
        const bool failed = g_failed;
        fail_at(0);
        INFO(nth);
        CHECK(engine.is_clean());
        if (!failed)
            break;
    }
    CHECK(nth > 50);
}

}  // namespace evlet_test
