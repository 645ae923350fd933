// SPDX-License-Identifier: BSD-3-Clause
// Clients: against a peer that says what a test wants, and against a server of our own.
#include "client_support.h"

using namespace evlet_test;

TEST_CASE("requests_are_made_in_order_over_one_connection") {
    Base base;
    HttpServer server(base);
    server.on_request = [](evhttp_request* request) {
        HttpServer::reply(request, 200, evhttp_request_get_uri(request));
    };
    HttpClient client(base, server.port());
    for (const char* target : {"/1", "/2", "/3"})
        client.make(target);
    CHECK(run_until(base, [&] { return client.results.size() == 3; }));
    CHECK(client.results == std::vector<std::string>{"200 /1", "200 /2", "200 /3"});
    CHECK(evhttp_get_connection_count(server) == 1);
}

TEST_CASE("a_request_says_what_it_has_to") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    client.make("/x?y", EVHTTP_REQ_POST, "body");
    HttpPeer peer = accept_request(base, listener);
    CHECK(peer.gets("body"));
    CHECK(peer.text == "POST /x?y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(listener.port()) +
                           "\r\nContent-Length: 4\r\n\r\nbody");
}

TEST_CASE("replies_of_every_framing_are_read") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    for (int i = 0; i < 4; ++i)
        client.make("/");
    HttpPeer peer = accept_request(base, listener);
    peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
              std::string(kShort) + "ab");
    CHECK(run_until(base, [&] { return client.results.size() == 1; }));
    peer.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n");
    CHECK(run_until(base, [&] { return client.results.size() == 2; }));
    peer.send("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
    CHECK(run_until(base, [&] { return client.results.size() == 3; }));
    peer.send("HTTP/1.1 404 Not Found\r\n\r\nup to the end");
    settle(base);
    CHECK(client.results.size() == 3);
    peer.gets("");  // all of the requests, so that it closes without a reset
    peer.close();
    CHECK(run_until(base, [&] { return client.results.size() == 4; }));
    CHECK(client.results ==
          std::vector<std::string>{"200 ab", "200 abc", "204 ", "404 up to the end"});
    CHECK(client.errors.empty());
}

TEST_CASE("a_request_that_meets_a_closed_connection_is_sent_again_if_that_is_safe") {
    for (const bool safe : {true, false}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        client.make("/1");
        HttpPeer peer = accept_request(base, listener);
        peer.send(std::string(kShort) + "ab");
        REQUIRE(run_until(base, [&] { return client.results.size() == 1; }));
        client.make("/2", safe ? EVHTTP_REQ_GET : EVHTTP_REQ_POST, safe ? "" : "body");
        REQUIRE(peer.gets("/2"));
        peer.close();
        if (safe) {
            HttpPeer next = accept_request(base, listener);
            CHECK(next.text.rfind("GET /2 ", 0) == 0);
            next.send(std::string(kShort) + "cd");
            CHECK(run_until(base, [&] { return client.results.size() == 2; }));
            CHECK(client.results[1] == "200 cd");
        } else {
            CHECK(run_until(base, [&] { return client.results.size() == 2; }));
            CHECK(client.results[1] == "none");
            CHECK(client.errors == std::vector<int>{EVREQ_HTTP_EOF});
        }
    }
}

TEST_CASE("a_connection_that_ended_while_it_rested_is_made_anew") {
    Base base;
    HttpServer server(base);
    evlet_http_set_max_requests(server, 1);
    HttpClient client(base, server.port());
    for (size_t i = 1; i <= 3; ++i) {
        client.make("/");
        CHECK(run_until(base, [&] { return client.results.size() == i; }));
        settle(base);
    }
    CHECK(client.results.back() == "200 ok");
}

TEST_CASE("nobody_there_is_a_status_of_zero_for_every_request") {
    Base base;
    Peer nobody(Peer::refuses, AF_INET);
    HttpClient client(base, nobody.port());
    const timeval soon = milliseconds(5);
    evhttp_connection_set_retries(client.connection, 2);
    evhttp_connection_set_initial_retry_tv(client.connection, &soon);
    client.make("/1");
    client.make("/2");
    CHECK(run_until(base, [&] { return client.results.size() == 2; }));
    CHECK(client.results == std::vector<std::string>{"0 ", "0 "});
}

TEST_CASE("a_reply_that_nobody_can_frame_fails_the_request") {
    for (const char* head :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n",
          "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        client.make("/");
        HttpPeer peer = accept_request(base, listener);
        peer.send(head);
        CHECK(run_until(base, [&] { return client.results.size() == 1; }));
        CHECK(client.results[0] == "none");
        CHECK(client.errors == std::vector<int>{EVREQ_HTTP_INVALID_HEADER});
        CHECK(peer.ends());
    }
}

TEST_CASE("requests_may_be_cancelled_at_every_stage") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_request* const connecting = client.make("/1");
    evhttp_cancel_request(connecting);
    evhttp_request* const in_progress = client.make("/2");
    evhttp_request* const queued = client.make("/3");
    client.make("/4");
    HttpPeer peer = accept_request(base, listener);
    evhttp_cancel_request(queued);
    evhttp_cancel_request(in_progress);
    CHECK(peer.ends());
    HttpPeer next = accept_request(base, listener);
    CHECK(next.text.rfind("GET /4 ", 0) == 0);
    client.on_reply = [](evhttp_request* request) { evhttp_cancel_request(request); };
    next.send(std::string(kShort) + "ab");
    CHECK(run_until(base, [&] { return client.results.size() == 1; }));
    CHECK(client.errors == std::vector<int>(3, EVREQ_HTTP_REQUEST_CANCEL));
}

TEST_CASE("a_connection_may_be_freed_in_the_callback_of_a_request") {
    Base base;
    HttpServer server(base);
    HttpClient client(base, server.port());
    client.on_reply = [&](evhttp_request*) { client.free(); };
    client.make("/1");
    client.make("/2");
    CHECK(run_until(base, [&] { return client.results.size() == 1; }));
    settle(base);
    CHECK(client.results.size() == 1);
}

TEST_CASE("a_target_that_would_break_the_line_is_refused") {
    Base base;
    HttpClient client(base, 1);
    for (const char* target : {"", "/a b", "/\r\nX: y", "/\x01", "/\x80"}) {
        evhttp_request* const request = evhttp_request_new(nullptr, nullptr);
        CHECK(evhttp_make_request(client.connection, request, EVHTTP_REQ_GET, target) == -1);
    }
}

TEST_CASE("a_producer_makes_the_body_as_it_leaves") {
    struct Source {
        int left = 3;
        bool waited = false;
        static evlet_http_produced make(evhttp_request*, evbuffer* out, void* argument) {
            auto& self = *static_cast<Source*>(argument);
            if (self.left == 0)
                return EVLET_HTTP_END;
            evbuffer_add(out, "part;", 5);
            if (--self.left == 1) {
                self.waited = true;
                return EVLET_HTTP_WAIT;
            }
            return EVLET_HTTP_MORE;
        }
    };
    for (const ev_int64_t length : {-1, 15}) {
        Base base;
        HttpServer server(base);
        server.on_request = [](evhttp_request* request) {
            HttpServer::reply(request, 200, text_of(evhttp_request_get_input_buffer(request)));
        };
        HttpClient client(base, server.port());
        Source source;
        evhttp_request* const request = evhttp_request_new(HttpClient::told, &client);
        evlet_http_request_set_producer(request, length, Source::make, &source);
        REQUIRE(evhttp_make_request(client.connection, request, EVHTTP_REQ_PUT, "/") == 0);
        CHECK(run_until(base, [&] { return source.waited; }));
        settle(base);
        CHECK(client.results.empty());
        evlet_http_request_resume_producer(request);
        CHECK(run_until(base, [&] { return client.results.size() == 1; }));
        CHECK(client.results[0] == "200 part;part;part;");
    }
}

TEST_CASE("a_server_that_says_nothing_times_out") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    const timeval limit = milliseconds(60);
    evhttp_connection_set_read_timeout_tv(client.connection, &limit);
    client.make("/");
    CHECK(run_until(base, [&] { return client.results.size() == 1; }));
    CHECK(client.results[0] == "none");
    CHECK(client.errors == std::vector<int>{EVREQ_HTTP_TIMEOUT});
}
