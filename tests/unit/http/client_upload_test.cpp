// SPDX-License-Identifier: BSD-3-Clause
// Clients: bodies that are made piece by piece, time, and replies that come before the end.
#include "client_support.h"

using namespace evlet_test;

namespace {

// Makes what it is told to, piece by piece.
struct Source {
    struct Piece {
        std::string bytes;
        evlet_http_produced answer;
    };
    explicit Source(std::vector<Piece> wanted) : pieces(std::move(wanted)) {}
    evhttp_request* attach(HttpClient& client, ev_int64_t length) {
        evhttp_request* const request = client.prepare();
        evlet_http_request_set_producer(request, length, make, this);
        return request;
    }
    static evlet_http_produced make(evhttp_request*, evbuffer* out, void* argument) {
        auto& self = *static_cast<Source*>(argument);
        ++self.calls;
        if (self.calls > self.pieces.size())
            return EVLET_HTTP_END;
        const Piece& piece = self.pieces[self.calls - 1];
        evbuffer_add(out, piece.bytes.data(), piece.bytes.size());
        return piece.answer;
    }
    std::vector<Piece> pieces;
    size_t calls = 0;
};

// What becomes of a request whose producer is at odds with what was promised.
std::string fate(ev_int64_t length, const std::vector<Source::Piece>& pieces) {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    Source source(pieces);
    client.send(source.attach(client, length), "/", EVHTTP_REQ_PUT);
    CHECK(client.has(1));
    CHECK(client.errors == Errors{EVREQ_HTTP_BUFFER_ERROR});
    CHECK(client.closes == 1);
    return client.results[0];
}

// A body that no socket takes at once.
evlet_http_produced make_forever(evhttp_request*, evbuffer* out, void*) {
    const std::string part(65536, 'x');
    evbuffer_add(out, part.data(), part.size());
    return EVLET_HTTP_MORE;
}

}  // namespace

TEST_CASE("pieces_are_chunks_or_bytes_and_empty_ones_are_nothing") {
    struct {
        ev_int64_t length;
        const char* head;
        const char* body;
    } const cases[] = {
        {-1, "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"},
        {17, "Content-Length: 17\r\n\r\n", "a0123456789abcdef"},
    };
    for (const auto& each : cases) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        Source source(
            {{"a", EVLET_HTTP_MORE}, {"", EVLET_HTTP_MORE}, {"0123456789abcdef", EVLET_HTTP_END}});
        client.send(source.attach(client, each.length), "/", EVHTTP_REQ_PUT);
        HttpPeer peer = accept_request(base, listener);
        CHECK(peer.gets(each.body));
        CHECK(peer.text == "PUT / HTTP/1.1\r\n" + host_of(listener) + each.head + each.body);
        peer.send(short_reply("ab"));
        CHECK(client.has(1));
        CHECK(client.closes == 0);
        CHECK(source.calls == 3);
    }
}

TEST_CASE("a_producer_of_nothing_sends_an_empty_body") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    Source empty({});
    client.send(empty.attach(client, -1), "/", EVHTTP_REQ_PUT);
    HttpPeer peer = accept_request(base, listener);
    CHECK(peer.gets("\r\n\r\n0\r\n\r\n"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    Source none({});
    client.send(none.attach(client, 0), "/", EVHTTP_REQ_PUT);
    CHECK(peer.gets("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("a_producer_is_held_to_what_was_promised") {
    CHECK(fate(3, {{"ab", EVLET_HTTP_MORE}, {"cd", EVLET_HTTP_MORE}}) == "none");
    CHECK(fate(3, {{"abcd", EVLET_HTTP_END}}) == "none");
    CHECK(fate(3, {{"ab", EVLET_HTTP_END}}) == "none");
    CHECK(fate(-1, {{"ab", EVLET_HTTP_ABORT}}) == "none");
    CHECK(fate(-1, {{"ab", EVLET_HTTP_MORE}, {"", EVLET_HTTP_ABORT}}) == "none");
}

TEST_CASE("a_producer_that_waits_is_called_when_it_is_resumed_alone") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    Source source({{"", EVLET_HTTP_WAIT}, {"ab", EVLET_HTTP_WAIT}, {"cd", EVLET_HTTP_END}});
    evhttp_request* const request = source.attach(client, -1);
    evlet_http_request_resume_producer(request);
    client.send(request, "/", EVHTTP_REQ_PUT);
    HttpPeer peer = accept_request(base, listener);
    for (size_t calls = 1; calls <= 3; ++calls) {
        settle(base);
        CHECK(source.calls == calls);
        evlet_http_request_resume_producer(request);
        if (calls == 2)
            evlet_http_request_resume_producer(request);
    }
    CHECK(peer.gets("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    CHECK(source.calls == 3);
}

TEST_CASE("a_producer_keeps_pace_with_the_peer") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_request* const request = client.prepare();
    evlet_http_request_set_producer(request, -1, make_forever, nullptr);
    client.send(request, "/", EVHTTP_REQ_PUT);
    HttpPeer peer = accept_peer(base, listener);
    bufferevent* const bev = evhttp_connection_get_bufferevent(client.connection);
    for (int i = 0; i < 300; ++i) {
        pass(base);
        CHECK(evbuffer_get_length(bufferevent_get_output(bev)) < 3 * 65536);
    }
    // The reply comes before the end: the producer is not called any more.
    peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
    CHECK(client.has(1));
    CHECK(client.results == Results{"413 no"});
    CHECK(client.closes == 1);
}

TEST_CASE("a_reply_read_after_a_failed_write_counts_if_asked_for") {
    for (const bool asked : {true, false}) {
        Base base;
        bufferevent* ends[2];
        REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
        HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, ends[0]));
        SocketStream server(ends[1]);
        if (asked)
            REQUIRE(evhttp_connection_set_flags(client.connection,
                                                EVHTTP_CON_READ_ON_WRITE_ERROR) == 0);
        client.make("/", EVHTTP_REQ_POST, "body");
        bufferevent_event_cb on_event = nullptr;
        void* argument = nullptr;
        bufferevent_getcb(ends[0], nullptr, nullptr, &on_event, &argument);
        on_event(ends[0], BEV_EVENT_ERROR | BEV_EVENT_WRITING, argument);
        CHECK(client.results.size() == (asked ? 0 : 1));
        if (asked) {
            server.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
            CHECK(client.has(1));
            CHECK(client.closes == 1);
        }
        CHECK(client.results[0] == (asked ? "413 no" : "none"));
    }
}

TEST_CASE("connecting_takes_no_longer_than_it_may") {
    Base base;
    Peer silent(Peer::silent, AF_INET);
    HttpClient client(base, silent.port());
    const timeval limit = milliseconds(40);
    evhttp_connection_set_connect_timeout_tv(client.connection, &limit);
    client.make("/1");
    client.make("/2");
    CHECK(client.has(2));
    CHECK(client.results == Results{"0 ", "0 "});
    CHECK(client.errors.empty());
}

TEST_CASE("times_that_are_set_while_it_waits_to_connect_again_leave_the_wait_alone") {
    Base base;
    Peer nobody(Peer::refuses, AF_INET);
    HttpClient client(base, nobody.port());
    const timeval soon = milliseconds(20);
    evhttp_connection_set_retries(client.connection, 1);
    evhttp_connection_set_initial_retry_tv(client.connection, &soon);
    client.make("/");
    bufferevent* const bev = evhttp_connection_get_bufferevent(client.connection);
    CHECK(run_until(base, [&] { return bufferevent_getfd(bev) < 0; }));
    evhttp_connection_set_timeout(client.connection, 3000);
    CHECK(client.has(1));
    CHECK(client.results == Results{"0 "});
}

TEST_CASE("each_try_to_connect_again_waits_twice_as_long") {
    Base base;
    Peer nobody(Peer::refuses, AF_INET);
    HttpClient client(base, nobody.port());
    const timeval first = milliseconds(10);
    evhttp_connection_set_retries(client.connection, 3);
    evhttp_connection_set_initial_retry_tv(client.connection, &first);
    const long long start = monotonic_us(base);
    client.make("/");
    CHECK(client.has(1));
    CHECK(monotonic_us(base) - start >= (10 + 20 + 40) * 1000);
    CHECK(client.results == Results{"0 "});
}

TEST_CASE("a_peer_that_appears_in_time_gets_the_request_that_waited") {
    Base base;
    const Fd later = bound_socket(AF_INET);
    HttpClient client(base, local_address(later).port());
    const timeval soon = milliseconds(10);
    evhttp_connection_set_retries(client.connection, -1);
    evhttp_connection_set_initial_retry_tv(client.connection, &soon);
    client.make("/");
    bufferevent* const bev = evhttp_connection_get_bufferevent(client.connection);
    CHECK(run_until(base, [&] { return bufferevent_getfd(bev) < 0; }));
    REQUIRE(listen(later, 4) == 0);
    REQUIRE(run_until(base, [&] { return is_ready(later, POLLIN, 0); }));
    HttpPeer peer(base, Fd(::accept(later, nullptr, nullptr)));
    REQUIRE(peer.gets("\r\n\r\n"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    CHECK(client.results == Results{"200 ab"});
}

TEST_CASE("a_body_that_stops_coming_and_a_peer_that_takes_nothing_time_out") {
    for (const bool reading : {true, false}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        const timeval limit = milliseconds(60);
        evhttp_request* const request = client.prepare();
        if (reading) {
            evhttp_connection_set_read_timeout_tv(client.connection, &limit);
        } else {
            evhttp_connection_set_write_timeout_tv(client.connection, &limit);
            evlet_http_request_set_producer(request, -1, make_forever, nullptr);
        }
        client.send(request, "/", EVHTTP_REQ_PUT);
        HttpPeer peer = accept_peer(base, listener);
        if (reading) {
            REQUIRE(peer.gets("\r\n\r\n"));
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
        }
        CHECK(client.has(1));
        CHECK(client.results == Results{"none"});
        CHECK(client.errors == Errors{EVREQ_HTTP_TIMEOUT});
    }
}
