// SPDX-License-Identifier: BSD-3-Clause
// How long a server waits: for requests, their parts, and peers that do not read. Where a test
// waits on its own it is for longer than a limit, so that no machine is too slow for it.
#include <unistd.h>

#include "server_support.h"

using namespace evlet_test;

namespace {

constexpr long kLimitMs = 40;

// A server whose connections may rest for a moment only.
struct HastyServer : HttpServer {
    explicit HastyServer(event_base* base) : HttpServer(base) {
        const timeval limit = milliseconds(kLimitMs);
        evhttp_set_read_timeout_tv(*this, &limit);
    }
};

// Longer than the limit, without the loop running.
void wait_over_limit() {
    usleep((kLimitMs + 10) * 1000);
}

const std::string kChunkedPost = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("a_connection_that_rests_is_closed") {
    Base base;
    HastyServer server(base);
    HttpPeer silent(base, server.port());
    CHECK(silent.ends());
    CHECK(silent.text.empty());
    HttpPeer answered(base, server.port());
    answered.send(kGet);
    CHECK(answered.ends());
    CHECK(body_of(answered.text) == "ok");
    CHECK(evhttp_get_connection_count(server) == 0);
}

TEST_CASE("a_head_has_one_span_of_time_however_it_comes") {
    for (const char* front : {"G", "\r\n", "GET / HTTP/1.1\r\nX: "}) {
        Base base;
        HastyServer server(base);
        HttpPeer peer(base, server.port());
        peer.send(front);
        // Bytes come all the time, and the connection ends all the same.
        CHECK(run_until(base, [&] {
            if (*front != '\r')
                send_some(peer.fd(), "x");
            // What it did not read any more makes the end a reset.
            return evhttp_get_connection_count(server) == 0 && is_over(peer.fd());
        }));
        CHECK(server.requests == 0);
    }
}

TEST_CASE("hundreds_of_silent_connections_are_closed_and_leave_nothing") {
    constexpr int kMany = 300;
    Base base;
    const int before = lowest_free();
    {
        HastyServer server(base);
        std::vector<std::unique_ptr<HttpPeer>> peers;
        for (int i = 0; i < kMany; ++i) {
            peers.push_back(std::make_unique<HttpPeer>(base, server.port()));
            if (i % 3 == 1)
                peers.back()->send("GET / HTT");
            else if (i % 3 == 2)
                peers.back()->send(kChunkedPost + "5\r\nab");
            pass(base);
        }
        for (const auto& peer : peers) {
            CHECK(peer->ends());
            CHECK(peer->text.empty());
        }
        CHECK(evhttp_get_connection_count(server) == 0);
        CHECK(server.requests == 0);
        const timeval usual = {0, 0};
        evhttp_set_read_timeout_tv(server, &usual);
        CHECK(body_of(get(base, server.port())) == "ok");
    }
    CHECK(lowest_free() == before);
}

TEST_CASE("a_body_that_brings_less_than_its_share_is_given_up") {
    Base base;
    HastyServer server(base);
    // More than single bytes come to on any machine.
    evlet_http_set_min_body_progress(server, size_t(1) << 30);
    HttpPeer peer(base, server.port());
    peer.send(kChunkedPost);
    CHECK(run_until(base, [&] {
        send_some(peer.fd(), "1\r\nx\r\n");
        return evhttp_get_connection_count(server) == 0 && is_over(peer.fd());
    }));
    CHECK(server.requests == 0);
}

TEST_CASE("a_body_that_brings_its_share_in_each_span_has_all_the_time") {
    Base base;
    HastyServer server(base);
    evlet_http_set_min_body_progress(server, 3);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 15\r\n\r\n");
    REQUIRE(has_connections(base, server, 1));
    for (int i = 0; i < 5; ++i) {
        peer.send("xyz");
        wait_over_limit();
        settle(base);
        if (i < 4)
            REQUIRE(evhttp_get_connection_count(server) == 1);
    }
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 200);
}

TEST_CASE("without_a_share_one_byte_in_each_span_will_do") {
    Base base;
    HastyServer server(base);
    evlet_http_set_min_body_progress(server, 0);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\n");
    REQUIRE(has_connections(base, server, 1));
    for (int i = 0; i < 3; ++i) {
        peer.send("x");
        wait_over_limit();
        settle(base);
        if (i < 2)
            REQUIRE(evhttp_get_connection_count(server) == 1);
    }
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 200);
}

TEST_CASE("time_does_not_count_while_the_program_has_the_request") {
    Base base;
    HastyServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) { waiting = request; };
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + "GET / HT");
    REQUIRE(run_until(base, [&] { return waiting; }));
    wait_over_limit();
    settle(base);
    HttpServer::reply(waiting, 200, "late");
    CHECK(peer.gets("late"));
    // Then it does again.
    CHECK(peer.ends());
}

TEST_CASE("time_does_not_count_while_the_program_has_paused_the_body") {
    Base base;
    HastyServer server(base);
    evhttp_request* paused = nullptr;
    CHECK(evlet_http_set_head_cb(
              server, nullptr,
              [](evhttp_request* request, void* argument) {
                  *static_cast<evhttp_request**>(argument) = request;
                  evlet_http_request_pause_body(request);
                  return 0;
              },
              &paused) == 0);
    HttpPeer peer(base, server.port());
    peer.send(post_of("abc", "Connection: close\r\n"));
    REQUIRE(run_until(base, [&] { return paused; }));
    for (int i = 0; i < 3; ++i) {
        wait_over_limit();
        settle(base);
        REQUIRE(evhttp_get_connection_count(server) == 1);
    }
    CHECK(server.requests == 0);
    evlet_http_request_resume_body(paused);
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 200);
}

TEST_CASE("a_peer_that_does_not_take_its_reply_is_given_up") {
    Base base;
    HttpServer server(base);
    const timeval limit = milliseconds(kLimitMs);
    evhttp_set_write_timeout_tv(server, &limit);
    int closes = 0, completes = 0;
    server.on_request = [&](evhttp_request* request) {
        const auto count = [](auto*, void* counter) { ++*static_cast<int*>(counter); };
        evhttp_connection_set_closecb(evhttp_request_get_connection(request), count, &closes);
        evhttp_request_set_on_complete_cb(request, count, &completes);
        HttpServer::reply(request, 200, std::string(20000000, 'x'));
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(run_until(base, [&] { return server.requests == 1; }));
    CHECK(has_connections(base, server, 0));
    CHECK(closes == 1);
    CHECK(completes == 0);
}

TEST_CASE("a_connection_may_have_times_of_its_own") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        evhttp_connection* const connection = evhttp_request_get_connection(request);
        const timeval limit = milliseconds(kLimitMs);
        evhttp_connection_set_read_timeout_tv(connection, &limit);
        evhttp_connection_set_write_timeout_tv(connection, &limit);
        HttpServer::reply(request, 200, "ok");
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    CHECK(peer.ends());
    CHECK(body_of(peer.text) == "ok");
    HttpPeer by_seconds(base, server.port());
    server.on_request = [](evhttp_request* request) {
        evhttp_connection_set_timeout(evhttp_request_get_connection(request), 1);
        HttpServer::reply(request, 200, "ok");
    };
    by_seconds.send(kGet);
    CHECK(by_seconds.ends());
}

TEST_CASE("the_time_of_a_server_is_set_in_seconds_too_and_below_one_is_the_default") {
    Base base;
    HttpServer server(base);
    evhttp_set_timeout(server, 1);
    HttpPeer peer(base, server.port());
    REQUIRE(has_connections(base, server, 1));
    CHECK(peer.ends());
    for (const int none : {0, -1}) {
        evhttp_set_timeout(server, none);
        HttpPeer rests(base, server.port());
        REQUIRE(has_connections(base, server, 1));
        wait_over_limit();
        settle(base);
        CHECK(evhttp_get_connection_count(server) == 1);
        rests.close();
        REQUIRE(has_connections(base, server, 0));
    }
}
