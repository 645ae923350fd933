// SPDX-License-Identifier: BSD-3-Clause
// Memory: what a request costs, and what happens when there is none.
#include "http_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS
// One for what is received, one for the request, one for the body that the program makes.
TEST_CASE("a_request_in_steady_state_costs_three_allocations_at_most") {
    FailingMemory memory;
    Base base;
    HttpServer server(base);
    evbuffer* const body = evbuffer_new();
    server.on_request = [&](evhttp_request* request) {
        evbuffer_add(body, "Hello, World!", 13);
        evhttp_send_reply(request, 200, nullptr, body);
    };
    HttpPeer peer(base, server.port());
    const auto exchange = [&] {
        peer.text.clear();
        peer.send(kGet);
        REQUIRE(peer.gets("World!"));
    };
    for (int i = 0; i < 5; ++i)
        exchange();
    const long before = memory.allocations();
    const long held = memory.outstanding();
    for (int i = 0; i < 100; ++i) {
        peer.text.clear();
        send_some(peer.fd(), kGet);
        settle(base);
        peer.text += receive_all(peer.fd());
        REQUIRE(peer.text.find("World!") != std::string::npos);
    }
    CHECK(memory.allocations() - before <= 300);
    CHECK(memory.outstanding() <= held);
    evbuffer_free(body);
}

TEST_CASE("a_server_without_memory_for_one_request_answers_the_next") {
    FailingMemory memory;
    Base base;
    HttpServer server(base);
    for (const bool and_all_after : {false, true}) {
        for (int n = 1;; ++n) {
            REQUIRE(n < 60);
            CAPTURE(n);
            HttpPeer peer(base, server.port());
            memory.fail_at(n, and_all_after);
            send_some(peer.fd(), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "2\r\nab\r\n0\r\n\r\n");
            for (int i = 0; i < 10; ++i)
                pass(base);
            const bool met = memory.failed();
            memory.stop_failing();
            peer.close();
            CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
            HttpPeer next(base, server.port());
            next.send(kGet);
            CHECK(next.gets("ok"));
            next.close();
            CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
            if (!met)
                break;
        }
    }
}

TEST_CASE("a_client_without_memory_ends_each_request_once_and_leaks_nothing") {
    FailingMemory memory;
    Base base;
    HttpServer server(base);
    for (int n = 1;; ++n) {
        REQUIRE(n < 100);
        CAPTURE(n);
        evhttp_connection* const connection = evhttp_connection_base_new(
            base, nullptr, "127.0.0.1", static_cast<ev_uint16_t>(server.port()));
        REQUIRE(connection);
        int calls = 0;
        const auto count = [](evhttp_request*, void* counter) { ++*static_cast<int*>(counter); };
        evhttp_request* const request = evhttp_request_new(count, &calls);
        REQUIRE(request);
        memory.fail_at(n);
        const bool made = evhttp_make_request(connection, request, EVHTTP_REQ_GET, "/") == 0;
        for (int i = 0; i < 30; ++i)
            pass(base);
        const bool met = memory.failed();
        memory.stop_failing();
        if (made)
            CHECK(run_until(base, [&] { return calls == 1; }));
        else
            CHECK(calls == 0);
        evhttp_connection_free(connection);
        settle(base);
        CHECK(calls == (made ? 1 : 0));
        if (!met)
            break;
    }
}
#endif
