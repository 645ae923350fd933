// SPDX-License-Identifier: BSD-3-Clause
// A server on streams that are no accepted sockets.
#include "client_support.h"
#include "server_support.h"

using namespace evlet_test;

namespace {

// A server and the other end of a pair that it serves.
struct ServedPair {
    explicit ServedPair(event_base* base) : server(base) {
        bufferevent* ends[2];
        REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
        served = ends[0];
        other = ends[1];
    }
    HttpServer server;
    bufferevent* served;  // the server's when it has it
    bufferevent* other;
};

}  // namespace

TEST_CASE("a_client_and_a_server_meet_over_a_pair") {
    Base base;
    ServedPair pair(base);
    REQUIRE(evlet_http_serve_stream(pair.server, pair.served) == 0);
    pair.server.on_request = [](evhttp_request* request) {
        const char* address = nullptr;
        ev_uint16_t port = 1;
        evhttp_connection_get_peer(evhttp_request_get_connection(request), &address, &port);
        CHECK(std::string(address) == "");
        CHECK(port == 0);
        HttpServer::reply(request, 200, evhttp_request_get_uri(request));
    };
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, pair.other));
    client.make("/1");
    client.make("/2", EVHTTP_REQ_POST, std::string(100000, 'x'));
    CHECK(client.has(2));
    CHECK(client.results == Results{"200 /1", "200 /2"});
}

TEST_CASE("what_a_stream_has_received_before_it_is_served_is_read") {
    Base base;
    ServedPair pair(base);
    SocketStream peer(pair.other);
    peer.enable(EV_READ);
    REQUIRE(bufferevent_enable(pair.served, EV_READ) == 0);
    peer.write(kGetAndClose);
    REQUIRE(run_until(base, [&] {
        return evbuffer_get_length(bufferevent_get_input(pair.served)) == sizeof kGetAndClose - 1;
    }));
    REQUIRE(evlet_http_serve_stream(pair.server, pair.served) == 0);
    CHECK(run_until(base, [&] { return peer.saw(BEV_EVENT_READING | BEV_EVENT_EOF); }));
    CHECK(status_of(peer.take()) == 200);
}

TEST_CASE("a_peer_that_hears_of_the_end_may_free_the_server") {
    Base base;
    ServedPair pair(base);
    SocketStream peer(pair.other);
    peer.enable(EV_READ);
    peer.on_event = [&](short) { pair.server.free(); };
    REQUIRE(evlet_http_serve_stream(pair.server, pair.served) == 0);
    peer.write(kGetAndClose);
    CHECK(run_until(base, [&] { return peer.saw(BEV_EVENT_READING | BEV_EVENT_EOF); }));
    CHECK(status_of(peer.take()) == 200);
}

TEST_CASE("a_served_stream_is_freed_with_its_server") {
    Base base;
    ServedPair pair(base);
    SocketStream peer(pair.other);
    peer.enable(EV_READ);
    REQUIRE(evlet_http_serve_stream(pair.server, pair.served) == 0);
    CHECK(bufferevent_pair_get_partner(peer) == pair.served);
    pair.server.free();
    CHECK(bufferevent_pair_get_partner(peer) == nullptr);
}

TEST_CASE("a_stream_above_the_limit_of_connections_is_told_so") {
    Base base;
    ServedPair pair(base);
    evhttp_set_max_connections(pair.server, 1);
    HttpPeer first(base, pair.server.port());
    first.send(kGet);
    REQUIRE(first.gets("ok"));
    SocketStream peer(pair.other);
    peer.enable(EV_READ);
    REQUIRE(evlet_http_serve_stream(pair.server, pair.served) == 0);
    peer.write(kGet);
    CHECK(run_until(base, [&] { return peer.saw(BEV_EVENT_READING | BEV_EVENT_EOF); }));
    CHECK(status_of(peer.take()) == 503);
}

#if EVLET_MEM_HOOKS
TEST_CASE("a_stream_that_is_not_served_for_want_of_memory_is_the_callers_still") {
    FailingMemory memory;
    Base base;
    ServedPair pair(base);
    SocketStream peer(pair.other);
    peer.enable(EV_READ);
    int failures = 0;
    for (bool served = false; !served;) {
        REQUIRE(failures < 20);
        const long held = memory.outstanding();
        memory.fail_at(failures + 1);
        served = evlet_http_serve_stream(pair.server, pair.served) == 0;
        const bool met = memory.failed();
        memory.stop_failing();
        CHECK(served != met);
        if (!served) {
            ++failures;
            CHECK(memory.outstanding() == held);
        }
    }
    CHECK(failures > 0);
    peer.write(kGetAndClose);
    CHECK(run_until(base, [&] { return peer.saw(BEV_EVENT_READING | BEV_EVENT_EOF); }));
    CHECK(status_of(peer.take()) == 200);
}
#endif
