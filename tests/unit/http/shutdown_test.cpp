// SPDX-License-Identifier: BSD-3-Clause
// A shutdown whose close callbacks end other connections.
#include "http_support.h"

using namespace evlet_test;

TEST_CASE("a_connection_that_a_shutdown_closes_may_free_all_others_and_the_server") {
    for (const bool also_server : {false, true}) {
        struct Closer {
            std::vector<evhttp_connection*> connections;
            HttpServer* server = nullptr;
            int closes = 0;
            static void on_close(evhttp_connection* closed, void* argument) {
                auto& self = *static_cast<Closer*>(argument);
                ++self.closes;
                for (evhttp_connection*& other : self.connections) {
                    evhttp_connection* const one = std::exchange(other, nullptr);
                    if (one && one != closed)
                        evhttp_connection_free(one);
                }
                if (self.server)
                    std::exchange(self.server, nullptr)->free();
            }
        } closer;
        Base base;
        HttpServer server(base);
        server.on_request = [&](evhttp_request* request) {
            evhttp_connection* const connection = evhttp_request_get_connection(request);
            closer.connections.push_back(connection);
            evhttp_connection_set_closecb(connection, Closer::on_close, &closer);
            HttpServer::reply(request, 200, "ok");
        };
        std::vector<std::unique_ptr<HttpPeer>> peers;
        for (int i = 0; i < 4; ++i) {
            peers.push_back(std::make_unique<HttpPeer>(base, server.port()));
            peers.back()->send(kGet);
            REQUIRE(peers.back()->gets("ok"));
        }
        settle(base);
        if (also_server)
            closer.server = &server;
        int done = 0;
        const auto on_done = [](evhttp*, void* counter) { ++*static_cast<int*>(counter); };
        CHECK(evlet_http_shutdown(server, nullptr, on_done, &done) == 0);
        CHECK(closer.closes == 4);
        for (const auto& peer : peers)
            CHECK(peer->ends());
        settle(base);
        CHECK(done == (also_server ? 0 : 1));
    }
}
