// SPDX-License-Identifier: BSD-3-Clause
// Reading messages, on either side: heads, bodies of every framing, trailers. One step takes one
// thing from the input; after a step that called the program everything is looked at anew, since
// it may have ended the request or the connection.
#include "http/chunk.h"
#include "http/connection.h"
#include "http/head.h"

namespace evlet::http {
namespace {

// A server that has so much to send answers no further pipelined request.
constexpr size_t kMostPending = 65536;
// A receiver of a body that leaves more than this is taken to have paused.
constexpr size_t kMostLeft = 65536;

constexpr Failure kMalformed = {EVREQ_HTTP_INVALID_HEADER, HTTP_BADREQUEST};
constexpr Failure kTooLong = {EVREQ_HTTP_DATA_TOO_LONG, HTTP_ENTITYTOOLARGE};
constexpr Failure kNoMemory = {EVREQ_HTTP_BUFFER_ERROR, HTTP_SERVUNAVAIL};
constexpr Failure kHeadTooLarge = {EVREQ_HTTP_DATA_TOO_LONG, 431};
constexpr Failure kTargetTooLong = {EVREQ_HTTP_DATA_TOO_LONG, 414};

Step fail(evhttp_connection& connection, const Failure& failure) {
    connection.role->on_failure(connection, failure);
    return Step::wait;
}

// The failure that an outcome stands for; null for more and complete.
const Failure* failure_of(Scanned outcome) {
    switch (outcome) {
    case Scanned::bad:
        return &kMalformed;
    case Scanned::too_large:
        return &kHeadTooLarge;
    case Scanned::line_too_large:
        return &kTargetTooLong;
    default:
        return nullptr;
    }
}

Step read_head(evhttp_connection& connection) {
    evbuffer& input = input_of(connection);
    if (input.length == 0 || (connection.server && output_of(connection).length > kMostPending))
        return Step::wait;
    const Scanned outcome = scan_head(connection.scan, input, connection.limits->head,
                                      connection.server ? Start::request_line : Start::status_line);
    if (const Failure* failure = failure_of(outcome))
        return fail(connection, *failure);
    if (outcome == Scanned::complete)
        return connection.role->on_head(connection, connection.scan.scanned);
    // All of the head within one span of time, however it comes.
    if (!connection.head_timed) {
        connection.head_timed = true;
        arm(connection, connection.read_ms);
    }
    return Step::wait;
}

int64_t body_limit(const evhttp_connection& connection, const Request& request) {
    if (request.body_limit >= 0)
        return request.body_limit;
    if (connection.limits->body >= 0)
        return connection.limits->body;
    return request.on_data || request.shown.chunk_cb ? kNoLimit : kMostCollected;
}

bool fits(const evhttp_connection& connection, const Request& request, int64_t more) {
    const auto size = static_cast<int64_t>(request.shown.body_size);
    return more <= body_limit(connection, request) - size;
}

// Tells the program of bytes that are in the request's input.
void tell_data(Request& request) {
    evhttp_request& shown = request.shown;
    const CallGuard guard(request);
    if (request.reply_begun) {
        // Who has replied has done with it.
        evbuffer_drain(shown.input_buffer, request.input.length);
    } else if (request.on_data) {
        request.on_data(&shown, shown.input_buffer, request.stream_argument);
        if (request.input.length > kMostLeft)
            request.body_paused = true;
    } else if (shown.chunk_cb) {
        shown.chunk_cb(&shown, shown.cb_arg);
        evbuffer_drain(shown.input_buffer, request.input.length);
    }
}

Step end_body(evhttp_connection& connection) {
    connection.reading = Reading::nothing;
    return connection.role->on_body_end(connection);
}

// Moves what there is of the body to the request.
Step read_data(evhttp_connection& connection) {
    Request& request = *current(connection);
    evbuffer& input = input_of(connection);
    int64_t most = connection.until_close ? INT64_MAX : request.shown.ntoread;
    if (most == 0)
        return end_body(connection);
    if (input.length == 0)
        return Step::wait;
    const auto available = static_cast<int64_t>(input.length);
    if (most > available)
        most = available;
    if (connection.until_close && !fits(connection, request, most))
        return fail(connection, kTooLong);
    const int moved =
        evbuffer_remove_buffer(&input, request.shown.input_buffer, static_cast<size_t>(most));
    if (moved < 0)
        return fail(connection, kNoMemory);
    request.shown.body_size += static_cast<size_t>(moved);
    if (!connection.until_close)
        request.shown.ntoread -= moved;
    if (request.shown.ntoread == 0 && connection.reading == Reading::chunk_data)
        connection.reading = Reading::chunk_end;
    tell_data(request);
    return Step::again;
}

Step read_chunk_line(evhttp_connection& connection) {
    Request& request = *current(connection);
    evbuffer& input = input_of(connection);
    char line[kMostChunkLine];
    const ev_ssize_t copied = evbuffer_copyout(&input, line, sizeof line);
    const auto size = static_cast<size_t>(copied < 0 ? 0 : copied);
    const Text text(line, size);
    const size_t end = text.find('\r');
    const size_t bare = text.before(end).find('\n');
    if (bare != end || (end == size && size == sizeof line) ||
        (end + 1 < size && line[end + 1] != '\n'))
        return fail(connection, kMalformed);
    if (end + 1 >= size)
        return Step::wait;
    const int64_t chunk = parse_chunk_line(text.before(end));
    if (chunk < 0)
        return fail(connection, kMalformed);
    if (!fits(connection, request, chunk))
        return fail(connection, kTooLong);
    evbuffer_drain(&input, end + 2);
    request.shown.ntoread = chunk;
    connection.scan = HeadScan{};
    connection.reading = chunk ? Reading::chunk_data : Reading::trailer;
    return Step::again;
}

Step read_chunk_end(evhttp_connection& connection) {
    char end[2];
    const ev_ssize_t copied = evbuffer_copyout(&input_of(connection), end, sizeof end);
    if ((copied > 0 && end[0] != '\r') || (copied > 1 && end[1] != '\n'))
        return fail(connection, kMalformed);
    if (copied < 2)
        return Step::wait;
    evbuffer_drain(&input_of(connection), sizeof end);
    connection.reading = Reading::chunk_line;
    return Step::again;
}

// The fields behind the last chunk are checked and dropped: merged into the others they could pass
// for what a gateway has looked at (RFC 9110 section 6.5.1).
Step read_trailer(evhttp_connection& connection) {
    evbuffer& input = input_of(connection);
    const Scanned outcome = scan_head(connection.scan, input, connection.limits->head, Start::none);
    if (const Failure* failure = failure_of(outcome))
        return fail(connection, failure->status == 414 ? kHeadTooLarge : *failure);
    if (outcome != Scanned::complete)
        return Step::wait;
    const size_t size = connection.scan.scanned;
    const auto* const text =
        reinterpret_cast<const char*>(evbuffer_pullup(&input, static_cast<ev_ssize_t>(size)));
    if (!text)
        return fail(connection, kNoMemory);
    if (!check_fields({text, size}))
        return fail(connection, kMalformed);
    evbuffer_drain(&input, size);
    return end_body(connection);
}

Step discard(evhttp_connection& connection) {
    evbuffer& input = input_of(connection);
    const size_t size = input.length;
    if (size > connection.left) {
        dispose(connection);
        return Step::wait;
    }
    connection.left -= size;
    evbuffer_drain(&input, size);
    return Step::wait;
}

Step step(evhttp_connection& connection) {
    Request* const request = current(connection);
    if (request && connection.reading != Reading::nothing) {
        if (request->body_paused)
            return Step::wait;
        if (request->body_resumed) {
            request->body_resumed = false;
            if (request->input.length)
                tell_data(*request);
            return Step::again;
        }
    }
    switch (connection.reading) {
    case Reading::head:
        return read_head(connection);
    case Reading::body:
    case Reading::chunk_data:
        return read_data(connection);
    case Reading::chunk_line:
        return read_chunk_line(connection);
    case Reading::chunk_end:
        return read_chunk_end(connection);
    case Reading::trailer:
        return read_trailer(connection);
    case Reading::discarding:
        return discard(connection);
    case Reading::nothing:
        break;
    }
    return Step::wait;
}

// Whether the end of the stream has to wait: for the program, which will read on. A client's
// connection that rests waits for nothing.
bool is_paused(const evhttp_connection& connection) {
    const Request* const request = current(connection);
    if (connection.reading == Reading::nothing)
        return request || connection.server;
    return request && request->body_paused;
}

}  // namespace

void work(evhttp_connection& connection) {
    if (connection.working || !connection.bev)
        return;
    const CallGuard guard(connection);
    connection.working = true;
    while (!connection.life.gone && step(connection) == Step::again) {}
    connection.working = false;
    if (connection.peer_ended && !connection.life.gone && !is_paused(connection))
        connection.role->on_end(connection);
}

void expect_head(evhttp_connection& connection) {
    connection.scan = HeadScan{};
    connection.head_timed = false;
    connection.reading = Reading::head;
}

bool expect_body(evhttp_connection& connection, Request& request, bool chunked, bool until_close,
                 int64_t length) {
    if (!chunked && !until_close && !fits(connection, request, length))
        return false;
    request.shown.chunked = chunked;
    request.shown.ntoread = until_close || chunked ? -1 : length;
    connection.until_close = until_close;
    connection.progress = 0;
    connection.reading = chunked ? Reading::chunk_line : Reading::body;
    arm(connection, connection.read_ms);
    return true;
}

bool body_progressed(evhttp_connection& connection, size_t least) {
    const Request* const request = current(connection);
    if (!request)
        return false;
    const size_t size = request->shown.body_size;
    if (!request->body_paused && size - connection.progress < least)
        return false;
    connection.progress = size;
    arm(connection, connection.read_ms);
    return true;
}

}  // namespace evlet::http
