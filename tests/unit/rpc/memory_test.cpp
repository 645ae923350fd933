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
#endif
