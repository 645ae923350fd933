// SPDX-License-Identifier: BSD-3-Clause
// Servers of calls: what is answered and what is refused, and what is freed under way.
#include <stdlib.h>
#include <string.h>

#include "rpc_support.h"

using namespace evlet_test;

EVRPC_GENERATE(Sum, numbers, total)

TEST_CASE("a_call_is_answered") {
    Base base;
    SumServer server(base);
    SumClient client(base, server.http.port());
    CHECK(client.call() == 0);
    CHECK(client.call(3) == 0);
    CHECK(client.has(2));
    CHECK(client.results == Results{"42", "43"});
}

TEST_CASE("a_reply_is_bytes_of_no_other_type") {
    Base base;
    SumServer server(base);
    const std::string reply = talk(base, server.http.port(), sum_request());
    CHECK(status_line_of(reply) == "HTTP/1.1 200 OK");
    CHECK(field_of(reply, "Content-Type") == "application/octet-stream");
    CHECK(body_of(reply) == "\1\1\13");
}

TEST_CASE("only_calls_may_lack_the_host_field") {
    Base base;
    SumServer server(base);
    const int port = server.http.port();
    CHECK(status_of(talk(base, port, sum_request())) == 200);
    CHECK(status_of(talk(base, port, sum_request("/.rpc.Unknown"))) ==
          200);  // the general callback
    for (const char* target : {"/", "/.rpc", "/.rpc.", "/%2erpc.Sum", "/x/.rpc.Sum"}) {
        CAPTURE(target);
        CHECK(status_of(talk(base, port, sum_request(target))) == 400);
    }
    CHECK(status_of(talk(base, port, sum_request("/.rpc.Sum", "PUT"))) == 400);
    CHECK(status_of(talk(base, port, "POST /.rpc.Sum HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")) ==
          400);
}

TEST_CASE("a_server_without_calls_requires_the_host_field_again") {
    Base base;
    SumServer server(base);
    evrpc_base* const second = evrpc_init(server.http);
    REQUIRE(second);
    const int port = server.http.port();
    evrpc_free(second);
    CHECK(status_of(talk(base, port, sum_request())) == 200);
    server.free();
    CHECK(status_of(talk(base, port, sum_request())) == 400);
}

TEST_CASE("what_is_no_message_is_refused") {
    Base base;
    SumServer server(base);
    const int port = server.http.port();
    CHECK(status_of(talk(base, port, request_for("/.rpc.Sum", "Connection: close\r\n"))) == 503);
    for (const char* body : {"\1", "\1\5\1", "\7\1\1", "\2\1a\2\1a"}) {
        const std::string fields =
            "Connection: close\r\nContent-Length: " + std::to_string(strlen(body)) + "\r\n";
        CHECK(status_of(talk(base, port, request_for("/.rpc.Sum", fields, body, "POST"))) == 503);
    }
    CHECK(server.calls.empty());
}

TEST_CASE("a_body_over_the_limit_is_refused") {
    Base base;
    SumServer server(base);
    evhttp_set_max_body_size(server.http, 5);
    CHECK(status_of(talk(base, server.http.port(), sum_request())) == 413);
    SumClient client(base, server.http.port());
    client.call();
    CHECK(client.has(1));
    CHECK(client.results[0] == kBadPayload);
    CHECK(server.calls.empty());
}

TEST_CASE("a_reply_that_is_not_complete_is_not_sent") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall* call) { EVRPC_REQUEST_DONE(call); };
    CHECK(status_of(talk(base, server.http.port(), sum_request())) == 503);
}

TEST_CASE("messages_of_a_call_are_reached_without_its_type") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall* call) {
        auto* const generic = reinterpret_cast<evrpc_req_generic*>(call);
        CHECK(evrpc_get_request(generic) == call->request);
        CHECK(evrpc_get_reply(generic) == call->reply);
        CHECK(evhttp_request_get_command(EVRPC_REQUEST_HTTP(call)) == EVHTTP_REQ_POST);
        add_up(call);
        EVRPC_REQUEST_DONE(call);
    };
    CHECK(status_of(talk(base, server.http.port(), sum_request())) == 200);
}

TEST_CASE("calls_are_answered_later_and_in_any_order") {
    Base base;
    SumServer server(base);
    server.on_call = [](SumCall*) {};
    SumClient client(base, server.http.port());
    client.connect(server.http.port());
    client.call(1);
    client.call(2);
    REQUIRE(run_until(base, [&] { return server.calls.size() == 2; }));
    for (int i : {1, 0}) {
        add_up(server.calls[static_cast<size_t>(i)]);
        EVRPC_REQUEST_DONE(server.calls[static_cast<size_t>(i)]);
        CHECK(client.has(i ? 1 : 2));
    }
}

TEST_CASE("a_name_is_taken_once") {
    Base base;
    SumServer server(base);
    CHECK(EVRPC_REGISTER(server.rpc, Sum, numbers, total, nullptr, nullptr) == -1);
    CHECK(EVRPC_UNREGISTER(server.rpc, Other) == -1);
    CHECK(EVRPC_UNREGISTER(server.rpc, Sum) == 0);
    CHECK(EVRPC_UNREGISTER(server.rpc, Sum) == -1);
    CHECK(EVRPC_REGISTER(server.rpc, Sum, numbers, total, nullptr, nullptr) == 0);
}

TEST_CASE("a_structure_of_the_program_is_registered_and_freed") {
    Base base;
    SumServer server(base);
    auto* const rpc = static_cast<evrpc*>(calloc(1, sizeof(evrpc)));
    auto* const name = static_cast<char*>(malloc(sizeof "Other"));
    memcpy(name, "Other", sizeof "Other");
    rpc->uri = name;
    rpc->request_new = reinterpret_cast<void* (*)(void*)>(numbers_new_with_arg);
    rpc->request_free = [](void* message) { numbers_free(static_cast<numbers*>(message)); };
    rpc->request_unmarshal = [](void* message, evbuffer* bytes) {
        return numbers_unmarshal(static_cast<numbers*>(message), bytes);
    };
    rpc->reply_new = [](void*) -> void* { return nullptr; };  // no memory for replies
    int calls = 0;
    const auto told = [](evrpc_req_generic*, void* count) { ++*static_cast<int*>(count); };
    CHECK(evrpc_register_rpc(server.rpc, rpc, told, &calls) == 0);
    CHECK(status_of(talk(base, server.http.port(), sum_request("/.rpc.Other"))) == 503);
    CHECK(calls == 0);
}

// ---- What goes while a call is under way ----

namespace {

// A peer that has made a call, which has come.
HttpPeer peer_with_call(event_base* base, SumServer& server) {
    HttpPeer peer(base, server.http.port());
    server.on_call = [](SumCall*) {};
    peer.send(sum_request());
    REQUIRE(run_until(base, [&] { return server.calls.size() == 1; }));
    return peer;
}

void answer(SumCall* call) {
    add_up(call);
    EVRPC_REQUEST_DONE(call);
}

}  // namespace

TEST_CASE("a_call_that_is_unregistered_is_still_answered") {
    Base base;
    SumServer server(base);
    HttpPeer peer = peer_with_call(base, server);
    CHECK(EVRPC_UNREGISTER(server.rpc, Sum) == 0);
    answer(server.calls[0]);
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 200);
}

TEST_CASE("a_call_is_answered_after_its_base_has_gone") {
    Base base;
    SumServer server(base);
    HttpPeer peer = peer_with_call(base, server);
    server.free();
    answer(server.calls[0]);
    CHECK(peer.ends());
    CHECK(status_of(peer.text) == 200);
}

TEST_CASE("a_call_is_answered_after_its_client_has_left") {
    Base base;
    SumServer server(base);
    HttpPeer peer = peer_with_call(base, server);
    reset(peer);
    CHECK(has_connections(base, server.http, 0));
    answer(server.calls[0]);
}

TEST_CASE("a_call_is_answered_after_the_program_has_freed_its_connection") {
    Base base;
    SumServer server(base);
    HttpPeer peer = peer_with_call(base, server);
    evhttp_connection_free(evhttp_request_get_connection(server.calls[0]->http_req));
    CHECK(peer.ends());
    answer(server.calls[0]);
}

TEST_CASE("a_call_is_answered_after_its_server_has_gone") {
    Base base;
    SumServer server(base);
    HttpPeer peer = peer_with_call(base, server);
    server.free();
    server.http.free();
    answer(server.calls[0]);
    CHECK(peer.ends());
}

TEST_CASE("a_callback_may_free_its_base_and_the_server") {
    for (const bool first : {true, false}) {
        Base base;
        SumServer server(base);
        server.on_call = [&](SumCall* call) {
            if (!first)
                answer(call);
            server.free();
            server.http.free();
            if (first)
                answer(call);
        };
        HttpPeer peer(base, server.http.port());
        peer.send(sum_request());
        CHECK(peer.ends());
        CHECK(server.calls.size() == 1);
    }
}
