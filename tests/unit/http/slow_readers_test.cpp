// SPDX-License-Identifier: BSD-3-Clause
// Peers that take a reply slowly: the time for requests does not run against it.
#include <event2/event.h>

#include "http_support.h"

using namespace evlet_test;

namespace {

constexpr size_t kLarge = size_t(4)
                          << 20;  // more than the system takes for a peer that reads nothing

void limit(int fd, int option) {
    const int size = 8192;
    REQUIRE(setsockopt(fd, SOL_SOCKET, option, &size, sizeof size) == 0);
}

void reply_large(evhttp_request* request) {
    evhttp_connection* const connection = evhttp_request_get_connection(request);
    limit(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), SO_SNDBUF);
    HttpServer::reply(request, 200, std::string(kLarge, 'x'));
}

// More than the time for reading goes by.
void wait_out(event_base* base) {
    const timeval time = {0, 100000};
    CHECK(event_base_loopexit(base, &time) == 0);
    event_base_dispatch(base);
}

void set_short_reading_time(evhttp* server) {
    const timeval time = {0, 20000};
    evhttp_set_read_timeout_tv(server, &time);
}

}  // namespace

TEST_CASE("a_reply_that_leaves_slowly_is_not_cut_by_the_time_for_the_next_request") {
    NEEDS(buffer_sizes);
    Base base;
    HttpServer server(base);
    set_short_reading_time(server);
    server.on_request = reply_large;
    HttpPeer peer(base, server.port());
    limit(peer.fd(), SO_RCVBUF);
    peer.send(kGet);
    REQUIRE(peer.gets("HTTP/1.1 200 OK"));
    wait_out(base);
    CHECK(evhttp_get_connection_count(server) == 1);
}

TEST_CASE("a_reply_from_a_head_callback_is_not_cut_by_the_time_for_the_body") {
    NEEDS(buffer_sizes);
    Base base;
    HttpServer server(base);
    set_short_reading_time(server);
    const auto on_head = [](evhttp_request* request, void*) {
        reply_large(request);
        return 0;
    };
    CHECK(evlet_http_set_head_cb(server, nullptr, on_head, nullptr) == 0);
    HttpPeer peer(base, server.port());
    limit(peer.fd(), SO_RCVBUF);
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    REQUIRE(peer.gets("HTTP/1.1 200 OK"));
    wait_out(base);
    CHECK(evhttp_get_connection_count(server) == 1);
}

TEST_CASE("a_reply_in_pieces_from_a_head_callback_may_take_its_time") {
    NEEDS(buffer_sizes);
    static evhttp_request* begun;
    begun = nullptr;
    Base base;
    HttpServer server(base);
    set_short_reading_time(server);
    const auto on_head = [](evhttp_request* request, void*) {
        evhttp_send_reply_start(request, 200, nullptr);
        begun = request;
        return 0;
    };
    CHECK(evlet_http_set_head_cb(server, nullptr, on_head, nullptr) == 0);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.gets("\r\n\r\n"));
    wait_out(base);
    evhttp_send_reply_end(begun);
    CHECK(peer.gets("0\r\n\r\n"));
}
