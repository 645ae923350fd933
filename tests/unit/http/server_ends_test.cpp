// SPDX-License-Identifier: BSD-3-Clause
// Which exchanges end a connection, and how: keep-alive, pipelines, what a peer still sends when
// the server has decided to close, peers that leave, and the gentle end of a server.
#include <sys/ioctl.h>

#include "server_support.h"

using namespace evlet_test;

namespace {

// A reply that has to be there whole when the stream ends in order, whatever the peer has sent that
// nobody reads: a reset would take it away.
void check_reply_survives(event_base* base, HttpPeer& peer, int status) {
    // Sent while the server has closed its side: answered with a reset if it has closed both.
    peer.send("GET /more HTTP/1.1\r\nHost: a\r\n\r\n");
    settle(base);
    peer.send("GET /still-more HTTP/1.1\r\nHost: a\r\n\r\n");
    settle(base);
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{status});
    CHECK(peer.text.size() >= 1000000);
}

// Fills what the peer has not read, so that a reset would destroy it.
void reply_at_length(evhttp_request* request) {
    HttpServer::reply(request, 200, std::string(1000000, 'x'));
}

void error_at_length(evhttp_request* request) {
    evhttp_send_error(request, 500, nullptr);
}

int make_long_page(evhttp_request*, evbuffer* page, int, const char*, void*) {
    const std::string text(1000000, 'x');
    return evbuffer_add(page, text.data(), text.size());
}

}  // namespace

// ---- What a peer still sends ----

TEST_CASE("a_reply_outlives_what_is_pipelined_behind_it_whoever_ends_the_connection") {
    struct {
        std::string name;
        const char* request;
        int status;
        void (*reply)(evhttp_request*);
        unsigned most_requests;
    } const cases[] = {
        {"an error of the program's", kGet, 500, error_at_length, 0},
        {"the last request", kGet, 200, reply_at_length, 1},
        {"a field of the program's", kGet, 200,
         [](evhttp_request* request) {
             add_reply_field(request, "Connection", "close");
             reply_at_length(request);
         },
         0},
        {"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200, reply_at_length, 0},
        {"a body up to the end", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
         [](evhttp_request* request) {
             evhttp_send_reply_start(request, 200, nullptr);
             send_piece(request, std::string(1000000, 'x'));
             evhttp_send_reply_end(request);
         },
         0},
    };
    for (const auto& each : cases) {
        CAPTURE(each.name);
        Base base;
        HttpServer server(base);
        evhttp_set_errorcb(server, make_long_page, nullptr);
        evlet_http_set_max_requests(server, each.most_requests);
        // Which makes the time that it waits the read timeout, ample on any machine.
        CHECK(evhttp_set_flags(server, EVHTTP_SERVER_LINGERING_CLOSE) == 0);
        server.on_request = each.reply;
        HttpPeer peer(base, server.port());
        const int size = 4 << 20;
        setsockopt(peer.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        peer.send(each.request);
        // All that is sent of the reply waits in this socket, and the server has ended its side.
        int most = -1, waiting = 0;
        while (waiting > most || waiting == 0) {
            most = waiting;
            for (int i = 0; i < 20; ++i)
                settle(base);
            REQUIRE(ioctl(peer.fd(), FIONREAD, &waiting) == 0);
        }
        check_reply_survives(base, peer, each.status);
        CHECK(server.requests == 1);
        CHECK(evhttp_get_connection_count(server) == 1);
        peer.close();
        CHECK(has_connections(base, server, 0));
    }
}

TEST_CASE("a_peer_that_asked_for_the_close_is_not_waited_for") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send(kGetAndClose);
    CHECK(peer.ends());
    CHECK(evhttp_get_connection_count(server) == 0);
}

TEST_CASE("a_peer_that_never_closes_is_not_waited_for_without_end") {
    Base base;
    HttpServer server(base);
    evlet_http_set_max_requests(server, 1);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    CHECK(peer.ends());
    CHECK(evhttp_get_connection_count(server) == 1);
    CHECK(has_connections(base, server, 0));
}

TEST_CASE("a_peer_that_sends_on_and_on_is_not_read_without_end") {
    Base base;
    HttpServer server(base);
    CHECK(evhttp_set_flags(server, EVHTTP_SERVER_LINGERING_CLOSE) == 0);
    evhttp_set_max_body_size(server, 0);
    evlet_http_set_max_requests(server, 1);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.ends());
    const std::string piece(65536, 'x');
    size_t sent = 0;
    // Some megabytes may wait in the sockets.
    CHECK(run_until(base, [&] {
        sent += send_some(peer.fd(), piece);
        return evhttp_get_connection_count(server) == 0;
    }));
    CHECK(sent > (size_t(1) << 20));
}

TEST_CASE("a_lingering_close_reads_a_refused_body_to_its_end") {
    Base base;
    HttpServer server(base);
    CHECK(evhttp_set_flags(server, EVHTTP_SERVER_LINGERING_CLOSE) == 0);
    evhttp_set_max_body_size(server, 3 << 20);
    const auto refuse = [](evhttp_request* request, void*) {
        evhttp_send_error(request, 403, nullptr);
        return 0;
    };
    CHECK(evlet_http_set_head_cb(server, nullptr, refuse, nullptr) == 0);
    HttpPeer peer(base, server.port());
    peer.send(post_of(std::string(3 << 20, 'x')));
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{403});
    CHECK(server.requests == 0);
}

TEST_CASE("flags_of_servers_and_connections_that_are_unknown_are_refused") {
    Base base;
    HttpServer server(base);
    CHECK(evhttp_set_flags(server, EVHTTP_SERVER_LINGERING_CLOSE << 1) == -1);
    CHECK(evhttp_set_flags(server, -1) == -1);
    CHECK(evhttp_set_flags(server, 0) == 0);
    server.on_request = [](evhttp_request* request) {
        evhttp_connection* const connection = evhttp_request_get_connection(request);
        CHECK(evhttp_connection_set_flags(connection, EVHTTP_CON_LINGERING_CLOSE) == 0);
        CHECK(evhttp_connection_set_flags(connection, 1) == -1);
        evhttp_send_error(request, 500, nullptr);
    };
    CHECK(status_of(get(base, server.port())) == 500);
}

// ---- Peers that leave ----

TEST_CASE("a_peer_that_resets_takes_its_connection_with_it_wherever_it_is") {
    const std::string begun = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& sent :
         {std::string(), std::string("GET /"), std::string("\r\n"), begun, begun + "5\r\nab",
          begun + "2\r\nab\r", begun + "0\r\nX: ", std::string(kGet)}) {
        CAPTURE(sent);
        Base base;
        HttpServer server(base);
        server.on_request = [](evhttp_request* request) { reply_at_length(request); };
        {
            HttpPeer peer(base, server.port());
            peer.send(sent);
            REQUIRE(has_connections(base, server, 1));
            settle(base);
            reset(peer);
        }
        CHECK(has_connections(base, server, 0));
        server.on_request = nullptr;
        CHECK(body_of(get(base, server.port())) == "ok");
    }
}

TEST_CASE("a_peer_that_closes_in_the_middle_of_a_reply_ends_it_for_the_program") {
    NEEDS(resets);
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    int closes = 0, completes = 0;
    server.on_request = [&](evhttp_request* request) {
        waiting = request;
        evhttp_connection_set_closecb(
            evhttp_request_get_connection(request),
            [](evhttp_connection*, void* counter) { ++*static_cast<int*>(counter); }, &closes);
        evhttp_request_set_on_complete_cb(
            request, [](evhttp_request*, void* counter) { ++*static_cast<int*>(counter); },
            &completes);
        evhttp_send_reply_start(request, 200, nullptr);
        send_piece(request, "first");
    };
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    REQUIRE(peer.gets("first"));
    reset(peer);
    CHECK(has_connections(base, server, 0));
    CHECK(closes == 1);
    CHECK(!evhttp_request_get_connection(waiting));
    send_piece(waiting, "second");
    evhttp_send_reply_end(waiting);
    CHECK(completes == 0);
}

TEST_CASE("replies_of_every_kind_to_nobody_free_the_request") {
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) { waiting = request; };
    using Reply = void (*)(evhttp_request*);
    for (const Reply reply : {
             Reply([](evhttp_request* request) { HttpServer::reply(request, 200, "x"); }),
             Reply([](evhttp_request* request) { evhttp_send_error(request, 500, "x"); }),
             Reply([](evhttp_request* request) {
                 evhttp_send_reply_start(request, 200, nullptr);
                 send_piece(request, "x");
                 evhttp_send_reply_end(request);
             }),
             Reply([](evhttp_request* request) { evhttp_request_free(request); }),
         }) {
        waiting = nullptr;
        {
            HttpPeer peer(base, server.port());
            peer.send(kGet);
            REQUIRE(run_until(base, [&] { return waiting; }));
            reset(peer);
        }
        REQUIRE(has_connections(base, server, 0));
        reply(waiting);
    }
}

TEST_CASE("a_peer_that_ends_its_side_before_a_whole_request_is_not_waited_for") {
    const std::string begun = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    for (const std::string& sent :
         {std::string(), std::string("GET / HTTP/1.1\r\n"), begun, begun + "1234"}) {
        CAPTURE(sent);
        Base base;
        HttpServer server(base);
        HttpPeer peer(base, server.port());
        peer.send(sent);
        shutdown(peer.fd(), SHUT_WR);
        CHECK(peer.ends());
        CHECK(server.requests == 0);
        CHECK(peer.text.empty());
        CHECK(has_connections(base, server, 0));
    }
}

TEST_CASE("pipelined_requests_are_answered_after_the_peer_has_ended_its_side") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send(std::string(kGet) + kGet + kGet + "GET / HT");
    shutdown(peer.fd(), SHUT_WR);
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200, 200, 200});
    CHECK(has_connections(base, server, 0));
}

// ---- The gentle end ----

TEST_CASE("a_server_without_connections_is_done_from_the_loop") {
    Base base;
    HttpServer server(base);
    bool done = false;
    CHECK(evlet_http_shutdown(
              server, nullptr, [](evhttp*, void* flag) { *static_cast<bool*>(flag) = true; },
              &done) == 0);
    CHECK(!done);
    CHECK(run_until(base, [&] { return done; }));
    // Which may happen anew.
    CHECK(evlet_http_shutdown(server, nullptr, nullptr, nullptr) == -1);
}

TEST_CASE("the_server_may_be_freed_when_it_is_done_or_before") {
    for (const bool before : {false, true}) {
        Base base;
        HttpServer server(base);
        HttpPeer peer(base, server.port());
        peer.send(kGet);
        REQUIRE(peer.gets("ok"));
        bool done = false;
        struct {
            HttpServer* server;
            bool* done;
        } both = {&server, &done};
        CHECK(evlet_http_shutdown(
                  server, nullptr,
                  [](evhttp*, void* argument) {
                      auto& told = *static_cast<decltype(both)*>(argument);
                      *told.done = true;
                      told.server->free();
                  },
                  &both) == 0);
        if (before)
            server.free();
        CHECK(peer.ends());
        settle(base);
        CHECK(done == !before);
    }
}

TEST_CASE("after_the_grace_what_is_left_is_closed") {
    Base base;
    HttpServer server(base);
    evhttp_request* waiting = nullptr;
    server.on_request = [&](evhttp_request* request) { waiting = request; };
    HttpPeer busy(base, server.port()), slow(base, server.port());
    busy.send(kGet);
    slow.send("GET / HT");
    REQUIRE(has_connections(base, server, 2));
    REQUIRE(run_until(base, [&] { return waiting; }));
    settle(base);
    bool done = false;
    const timeval grace = milliseconds(20);
    CHECK(evlet_http_shutdown(
              server, &grace, [](evhttp*, void* flag) { *static_cast<bool*>(flag) = true; },
              &done) == 0);
    CHECK(busy.ends());
    CHECK(slow.ends());
    CHECK(run_until(base, [&] { return done; }));
    CHECK(busy.text.empty());
    CHECK(evhttp_get_connection_count(server) == 0);
    evhttp_request_free(waiting);
}

TEST_CASE("a_request_that_has_begun_is_answered_and_told_that_it_is_the_last") {
    Base base;
    HttpServer server(base);
    HttpPeer peer(base, server.port());
    peer.send("GET / HTTP/1.1\r\n");
    REQUIRE(has_connections(base, server, 1));
    settle(base);
    bool done = false;
    CHECK(evlet_http_shutdown(
              server, nullptr, [](evhttp*, void* flag) { *static_cast<bool*>(flag) = true; },
              &done) == 0);
    settle(base);
    CHECK(!done);
    peer.send(std::string("Host: a\r\n\r\n") + kGet);
    CHECK(peer.ends());
    CHECK(statuses_of(peer.text) == Statuses{200});
    CHECK(field_of(peer.text, "Connection") == "close");
    peer.close();
    CHECK(run_until(base, [&] { return done; }));
}

TEST_CASE("a_shutdown_begins_in_a_callback_and_lets_the_reply_out") {
    Base base;
    HttpServer server(base);
    bool done = false;
    server.on_request = [&](evhttp_request* request) {
        CHECK(evlet_http_shutdown(
                  server, nullptr, [](evhttp*, void* flag) { *static_cast<bool*>(flag) = true; },
                  &done) == 0);
        HttpServer::reply(request, 200, "bye");
    };
    {
        HttpPeer peer(base, server.port());
        peer.send(kGet);
        CHECK(peer.ends());
        CHECK(body_of(peer.text) == "bye");
    }
    CHECK(run_until(base, [&] { return done; }));
}
