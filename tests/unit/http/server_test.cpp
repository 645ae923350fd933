// SPDX-License-Identifier: BSD-3-Clause
// Servers: what reaches the program, how replies are framed, and who may be freed when.
#include "http_support.h"

using namespace evlet_test;

TEST_CASE("requests_on_one_connection_are_answered_in_order") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200, evhttp_request_get_uri(request));
    };
    HttpPeer peer(base, server.port());
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += "GET /" + std::to_string(i) + "! HTTP/1.1\r\nHost: a\r\n\r\n";
    peer.send(all);
    REQUIRE(peer.gets("/49!"));
    size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        at = peer.text.find("\r\n\r\n/" + std::to_string(i) + "!", at);
        REQUIRE(at != std::string::npos);
    }
    CHECK(evhttp_get_connection_count(server) == 1);
}

TEST_CASE("paths_are_compared_after_decoding") {
    Base base;
    HttpServer server(base);
    const auto answer = [](evhttp_request* request, void* text) {
        HttpServer::reply(request, 200, static_cast<const char*>(text));
    };
    char special[] = "special";
    CHECK(evhttp_set_cb(server, "/a b", answer, special) == 0);
    CHECK(evhttp_set_cb(server, "/a b", answer, special) == -1);
    HttpPeer peer(base, server.port());
    peer.send("GET /a%20b?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(peer.gets("\r\n\r\nspecial"));
    peer.send("GET /a%20b%00 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(peer.gets("\r\n\r\nok"));
    CHECK(evhttp_del_cb(server, "/a b") == 0);
    CHECK(evhttp_del_cb(server, "/a b") == -1);
}

TEST_CASE("virtual_hosts_go_by_pattern_and_alias") {
    Base base;
    HttpServer server(base);
    evhttp* const host = evhttp_new(base);
    REQUIRE(host);
    evhttp_set_gencb(
        host, [](evhttp_request* request, void*) { HttpServer::reply(request, 200, "host"); },
        nullptr);
    CHECK(evhttp_add_virtual_host(server, "*.example.org", host) == 0);
    CHECK(evhttp_add_virtual_host(server, "other", host) == -1);
    CHECK(evhttp_add_server_alias(host, "alias") == 0);
    const auto answer_for = [&](const std::string& name) {
        HttpPeer peer(base, server.port());
        peer.send("GET / HTTP/1.0\r\nHost: " + name + "\r\n\r\n");
        REQUIRE(peer.ends());
        return peer.text.substr(peer.text.find("\r\n\r\n") + 4);
    };
    CHECK(answer_for("www.EXAMPLE.org:80") == "host");
    CHECK(answer_for("alias") == "host");
    CHECK(answer_for("example.org") == "ok");
    CHECK(evhttp_remove_server_alias(host, "alias") == 0);
    CHECK(answer_for("alias") == "ok");
    CHECK(evhttp_remove_virtual_host(server, host) == 0);
    CHECK(answer_for("www.example.org") == "ok");
    evhttp_free(host);
}

TEST_CASE("a_reply_cannot_be_split") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        evkeyvalq* const fields = evhttp_request_get_output_headers(request);
        CHECK(evhttp_add_header(fields, "X", "a\r\nSet-Cookie: b") == -1);
        CHECK(evhttp_add_header(fields, "X\r\nY", "a") == -1);
        CHECK(evhttp_add_header(fields, "Content-Length", "1000") == 0);
        CHECK(evhttp_add_header(fields, "Transfer-Encoding", "chunked") == 0);
        evhttp_send_reply(request, 200, "fine\r\nSet-Cookie: b", nullptr);
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    CHECK(peer.gets("\r\n\r\n"));
    CHECK(peer.text.rfind("HTTP/1.1 200 OK\r\n", 0) == 0);
    CHECK(peer.text.find("Set-Cookie") == std::string::npos);
    CHECK(peer.text.find("Content-Length: 0\r\n") != std::string::npos);
    CHECK(peer.text.find("Transfer-Encoding") == std::string::npos);
}

TEST_CASE("a_second_reply_is_refused_with_a_warning") {
    Base base;
    CapturedLog log;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200, "first");
        HttpServer::reply(request, 404, "second");
        evhttp_send_reply_end(request);
    };
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + kGet);
    CHECK(run_until(base, [&] {
        peer.text += receive_all(peer.fd());
        return count_of(peer.text, "first") == 2;
    }));
    CHECK(peer.text.find("second") == std::string::npos);
    CHECK(log.lines().size() == 4);
}

TEST_CASE("a_reply_in_pieces_is_chunked_and_keeps_pace") {
    struct Sender {
        evhttp_request* request;
        int left = 200;
        size_t most = 0;
        static void more(evhttp_connection* connection, void* argument) {
            auto& self = *static_cast<Sender*>(argument);
            bufferevent* const bev = evhttp_connection_get_bufferevent(connection);
            self.most = std::max(self.most, evbuffer_get_length(bufferevent_get_output(bev)));
            if (self.left-- == 0) {
                evhttp_send_reply_end(self.request);
                return;
            }
            evbuffer* const piece = evbuffer_new();
            evbuffer_add(piece, std::string(10000, 'x').data(), 10000);
            evhttp_send_reply_chunk_with_cb(self.request, piece, more, argument);
            evbuffer_free(piece);
        }
    } sender;
    Base base;
    HttpServer server(base);
    server.on_request = [&](evhttp_request* request) {
        sender.request = request;
        evhttp_send_reply_start(request, 200, nullptr);
        Sender::more(evhttp_request_get_connection(request), &sender);
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.gets("\r\n0\r\n\r\n"));
    CHECK(peer.text.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(count_of(peer.text, "\r\n2710\r\n") == 200);
    CHECK(sender.most < 1000);
    // The connection goes on.
    server.on_request = nullptr;
    peer.send(kGet);
    CHECK(peer.gets("\r\n\r\nok"));
}

TEST_CASE("a_reply_may_come_later_and_to_a_peer_that_has_ended_its_side") {
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) { waiting = request; };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    shutdown(peer.fd(), SHUT_WR);
    REQUIRE(run_until(base, [&] { return waiting != nullptr; }));
    settle(base);
    HttpServer::reply(waiting, 200, "late");
    CHECK(peer.gets("late"));
    CHECK(peer.ends());
    CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
}

TEST_CASE("a_reply_to_nobody_frees_the_request") {
    NEEDS(resets);
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) {
        waiting = request;
        evhttp_send_reply_start(request, 200, nullptr);
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.gets("\r\n\r\n"));
    const linger at_once = {1, 0};
    setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    peer.close();
    CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
    CHECK(evhttp_request_get_connection(waiting) == nullptr);
    evhttp_send_reply_end(waiting);
}

TEST_CASE("the_program_hears_when_a_reply_has_left_and_when_a_connection_ends") {
    Base base;
    HttpServer server(base);
    int completes = 0, closes = 0;
    const auto count = [](auto*, void* counter) { ++*static_cast<int*>(counter); };
    server.on_request = [&](evhttp_request* request) {
        evhttp_request_set_on_complete_cb(request, count, &completes);
        evhttp_connection_set_closecb(evhttp_request_get_connection(request), count, &closes);
        HttpServer::reply(request, 200, "x");
    };
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + kGet);
    CHECK(run_until(base, [&] { return completes == 2; }));
    CHECK(closes == 0);
    peer.close();
    CHECK(run_until(base, [&] { return closes == 1; }));
}

TEST_CASE("the_connection_or_the_server_may_be_freed_in_a_callback") {
    for (const bool answered : {false, true}) {
        Base base;
        HttpServer server(base);
        server.on_request = [&](evhttp_request* request) {
            evhttp_connection* const connection = evhttp_request_get_connection(request);
            if (answered)
                HttpServer::reply(request, 200, "x");
            evhttp_connection_free(connection);
        };
        HttpPeer peer(base, server.port());
        peer.send(std::string(kGet) + kGet);
        CHECK(peer.ends());
        CHECK(server.requests == 1);
        server.on_request = [&](evhttp_request* request) {
            if (answered)
                HttpServer::reply(request, 200, "x");
            server.free();
        };
        HttpPeer second(base, server.port());
        second.send(std::string(kGet) + kGet);
        CHECK(second.ends());
        CHECK(server.requests == 2);
    }
}

TEST_CASE("a_connection_above_the_limit_is_told_so") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_connections(server, 1);
    HttpPeer first(base, server.port());
    first.send(kGet);
    REQUIRE(first.gets("ok"));
    HttpPeer second(base, server.port());
    CHECK(second.ends());
    CHECK(second.text.rfind("HTTP/1.1 503 ", 0) == 0);
    CHECK(server.requests == 1);
}

TEST_CASE("a_body_over_the_limit_is_refused_although_the_peer_still_sends") {
    Base base;
    HttpServer server(base);
    evhttp_set_max_body_size(server, 100);
    HttpPeer peer(base, server.port());
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
              std::string(200000, 'x'));
    CHECK(peer.ends());
    CHECK(peer.text.rfind("HTTP/1.1 413 ", 0) == 0);
    CHECK(server.requests == 0);
}

TEST_CASE("slow_heads_and_slow_bodies_lose_the_connection") {
    for (const char* begin :
         {"GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1"}) {
        Base base;
        HttpServer server(base);
        const timeval limit = milliseconds(60);
        evhttp_set_timeout_tv(server, &limit);
        HttpPeer peer(base, server.port());
        peer.send(begin);
        CHECK(peer.ends());
        CHECK(server.requests == 0);
    }
}

TEST_CASE("a_gentle_shutdown_lets_the_present_reply_out") {
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) { waiting = request; };
    HttpPeer busy(base, server.port());
    busy.send(kGet);
    HttpPeer resting(base, server.port());
    REQUIRE(run_until(base, [&] { return waiting && evhttp_get_connection_count(server) == 2; }));
    int done = 0;
    const auto count = [](evhttp*, void* counter) { ++*static_cast<int*>(counter); };
    CHECK(evlet_http_shutdown(server, nullptr, count, &done) == 0);
    CHECK(evlet_http_shutdown(server, nullptr, count, &done) == -1);
    CHECK(resting.ends());
    CHECK(done == 0);
    HttpServer::reply(waiting, 200, "last");
    CHECK(busy.ends());
    CHECK(busy.text.find("last") != std::string::npos);
    busy.close();
    CHECK(run_until(base, [&] { return done == 1; }));
}
