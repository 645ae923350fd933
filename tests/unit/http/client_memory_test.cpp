// SPDX-License-Identifier: BSD-3-Clause
// Clients without memory: each request ends once, and nothing leaks.
#include "client_support.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS
namespace {

evlet_http_produced make_two(evhttp_request*, evbuffer* out, void* argument) {
    int& calls = *static_cast<int*>(argument);
    if (evbuffer_add(out, "part", 4) != 0)
        return EVLET_HTTP_ABORT;
    return ++calls < 2 ? EVLET_HTTP_MORE : EVLET_HTTP_END;
}

struct Ends {
    int calls = 0;
    int pieces = 0;
};

// A request with a body made in pieces and a reply in chunks, while the n-th allocation fails.
// Whether that allocation was met.
bool exchange(event_base* base, FailingMemory& memory, const HttpServer& server, int nth,
              bool and_all_after) {
    Ends ends;
    memory.fail_at(nth, and_all_after);
    evhttp_connection* const connection = evhttp_connection_base_new(
        base, nullptr, "127.0.0.1", static_cast<ev_uint16_t>(server.port()));
    evhttp_request* const request = evhttp_request_new(
        [](evhttp_request*, void* argument) { ++static_cast<Ends*>(argument)->calls; }, &ends);
    bool made = false;
    if (connection && request) {
        evhttp_add_header(evhttp_request_get_output_headers(request), "A", "b");
        evlet_http_request_set_producer(request, -1, make_two, &ends.pieces);
        made = evhttp_make_request(connection, request, EVHTTP_REQ_POST, "/") == 0;
    } else if (request) {
        evhttp_request_free(request);
    }
    for (int i = 0; i < 40; ++i)
        pass(base);
    const bool met = memory.failed();
    memory.stop_failing();
    if (made)
        CHECK(run_until(base, [&] { return ends.calls > 0; }));
    if (connection)
        evhttp_connection_free(connection);
    CHECK(run_until(base, [&] { return evhttp_get_connection_count(server) == 0; }));
    settle(base);
    CHECK(ends.calls == (made ? 1 : 0));
    return met;
}

}  // namespace

TEST_CASE("whatever_allocation_fails_a_request_ends_once_and_nothing_leaks") {
    for (const bool and_all_after : {false, true}) {
        CapturedLog log;
        FailingMemory memory;
        Base base;
        HttpServer server(base);
        server.on_request = [](evhttp_request* request) {
            evhttp_send_reply_start(request, 200, nullptr);
            if (evbuffer* const body = evbuffer_new()) {
                evbuffer_add(body, "reply", 5);
                evhttp_send_reply_chunk(request, body);
                evbuffer_free(body);
            }
            evhttp_send_reply_end(request);
        };
        // What is kept for the next time is made before it is counted.
        for (int i = 0; i < 2; ++i)
            CHECK(!exchange(base, memory, server, 100000, false));
        const long held = memory.outstanding();
        bool met = true;
        for (int nth = 1; met; ++nth) {
            REQUIRE(nth < 200);
            CAPTURE(nth);
            met = exchange(base, memory, server, nth, and_all_after);
            CHECK(memory.outstanding() <= held);
        }
    }
}
#endif
