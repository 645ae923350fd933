// SPDX-License-Identifier: BSD-3-Clause
// What programs set about connections, of either side.
#include <event2/bufferevent_struct.h>

#include "client_support.h"

using namespace evlet_test;

TEST_CASE("limits_of_a_servers_connection_are_its_own") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        evhttp_connection* const connection = evhttp_request_get_connection(request);
        if (evhttp_request_get_command(request) == EVHTTP_REQ_POST) {
            evhttp_connection_set_max_headers_size(connection, 100);
            evhttp_connection_set_max_body_size(connection, 3);
        }
        HttpServer::reply(request, 200, "ok");
    };
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    const std::string large =
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100, 'x') + "\r\n\r\n";
    for (const std::string& second : {post, large}) {
        HttpPeer peer(base, server.port());
        peer.send(post + second);
        CHECK(peer.ends());
        CHECK(peer.text.rfind("HTTP/1.1 200 ", 0) == 0);
        CHECK(peer.text.find(second == post ? "HTTP/1.1 413 " : "HTTP/1.1 431 ") !=
              std::string::npos);
        HttpPeer other(base, server.port());
        other.send(large);
        CHECK(other.gets("\r\n\r\nok"));
    }
}

TEST_CASE("what_is_a_clients_does_nothing_to_a_servers_connection") {
    Base base;
    CapturedLog log;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        evhttp_connection* const connection = evhttp_request_get_connection(request);
        const timeval time = {1, 0};
        evhttp_connection_set_family(connection, AF_INET6);
        evhttp_connection_set_ext_method_cmp(connection, [](evhttp_ext_method*) { return -1; });
        evhttp_connection_set_local_address(connection, "127.0.0.1");
        evhttp_connection_set_local_port(connection, 1);
        evhttp_connection_set_connect_timeout_tv(connection, &time);
        evhttp_connection_set_initial_retry_tv(connection, &time);
        evhttp_connection_set_retries(connection, 3);
        evhttp_connection_free_on_completion(connection);
        CHECK(evhttp_connection_get_addr(connection) == nullptr);
        HttpServer::reply(request, 200, "ok");
    };
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + kGet);
    CHECK(run_until(base, [&] {
        peer.text += receive_all(peer.fd());
        return count_of(peer.text, "ok") == 2;
    }));
    CHECK(log.lines().size() == 2);  // an address that is not set
}

TEST_CASE("the_time_for_writing_is_not_that_for_connecting") {
    Base base;
    HttpServer server(base);
    HttpClient client(base, server.port());
    client.make("/");
    const timeval time = {7, 0};
    evhttp_connection_set_write_timeout_tv(client.connection, &time);
    evhttp_connection_set_max_headers_size(client.connection, 1000);
    bufferevent* const bev = evhttp_connection_get_bufferevent(client.connection);
    CHECK(bev->timeout_write.tv_sec == 0);
    CHECK(client.has(1));
    CHECK(bev->timeout_write.tv_sec == 7);
    evhttp_connection_set_write_timeout_tv(client.connection, nullptr);
    CHECK(bev->timeout_write.tv_sec == 50);
}
