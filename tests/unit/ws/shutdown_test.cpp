// SPDX-License-Identifier: BSD-3-Clause
// Sessions and the gentle end of their server.
#include "ws_support.h"

using namespace evlet_test;

TEST_CASE("a_server_that_shuts_down_begins_no_session") {
    for (const bool later : {false, true}) {
        Base base;
        WsServer server(base);
        int done = 0;
        const auto shut_down = [&] {
            const auto count = [](evhttp*, void* counter) { ++*static_cast<int*>(counter); };
            REQUIRE(evlet_http_shutdown(server, nullptr, count, &done) == 0);
        };
        evhttp_request* held = nullptr;
        server.before = [&](evhttp_request*) { shut_down(); };
        if (later)
            evhttp_set_gencb(
                server,
                [](evhttp_request* request, void* to) {
                    *static_cast<evhttp_request**>(to) = request;
                },
                &held);
        RawPeer peer(base, server.port());
        peer.send(kHandshake);
        if (later) {
            REQUIRE(run_until(base, [&] { return held != nullptr; }));
            shut_down();
            CHECK(evws_new_session(held, nullptr, nullptr, 0) == nullptr);
        }
        CHECK(peer.answer().rfind("HTTP/1.1 503 ", 0) == 0);
        CHECK(peer.ends());
        peer.close();
        CHECK(server.log.session == nullptr);
        CHECK(run_until(base, [&] { return done == 1; }));
    }
}
