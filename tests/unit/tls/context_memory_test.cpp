// SPDX-License-Identifier: BSD-3-Clause
// Contexts and connections without memory. Where the engine's own can be made to fail, its support
// file (context_with_*.cpp) has the test.
#include "context_support.h"

using namespace evlet_test;

namespace evlet_test {

bool use_memory(event_base* base, const std::string& chain, const std::string& key,
                const std::string& ca) {
    evlet_tls_context* const context = engine.server();
    if (!context)
        return false;
    bool good = evlet_tls_context_set_certificate(context, chain.data(), chain.size(), key.data(),
                                                  key.size(), nullptr) == 0 &&
                evlet_tls_context_add_ca(context, ca.data(), ca.size()) == 0 &&
                evlet_tls_context_set_alpn(context, "h2,http/1.1") == 0;
    CHECK(good == (evlet_tls_context_get_error(context)[0] == 0));
    if (good) {
        SocketPair sockets;
        bufferevent* const bev = evlet_tls_socket_new(base, sockets[0], context, nullptr, 0);
        bufferevent* const other = evlet_tls_bevcb(base, context);
        good = bev && other;
        if (bev)
            bufferevent_free(bev);
        if (other)
            bufferevent_free(other);
        event_base_loop(base, EVLOOP_NONBLOCK);
    }
    evlet_tls_context_free(context);
    return good;
}

}  // namespace evlet_test

#if EVLET_MEM_HOOKS
TEST_CASE("each_allocation_of_evlet_may_fail") {
    FailingMemory memory;
    Base base;
    const std::string chain = vector("server.pem"), key = vector("server.key"), ca = vector("ca.pem");
    REQUIRE(use_memory(base, chain, key, ca));
    const long before = memory.outstanding();
    long nth = 1;
    for (;; ++nth) {
        REQUIRE(nth < 500);
        memory.fail_at(nth);
        const bool good = use_memory(base, chain, key, ca);
        const bool failed = memory.failed();
        memory.stop_failing();
        CHECK(memory.outstanding() == before);
        CHECK(engine.is_clean());
        if (!failed) {
            CHECK(good);
            break;
        }
        CHECK_FALSE(good);
    }
    CHECK(nth > 5);
}
#endif

TEST_CASE("bufferevent_for_evhttp_fails_for_want_of_memory") {
    Base base;
    const Context server(engine.server());  // no certificate: no connections
    errno = 0;
    CHECK(evlet_tls_bevcb(base, server) == nullptr);
    CHECK(errno == ENOMEM);
}
