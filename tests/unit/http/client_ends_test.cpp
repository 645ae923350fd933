// SPDX-License-Identifier: BSD-3-Clause
// Clients: requests that are cancelled, connections that are freed, by whom and wherever.
#include "client_support.h"

using namespace evlet_test;

namespace {

int events_of(event_base* base) {
    return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
}

}  // namespace

TEST_CASE("a_cancelled_request_is_told_so_once_and_the_next_goes_on") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_request* const first = client.make("/1");
    client.make("/2");
    HttpPeer peer = accept_request(base, listener);
    evhttp_cancel_request(first);
    CHECK(client.errors == Errors{EVREQ_HTTP_REQUEST_CANCEL});
    CHECK(client.closes == 1);
    HttpPeer next = accept_request(base, listener);
    CHECK(next.text.rfind("GET /2 ", 0) == 0);
    next.send(short_reply("ab"));
    CHECK(client.has(1));
    CHECK(client.errors.size() == 1);
}

TEST_CASE("cancelling_the_only_request_gives_up_connecting") {
    Base base;
    const int before = events_of(base);
    Peer silent(Peer::silent, AF_INET);
    HttpClient client(base, silent.port());
    evhttp_cancel_request(client.make("/"));
    CHECK(client.errors == Errors{EVREQ_HTTP_REQUEST_CANCEL});
    settle(base);
    CHECK(events_of(base) == before);
}

TEST_CASE("cancelling_while_it_waits_to_connect_again_ends_the_wait") {
    Base base;
    const int before = events_of(base);
    Peer nobody(Peer::refuses, AF_INET);
    HttpClient client(base, nobody.port());
    evhttp_connection_set_retries(client.connection, -1);
    evhttp_request* const request = client.make("/");
    CHECK(run_until(base, [&] {
        return bufferevent_getfd(evhttp_connection_get_bufferevent(client.connection)) < 0;
    }));
    evhttp_cancel_request(request);
    settle(base);
    CHECK(events_of(base) == before);
}

TEST_CASE("a_request_is_cancelled_in_its_own_callbacks") {
    enum Where { header, chunk, producer };
    for (const Where where : {header, chunk, producer}) {
        CAPTURE(where);
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        if (where == header)
            client.on_header = [](evhttp_request* request) {
                evhttp_cancel_request(request);
                return 0;
            };
        if (where == chunk)
            client.on_chunk = [](evhttp_request* request) { evhttp_cancel_request(request); };
        evhttp_request* const request = client.prepare();
        if (where == producer)
            evlet_http_request_set_producer(
                request, 5,
                [](evhttp_request* self, evbuffer* out, void*) {
                    evbuffer_add(out, "a", 1);
                    evhttp_cancel_request(self);
                    return EVLET_HTTP_MORE;
                },
                nullptr);
        client.send(request);
        HttpPeer peer = accept_peer(base, listener);
        if (where != producer) {
            REQUIRE(peer.gets("\r\n\r\n"));
            peer.send(short_reply("ab"));
        }
        CHECK(run_until(base, [&] { return client.errors.size() == 1; }));
        CHECK(client.errors == Errors{EVREQ_HTTP_REQUEST_CANCEL});
        CHECK(peer.ends());
        client.on_header = nullptr;
        client.on_chunk = nullptr;
        client.make("/next");
        HttpPeer next = accept_request(base, listener);
        next.send(short_reply("cd"));
        CHECK(client.has(1));
        CHECK(client.results == Results{"200 cd"});
    }
}

TEST_CASE("a_loop_ends_when_the_only_request_was_cancelled_in_its_producer") {
    Base base;
    const int before = events_of(base);
    TcpPair pair;
    const int own = dup(pair[0]);
    bufferevent* const bev = bufferevent_socket_new(base, own, BEV_OPT_CLOSE_ON_FREE);
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, bev));
    evhttp_request* const request = client.prepare();
    evlet_http_request_set_producer(
        request, -1,
        [](evhttp_request* self, evbuffer*, void*) {
            evhttp_cancel_request(self);
            return EVLET_HTTP_MORE;
        },
        nullptr);
    client.send(request);
    CHECK(client.errors == Errors{EVREQ_HTTP_REQUEST_CANCEL});
    settle(base);
    CHECK(events_of(base) == before);
}

TEST_CASE("cancelling_a_request_in_its_callback_does_nothing") {
    Base base;
    HttpServer server(base);
    HttpClient client(base, server.port());
    client.on_reply = [](evhttp_request* request) { evhttp_cancel_request(request); };
    client.make("/1");
    client.make("/2");
    CHECK(client.has(2));
    CHECK(client.errors.empty());
    CHECK(evhttp_get_connection_count(server) == 1);
}

TEST_CASE("without_a_connection_one_callback_may_cancel_the_other_requests") {
    Base base;
    Peer nobody(Peer::refuses, AF_INET);
    HttpClient client(base, nobody.port());
    evhttp_request* others[2] = {};
    client.on_reply = [&](evhttp_request*) {
        for (evhttp_request*& other : others)
            if (other)
                evhttp_cancel_request(std::exchange(other, nullptr));
    };
    client.make("/1");
    for (evhttp_request*& other : others)
        other = client.make("/2");
    CHECK(run_until(base, [&] { return client.errors.size() == 2; }));
    settle(base);
    CHECK(client.results == Results{"0 "});
    CHECK(client.errors == Errors(2, EVREQ_HTTP_REQUEST_CANCEL));
}

TEST_CASE("without_a_connection_the_first_callback_may_free_it") {
    Base base;
    Peer nobody(Peer::refuses, AF_INET);
    HttpClient client(base, nobody.port());
    client.on_reply = [&](evhttp_request*) { client.free(); };
    for (int i = 0; i < 3; ++i)
        client.make("/");
    CHECK(run_until(base, [&] { return !client.connection; }));
    settle(base);
    CHECK(client.results == Results{"0 "});
}

TEST_CASE("a_connection_may_be_freed_in_any_callback_and_no_other_follows") {
    enum Where { reply, header, chunk, error, close, producer };
    for (const Where where : {reply, header, chunk, error, close, producer}) {
        CAPTURE(where);
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        const auto free = [&] { client.free(); };
        if (where == reply)
            client.on_reply = [&](evhttp_request*) { free(); };
        if (where == header)
            client.on_header = [&](evhttp_request*) {
                free();
                return 0;
            };
        if (where == chunk)
            client.on_chunk = [&](evhttp_request*) { free(); };
        if (where == error)
            client.on_error = [&](evhttp_request_error) { free(); };
        if (where == close)
            client.on_close = free;
        evhttp_request* const request = client.prepare();
        if (where == producer)
            evlet_http_request_set_producer(
                request, -1,
                [](evhttp_request*, evbuffer* out, void* argument) {
                    evbuffer_add(out, "a", 1);
                    static_cast<HttpClient*>(argument)->free();
                    return EVLET_HTTP_MORE;
                },
                &client);
        client.send(request, "/1", EVHTTP_REQ_POST);
        client.make("/2");
        {
            HttpPeer peer = accept_peer(base, listener);
            if (where != producer) {
                REQUIRE(peer.gets("/1"));
                peer.send(where == error || where == close ? "HTTP/1.1 200 OK\r\nA\r\n\r\n"
                                                           : short_reply("ab"));
            }
            CHECK(run_until(base, [&] { return !client.connection; }));
        }
        CHECK(is_left_alone(base, listener));
        CHECK(client.results == (where == reply ? Results{"200 ab"} : Results{}));
        CHECK(client.errors.size() == (where == reply ? 0 : 1));
        if (where == error)
            CHECK(client.errors == Errors{EVREQ_HTTP_INVALID_HEADER});
        else if (where != reply)
            CHECK(client.errors == Errors{EVREQ_HTTP_REQUEST_CANCEL});
    }
}

TEST_CASE("a_request_made_in_the_close_callback_of_a_connection_being_freed_is_refused") {
    Base base;
    HttpServer server(base);
    HttpClient client(base, server.port());
    evhttp_connection* const connection = client.connection;
    int refused = 0;
    client.on_close = [&] {
        if (evhttp_make_request(connection, client.prepare(), EVHTTP_REQ_GET, "/") == -1)
            ++refused;
    };
    client.make("/");
    CHECK(client.has(1));
    client.free();
    CHECK(refused == 1);
    settle(base);
    CHECK(client.results.size() == 1);
}

TEST_CASE("a_request_made_in_the_close_callback_connects_anew") {
    Base base;
    HttpServer server(base);
    evlet_http_set_max_requests(server, 1);
    HttpClient client(base, server.port());
    client.on_close = [&] {
        if (client.closes < 3)
            client.make("/");
    };
    client.make("/");
    CHECK(client.has(3));
    CHECK(run_until(base, [&] { return client.closes == 3; }));
    client.on_close = nullptr;
}

TEST_CASE("freeing_a_connection_cancels_the_request_in_progress_alone") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    for (int i = 0; i < 3; ++i)
        client.make("/");
    HttpPeer peer = accept_request(base, listener);
    client.free();
    CHECK(client.errors == Errors{EVREQ_HTTP_REQUEST_CANCEL});
    CHECK(client.closes == 1);
    CHECK(peer.ends());
    CHECK(client.results.empty());
}

TEST_CASE("a_connection_is_freed_on_completion_when_all_its_requests_have_ended") {
    Base base;
    HttpServer server(base);
    HttpClient client(base, server.port());
    client.make("/1");
    client.make("/2");
    evhttp_connection_free_on_completion(client.connection);
    CHECK(client.has(2));
    client.connection = nullptr;
    CHECK(client.closes == 1);
    CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
}

TEST_CASE("a_connection_without_requests_is_freed_on_completion_at_once") {
    Base base;
    HttpServer server(base);
    HttpClient resting(base, server.port());
    resting.make("/");
    CHECK(resting.has(1));
    evhttp_connection_free_on_completion(std::exchange(resting.connection, nullptr));
    CHECK(resting.closes == 1);
    HttpClient in_callback(base, server.port());
    bool alive = false;
    in_callback.on_reply = [&](evhttp_request*) {
        evhttp_connection_free_on_completion(in_callback.connection);
        alive = in_callback.closes == 0;
    };
    in_callback.make("/");
    CHECK(run_until(base, [&] { return in_callback.closes == 1; }));
    in_callback.connection = nullptr;
    CHECK(alive);
}

TEST_CASE("an_owned_request_stays_after_its_callback") {
    for (const bool fails : {false, true}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        evhttp_request* const request = client.prepare();
        evhttp_request_own(request);
        CHECK(evhttp_request_is_owned(request) == 1);
        client.send(request);
        HttpPeer peer = accept_request(base, listener);
        peer.send(fails ? "what" : short_reply("ab"));
        peer.close();
        CHECK(client.has(1));
        client.free();
        CHECK(!evhttp_request_get_connection(request));
        CHECK(text_of(evhttp_request_get_input_buffer(request)) == (fails ? "" : "ab"));
        evhttp_cancel_request(request);
        CHECK(evhttp_request_is_owned(request) == 1);
        evhttp_request_free(request);
    }
}

TEST_CASE("an_owned_request_may_be_freed_in_its_callback_and_the_connection_stays") {
    Base base;
    HttpServer server(base);
    HttpClient client(base, server.port());
    client.on_reply = [](evhttp_request* request) { evhttp_request_free(request); };
    for (int i = 0; i < 2; ++i) {
        evhttp_request* const request = client.prepare();
        evhttp_request_own(request);
        client.send(request);
    }
    CHECK(client.has(2));
    CHECK(client.results == Results{"200 ok", "200 ok"});
    CHECK(client.closes == 0);
}

TEST_CASE("an_owned_request_outlives_a_connection_freed_before_the_reply") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_request* const request = client.prepare();
    evhttp_request_own(request);
    client.send(request);
    const HttpPeer peer = accept_request(base, listener);
    client.free();
    CHECK(!evhttp_request_get_connection(request));
    evhttp_request_free(request);
}

TEST_CASE("a_request_that_was_never_made_is_freed_by_the_program") {
    evhttp_request* const request = evhttp_request_new(nullptr, nullptr);
    REQUIRE(request);
    HttpClient::add_field(request, "A", "b");
    CHECK(!evhttp_request_get_connection(request));
    evhttp_request_free(request);
    evhttp_request* const other = evhttp_request_new(nullptr, nullptr);
    evhttp_cancel_request(other);
}
