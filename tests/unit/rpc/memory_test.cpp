// SPDX-License-Identifier: BSD-3-Clause
// Calls without memory: each ends once, and nothing leaks.
#include "rpc_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS
namespace {

int go_on(void* context, evhttp_request*, evbuffer*, void*) {
    evrpc_hook_add_meta(context, "key", "value", 5);
    return EVRPC_CONTINUE;
}

struct Ends {
    int calls = 0;
    int error = 0;
    unsigned long long sum = 0;
    static void told(evrpc_status* status, numbers*, total* answer, void* argument) {
        auto& self = *static_cast<Ends*>(argument);
        ++self.calls;
        self.error = status->error;
        self.sum = answer->sum_data;
    }
};

// A server, a pool and a call, while the n-th allocation fails. Whether that was met.
bool exchange(Base& base, FailingMemory& memory, HttpServer& http, int nth, bool and_all_after) {
    const Numbers question;
    const Total answer;
    REQUIRE(EVTAG_ARRAY_ADD_VALUE(question, values, 42));
    Ends ends;
    const auto serve = [](SumCall* call, void*) {
        add_up(call);
        EVRPC_REQUEST_DONE(call);
    };
    void (*const callback)(SumCall*, void*) = serve;
    memory.fail_at(nth, and_all_after);
    evrpc_base* const rpc = evrpc_init(http);
    const bool served = rpc && EVRPC_REGISTER(rpc, Sum, numbers, total, callback, nullptr) == 0;
    if (rpc)
        evrpc_add_hook(rpc, EVRPC_INPUT, go_on, nullptr);
    evrpc_pool* const pool = evrpc_pool_new(base);
    evhttp_connection* const connection = evhttp_connection_base_new(
        base, nullptr, "127.0.0.1", static_cast<ev_uint16_t>(http.port()));
    bool made = false;
    if (pool && connection) {
        evrpc_pool_set_timeout(pool, 20);
        evrpc_add_hook(pool, EVRPC_OUTPUT, go_on, nullptr);
        evrpc_pool_add_connection(pool, connection);
        made = EVRPC_MAKE_REQUEST(Sum, pool, question, answer, Ends::told, &ends) == 0;
    }
    for (int i = 0; i < 40; ++i)
        pass(base);
    const bool met = memory.failed();
    memory.stop_failing();
    // Without memory for the connection's place in the pool the call waits for ever.
    bool waits = false;
    if (made && ends.calls == 0) {
        waits = evhttp_get_connection_count(http) == 0;
        CHECK((waits || run_until(base, [&] { return ends.calls > 0; })));
    }
    CHECK(ends.calls == (made && !waits ? 1 : 0));
    if (ends.calls && !ends.error)
        CHECK(ends.sum == 42);
    if (!met)
        CHECK((served && made && ends.calls == 1 && ends.error == EVRPC_STATUS_ERR_NONE));
    // The connection is the pool's only if there was memory for its place.
    if (pool) {
        evrpc_pool_remove_connection(pool, connection);
        evrpc_pool_free(pool);
    }
    if (connection)
        evhttp_connection_free(connection);
    if (rpc)
        evrpc_free(rpc);
    CHECK(run_until(base, [&] { return evhttp_get_connection_count(http) == 0; }));
    settle(base);
    return met;
}

}  // namespace

TEST_CASE("whatever_allocation_fails_a_call_ends_once_and_nothing_leaks") {
    for (const bool and_all_after : {false, true}) {
        CapturedLog log;
        FailingMemory memory;
        Base base;
        HttpServer http(base);
        for (int i = 0; i < 2; ++i)
            CHECK(!exchange(base, memory, http, 100000, false));
        const long held = memory.outstanding();
        bool met = true;
        for (int nth = 1; met; ++nth) {
            REQUIRE(nth < 300);
            CAPTURE(nth);
            met = exchange(base, memory, http, nth, and_all_after);
            CHECK(memory.outstanding() <= held);
        }
    }
}

// ---- A server alone; its clients are sockets that need no memory of the library's ----

namespace {

FailingMemory* g_memory;

// Whether what came back is the sum of sum_request().
bool is_sum(const std::string& reply) {
    return status_of(reply) == 200 && body_of(reply) == "\1\1\13";
}

std::string sum(Base& base, SumServer& server) {
    return talk(base, server.http.port(), sum_request());
}

// A server that has served, and what it holds then.
struct Serving {
    Serving() {
        for (int i = 0; i < 2; ++i)
            CHECK(is_sum(sum(base, server)));
        held = memory.outstanding();
    }
    // It has given everything back and serves the next as well.
    void check_usable() {
        memory.stop_failing();
        server.on_call = nullptr;
        CHECK(has_connections(base, server.http, 0));
        CHECK(memory.outstanding() <= held);
        CHECK(is_sum(sum(base, server)));
        CHECK(has_connections(base, server.http, 0));
        CHECK(memory.outstanding() <= held);
    }
    CapturedLog log;
    FailingMemory memory;
    Base base;
    SumServer server{base};
    long held;
};

}  // namespace

TEST_CASE("whatever_a_server_lacks_memory_for_a_call_is_answered_or_refused_and_the_next_served") {
    Serving serving;
    int refused = 0;
    bool met = true;
    for (long nth = 1; met; ++nth) {
        REQUIRE(nth < 100);
        CAPTURE(nth);
        std::string reply;
        {
            HttpPeer peer(serving.base, serving.server.http.port());
            REQUIRE(has_connections(serving.base, serving.server.http, 1));
            serving.memory.fail_at(nth);
            peer.send(sum_request());
            REQUIRE(peer.ends());
            met = serving.memory.failed();
            reply = peer.text;
        }
        // HTTP ends a connection for which there is no memory.
        CHECK((is_sum(reply) || status_of(reply) == 503 || (met && reply.empty())));
        refused += status_of(reply) == 503;
        serving.check_usable();
    }
    CHECK(refused > 2);
}

TEST_CASE("a_server_without_memory_for_a_reply_refuses_the_call") {
    Serving serving;
    int refused = 0;
    bool met = true;
    for (long nth = 1; met; ++nth) {
        REQUIRE(nth < 100);
        CAPTURE(nth);
        serving.server.on_call = [&](SumCall* call) {
            REQUIRE(add_up(call));
            serving.memory.fail_at(nth);
            EVRPC_REQUEST_DONE(call);
            met = serving.memory.failed();
            serving.memory.stop_failing();
        };
        const std::string reply = sum(serving.base, serving.server);
        CHECK((met ? status_of(reply) == 503 || reply.empty() : is_sum(reply)));
        refused += status_of(reply) == 503;
        serving.check_usable();
    }
    // The buffer of the message, the one in which it is made, and what is in either.
    CHECK(refused > 2);
}

TEST_CASE("a_message_for_which_memory_has_run_out_is_no_empty_reply") {
    Serving serving;
    g_memory = &serving.memory;
    const auto answer = [](evrpc_req_generic* call, void*) {
        REQUIRE(add_up(reinterpret_cast<SumCall*>(call)));
        evrpc_request_done(call);
    };
    REQUIRE(evrpc_register_generic(
                serving.server.rpc, "Short", answer, nullptr,
                [](void*) -> void* { return numbers_new(); }, nullptr,
                [](void* message) { numbers_free(static_cast<numbers*>(message)); },
                [](void* message, evbuffer* bytes) {
                    return numbers_unmarshal(static_cast<numbers*>(message), bytes);
                },
                [](void*) -> void* { return total_new(); }, nullptr,
                [](void* message) { total_free(static_cast<total*>(message)); },
                [](void* message) { return total_complete(static_cast<total*>(message)); },
                [](evbuffer* bytes, void* message) {
                    g_memory->fail_at(1, true);
                    total_marshal(bytes, static_cast<total*>(message));
                    g_memory->stop_failing();
                }) == 0);
    serving.held = serving.memory.outstanding();
    for (int i = 0; i < 3; ++i) {
        const std::string reply =
            talk(serving.base, serving.server.http.port(), sum_request("/.rpc.Short"));
        CHECK(serving.memory.failed());
        CHECK(status_of(reply) == 503);
        serving.check_usable();
    }
}

TEST_CASE("a_server_without_memory_for_the_messages_of_a_call_refuses_it") {
    Serving serving;
    static bool lacks_request, lacks_reply;
    static int answered;
    answered = 0;
    const auto answer = [](evrpc_req_generic* call, void*) {
        ++answered;
        REQUIRE(add_up(reinterpret_cast<SumCall*>(call)));
        evrpc_request_done(call);
    };
    REQUIRE(evrpc_register_generic(
                serving.server.rpc, "Short", answer, nullptr,
                [](void*) -> void* { return lacks_request ? nullptr : numbers_new(); }, nullptr,
                [](void* message) { numbers_free(static_cast<numbers*>(message)); },
                [](void* message, evbuffer* bytes) {
                    return numbers_unmarshal(static_cast<numbers*>(message), bytes);
                },
                [](void*) -> void* { return lacks_reply ? nullptr : total_new(); }, nullptr,
                [](void* message) { total_free(static_cast<total*>(message)); },
                [](void* message) { return total_complete(static_cast<total*>(message)); },
                [](evbuffer* bytes, void* message) {
                    total_marshal(bytes, static_cast<total*>(message));
                }) == 0);
    serving.held = serving.memory.outstanding();
    for (const int lacking : {1, 2, 0, 2, 1}) {
        lacks_request = lacking == 1;
        lacks_reply = lacking == 2;
        const std::string reply =
            talk(serving.base, serving.server.http.port(), sum_request("/.rpc.Short"));
        CHECK((lacking ? status_of(reply) == 503 : is_sum(reply)));
        serving.check_usable();
    }
    CHECK(answered == 1);
}
#endif
