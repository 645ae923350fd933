// SPDX-License-Identifier: BSD-3-Clause
// Clients of calls: pools, connections, and the ways in which a call fails.
#include <errno.h>

#include "rpc_support.h"

using namespace evlet_test;

namespace {

// A server that answers each call with a body of its own.
void answer_all(HttpServer& server, int code, const std::string& body) {
    server.on_request = [code, body](evhttp_request* request) {
        HttpServer::reply(request, code, body);
    };
}

int closed_port() {
    const Peer listener(Peer::listens, AF_INET);
    return listener.port();
}

}  // namespace

TEST_CASE("calls_wait_for_a_connection") {
    Base base;
    SumServer server(base);
    SumClient client(base, 0);
    CHECK(client.call() == 0);
    settle(base);
    CHECK(client.results.empty());
    client.connect(server.http.port());
    CHECK(client.has(1));
    CHECK(client.results == Results{"42"});
}

TEST_CASE("a_connection_without_a_base_gets_that_of_its_pool") {
    Base base;
    SumServer server(base);
    SumClient client(base, 0);
    evhttp_connection* const connection = evhttp_connection_base_new(
        nullptr, nullptr, "127.0.0.1", static_cast<ev_uint16_t>(server.http.port()));
    REQUIRE(connection);
    evrpc_pool_add_connection(client.pool, connection);
    CHECK(evhttp_connection_get_base(connection) == base);
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{"42"});
}

TEST_CASE("a_pool_without_a_base_uses_that_of_its_connection") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, 0);
    evrpc_pool* const pool = evrpc_pool_new(nullptr);
    REQUIRE(pool);
    evrpc_pool_free(std::exchange(client.pool, pool));
    client.connect(server.http.port());
    evrpc_pool_set_timeout(pool, 1);
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{kTimeout});
    EVRPC_REQUEST_DONE(server.calls[0]);
}

TEST_CASE("a_connection_has_one_call_at_a_time") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, server.http.port());
    client.connect(server.http.port());
    for (unsigned i = 0; i < 5; ++i)
        client.call(i);
    REQUIRE(run_until(base, [&] { return server.calls.size() == 2; }));
    settle(base);
    CHECK(server.calls.size() == 2);
    for (size_t i = 0; i < 5; ++i) {
        REQUIRE(run_until(base, [&] { return server.calls.size() > i; }));
        add_up(server.calls[i]);
        EVRPC_REQUEST_DONE(server.calls[i]);
    }
    CHECK(client.has(5));
}

TEST_CASE("a_call_without_a_reply_in_time_ends") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, server.http.port());
    evrpc_pool_set_timeout(client.pool, 1);
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{kTimeout});
    REQUIRE(server.calls.size() == 1);
    EVRPC_REQUEST_DONE(server.calls[0]);
    // The connection is one that can be used again.
    server.on_call = nullptr;
    client.call();
    CHECK(client.has(2));
    CHECK(client.results[1] == "42");
}

TEST_CASE("a_paused_call_ends_in_time") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    evrpc_pool_set_timeout(client.pool, 1);
    void* context = nullptr;
    evrpc_add_hook(
        client.pool, EVRPC_OUTPUT,
        [](void* paused, evhttp_request*, evbuffer*, void* argument) {
            *static_cast<void**>(argument) = paused;
            return static_cast<int>(EVRPC_PAUSE);
        },
        &context);
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{kTimeout});
    CHECK(evrpc_resume_request(client.pool, context, EVRPC_CONTINUE) == -1);
}

TEST_CASE("a_connection_that_dies_ends_its_call") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    SumClient client(base, listener.port());
    client.call();
    REQUIRE(run_until(base, [&] { return is_ready(listener.fd(), POLLIN, 0); }));
    {
        HttpPeer peer(base, listener.accept());
        REQUIRE(peer.gets("\r\n\r\n"));
    }
    CHECK(client.has(1));
    CHECK(client.results == Results{kTimeout});
}

TEST_CASE("a_server_that_is_not_there_ends_a_call") {
    Base base;
    SumClient client(base, closed_port());
    client.on_result = [](evrpc_status* status) { CHECK(status->http_req == nullptr); };
    client.call();
    client.call();
    CHECK(client.has(2));
    CHECK(client.results == Results{kTimeout, kTimeout});
}

TEST_CASE("a_reply_that_is_no_message_leaves_an_empty_one") {
    Base base;
    HttpServer server(base);
    SumClient client(base, server.port());
    const char* const bodies[] = {
        "", "x", "\1\1", "\1\1\5\1\1\5", "\1\1\5\7\1\5", "\1\1\5\2\5\2\1a"};
    size_t count = 0;
    for (const char* body : bodies) {
        answer_all(server, 200, body);
        client.call();
        CHECK(client.has(++count));
        CHECK(client.results.back() == kBadPayload);
    }
    answer_all(server, 200, "\1\1\5");
    client.call();
    CHECK(client.has(++count));
    CHECK(client.results.back() == "5");
}

TEST_CASE("a_message_in_an_error_is_no_reply") {
    Base base;
    HttpServer server(base);
    answer_all(server, 500, "\1\1\5");
    SumClient client(base, server.port());
    client.on_result = [](evrpc_status* status) {
        CHECK(evhttp_request_get_response_code(status->http_req) == 500);
    };
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{kBadPayload});
}

TEST_CASE("a_reply_over_the_limit_ends_its_call") {
    Base base;
    HttpServer server(base);
    answer_all(server, 200, "\1\1\5\2\12\2\10abcdefgh");
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(server.port());
    client.call();
    CHECK(client.has(1));
    CHECK(client.results == Results{"5"});
    evhttp_connection_set_max_body_size(connection, 3);
    client.call();
    CHECK(client.has(2));
    CHECK(client.results[1] == kTimeout);
}

TEST_CASE("a_context_can_be_changed_before_its_call") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    SumClient other(base, 0);
    const Numbers question;
    const Total answer;
    REQUIRE(EVTAG_ARRAY_ADD_VALUE(question, values, 7));
    evrpc_request_wrapper* const context =
        EVRPC_MAKE_CTX(Sum, numbers, total, other.pool, static_cast<numbers*>(question),
                       static_cast<total*>(answer), nullptr, nullptr);
    REQUIRE(context);
    CHECK(evrpc_request_get_pool(context) == other.pool);
    evrpc_request_set_pool(context, client.pool);
    CHECK(evrpc_request_get_pool(context) == client.pool);
    int calls = 0;
    evrpc_request_set_cb(
        context, [](evrpc_status*, void*, void*, void* count) { ++*static_cast<int*>(count); },
        &calls);
    CHECK(evrpc_make_request(context) == 0);
    CHECK(run_until(base, [&] { return calls == 1; }));
    CHECK(answer->sum_data == 7);
}

// ---- What goes while a call is under way ----

TEST_CASE("calls_are_dropped_with_their_pool") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, server.http.port());
    client.call();
    client.call();
    REQUIRE(run_until(base, [&] { return server.calls.size() == 1; }));
    client.free();
    EVRPC_REQUEST_DONE(server.calls[0]);
    settle(base);
    CHECK(client.results.empty());
}

TEST_CASE("calls_that_connect_are_dropped_with_their_pool") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    client.call();
    client.free();
    settle(base);
    CHECK(client.results.empty());
}

TEST_CASE("a_callback_may_free_the_pool") {
    Base base;
    SumServer server(base);
    for (const int port : {server.http.port(), closed_port()}) {
        SumClient client(base, port);
        client.on_result = [&](evrpc_status*) { client.free(); };
        client.call();
        if (client.pool)
            client.call();
        CHECK(run_until(base, [&] { return client.pool == nullptr; }));
        settle(base);
        CHECK(client.results.size() == 1);
    }
}

TEST_CASE("a_callback_may_make_another_call") {
    Base base;
    SumServer server(base);
    for (const int port : {server.http.port(), closed_port()}) {
        SumClient client(base, port);
        client.on_result = [&](evrpc_status*) {
            if (client.results.size() < 5)
                client.call();
        };
        client.call();
        CHECK(client.has(5));
    }
}

TEST_CASE("a_connection_that_is_given_back_brings_its_reply") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(server.http.port());
    client.call();
    REQUIRE(run_until(base, [&] { return server.calls.size() == 1; }));
    evrpc_pool_remove_connection(client.pool, connection);
    evrpc_pool_remove_connection(client.pool, connection);
    add_up(server.calls[0]);
    EVRPC_REQUEST_DONE(server.calls[0]);
    CHECK(client.has(1));
    CHECK(client.results == Results{"42"});
    evhttp_connection_free(connection);
}

TEST_CASE("a_connection_that_is_freed_ends_its_call") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(server.http.port());
    client.call();
    REQUIRE(run_until(base, [&] { return server.calls.size() == 1; }));
    evrpc_pool_remove_connection(client.pool, connection);
    evhttp_connection_free(connection);
    CHECK(client.results == Results{kTimeout});
    EVRPC_REQUEST_DONE(server.calls[0]);
}

TEST_CASE("a_paused_call_whose_connection_is_given_back_is_not_sent") {
    Base base;
    SumServer server(base);
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(server.http.port());
    void* context = nullptr;
    evrpc_add_hook(
        client.pool, EVRPC_OUTPUT,
        [](void* paused, evhttp_request*, evbuffer*, void* argument) {
            *static_cast<void**>(argument) = paused;
            return static_cast<int>(EVRPC_PAUSE);
        },
        &context);
    client.call();
    REQUIRE(context);
    evrpc_pool_remove_connection(client.pool, connection);
    evhttp_connection_free(connection);
    CHECK(evrpc_resume_request(client.pool, context, EVRPC_CONTINUE) == 0);
    CHECK(client.results == Results{kUnstarted});
}

TEST_CASE("a_pool_may_be_freed_when_the_connection_of_a_call_out_of_time_closes") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(server.http.port());
    evhttp_connection_set_closecb(
        connection,
        [](evhttp_connection*, void* argument) { static_cast<SumClient*>(argument)->free(); },
        &client);
    evrpc_pool_set_timeout(client.pool, 1);
    // That the connection is not the first to know.
    evhttp_connection_set_timeout(connection, 60);
    client.call();
    CHECK(run_until(base, [&] { return client.pool == nullptr; }));
    CHECK(client.results.empty());
    REQUIRE(server.calls.size() == 1);
    EVRPC_REQUEST_DONE(server.calls[0]);
}

TEST_CASE("a_pool_may_be_freed_when_a_connection_that_was_given_back_closes") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(listener.port());
    evhttp_connection_set_closecb(
        connection,
        [](evhttp_connection*, void* argument) { static_cast<SumClient*>(argument)->free(); },
        &client);
    client.call();
    REQUIRE(run_until(base, [&] { return is_ready(listener.fd(), POLLIN, 0); }));
    {
        HttpPeer peer(base, listener.accept());
        REQUIRE(peer.gets("\r\n\r\n"));
        evrpc_pool_remove_connection(client.pool, connection);
    }
    CHECK(run_until(base, [&] { return client.pool == nullptr; }));
    settle(base);
    CHECK(client.results.empty());
    evhttp_connection_free(connection);
}

TEST_CASE("a_connection_that_is_freed_while_it_connects_ends_its_call") {
    Base base;
    SumServer server(base);
    SumClient client(base, 0);
    evhttp_connection* const connection = client.connect(server.http.port());
    client.call();
    evrpc_pool_remove_connection(client.pool, connection);
    CHECK(client.results.empty());
    evhttp_connection_free(connection);
    CHECK(client.results == Results{kTimeout});
}

TEST_CASE("a_request_without_memory_is_not_sent") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    const Numbers question;
    const Total answer;
    int error = 0;
    const auto told = [](evrpc_status* status, void*, void*, void* ret_error) {
        *static_cast<int*>(ret_error) = status->error;
    };
    CHECK(evrpc_send_request_generic(
              client.pool, static_cast<numbers*>(question), static_cast<total*>(answer), told,
              &error, "Sum", [](evbuffer*, void*) { errno = ENOMEM; },
              [](void* reply) { total_clear(static_cast<total*>(reply)); },
              [](void*, evbuffer*) { return 0; }) == 0);
    CHECK(error == EVRPC_STATUS_ERR_UNSTARTED);
    CHECK(server.calls.empty());
}

TEST_CASE("what_a_reply_had_before_a_call_failed_is_cleared") {
    Base base;
    SumClient client(base, 0);
    client.call();
    REQUIRE(EVTAG_ASSIGN(client.asked[0]->answer, sum, 1) == 0);
    client.connect(closed_port());
    CHECK(client.has(1));
    CHECK(client.results == Results{kTimeout});
}
