// SPDX-License-Identifier: BSD-3-Clause
// A client of HTTP and a server that sends any bytes, in pieces. Each of its requests ends once,
// and nothing is left. The first byte says of what size the pieces are, which method is asked for
// and whether the body is handed on as it comes.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <evlet/http.h>

#include <string>

#include "http_fuzz_support.h"

namespace {

constexpr int kRequests = 2;

struct Told {
    int calls = 0;
    int errors = 0;
    size_t handed_on = 0;
};

void on_reply(evhttp_request* request, void* argument) {
    Told& told = *static_cast<Told*>(argument);
    ++told.calls;
    if (!request)
        return;
    const int code = evhttp_request_get_response_code(request);
    evlet_test::require(code == 0 || code == 101 || (code >= 200 && code <= 999));
    if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD)
        evlet_test::require(evbuffer_get_length(evhttp_request_get_input_buffer(request)) == 0);
}

void on_chunk(evhttp_request* request, void* argument) {
    const size_t size = evbuffer_get_length(evhttp_request_get_input_buffer(request));
    evlet_test::require(size > 0);
    static_cast<Told*>(argument)->handed_on += size;
}

void on_error(evhttp_request_error, void* argument) {
    ++static_cast<Told*>(argument)->errors;
}

void turn(event_base* base) {
    for (int i = 0; i < 3; ++i)
        event_base_loop(base, EVLOOP_NONBLOCK);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static event_base* const base = event_base_new();
    if (size < 2)
        return 0;
    constexpr size_t kPieces[] = {SIZE_MAX / 2, 1, 5, 64};
    constexpr evhttp_cmd_type kTypes[] = {EVHTTP_REQ_GET, EVHTTP_REQ_HEAD, EVHTTP_REQ_CONNECT,
                                          EVHTTP_REQ_POST};
    const size_t step = kPieces[data[0] & 3];
    const evhttp_cmd_type type = kTypes[data[0] >> 2 & 3];
    bufferevent* ends[2];
    evlet_test::require(base && bufferevent_pair_new(base, 0, ends) == 0);
    evhttp_connection* const connection =
        evhttp_connection_base_bufferevent_reuse_new(base, nullptr, ends[0]);
    evlet_test::require(connection != nullptr);
    evhttp_connection_set_max_body_size(connection, 4096);
    Told told[kRequests];
    for (Told& each : told) {
        evhttp_request* const request = evhttp_request_new(on_reply, &each);
        evlet_test::require(request != nullptr);
        evhttp_request_set_error_cb(request, on_error);
        if (data[0] & 16)
            evhttp_request_set_chunked_cb(request, on_chunk);
        if (data[0] & 32)
            evhttp_add_header(evhttp_request_get_output_headers(request), "Upgrade", "other");
        evlet_test::require(evhttp_make_request(connection, request, type, "a:1") == 0);
    }
    bufferevent_enable(ends[1], EV_READ);
    for (size_t at = 1; at < size; at += step) {
        bufferevent_write(ends[1], data + at, size - at < step ? size - at : step);
        turn(base);
    }
    bufferevent_flush(ends[1], EV_WRITE, BEV_FINISHED);
    turn(base);
    for (const Told& each : told) {
        evlet_test::require(each.calls <= 1 && each.errors <= 1);
        evlet_test::require(each.handed_on <= 4096);
    }
    evhttp_connection_free(connection);
    bufferevent_free(ends[1]);
    turn(base);
    for (const Told& each : told)
        evlet_test::require(each.calls <= 1 && each.errors <= 1);
    return 0;
}
