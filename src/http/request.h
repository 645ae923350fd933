// SPDX-License-Identifier: BSD-3-Clause
// The private side of struct evhttp_request. Made by evhttp_request_new() for a client, and by
// serving.cpp for a server, where one block holds the request and all that was received of its
// head.
//
// Life: `held` says that the library will free it (it is a connection's, or on its way through a
// callback); evhttp_request_own() sets kOwned, with which it is left to the program at the end.
// A request whose connection has gone before the reply is nobody's: it waits for the reply, which
// frees it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "buffer/buffer.h"
#include "event2/http_struct.h"
#include "evlet/http.h"
#include "http/call_guard.h"

namespace evlet::http {

struct Producer;

// Bits of evhttp_request::flags; the value is that of libevent 2.1.
constexpr int kOwned = 4;

// How the body of a reply or of a client's request goes out.
enum class Sending : unsigned char {
    none,    // nothing may follow
    length,  // send_left bytes
    chunked,
    raw,  // up to the end of the connection
};

struct Request {
    evhttp_request shown;  // what programs see; always first
    evkeyvalq input_fields;
    evkeyvalq output_fields;
    evbuffer input;
    evbuffer output;
    char* block_end;     // strings before it are part of the request's block; null: none are
    char* head;          // the block of what was received, apart from the request; or null
    Producer* producer;  // of a client's body, or null
    // The receiver of a server's body, or null.
    evlet_http_data_cb on_data;
    evlet_http_abort_cb on_abort;
    void* stream_argument;
    int64_t body_limit;  // kNoLimit, or kConnectionsLimit
    int64_t send_left;
    Life life;
    Sending sending;
    bool held : 1;
    bool delivered : 1;    // the program has it, and is to reply or has begun to
    bool reply_begun : 1;  // a status line was written
    bool reply_ended : 1;  // all of the reply was written
    bool at_least_11 : 1;  // the version received
    bool wants_close : 1;  // the connection ends with this exchange
    bool is_head : 1;      // the method is HEAD
    bool expects_continue : 1;
    bool body_paused : 1;
    bool body_resumed : 1;  // what the receiver left is to be handed to it again
    bool may_detach : 1;    // a client's, whose reply ends HTTP on the connection
    bool was_retried : 1;   // a client's, on a new connection
    bool unreachable : 1;   // a client's, to be told that there is no connection
    bool owns_reason : 1;   // response_code_line is a block of its own
};
static_assert(offsetof(Request, shown) == 0, "programs hold pointers to what they see");

constexpr int64_t kNoLimit = INT64_MAX;
constexpr int64_t kConnectionsLimit = -1;

[[nodiscard]] inline Request& as_request(evhttp_request& request) {
    return reinterpret_cast<Request&>(request);
}
[[nodiscard]] inline const Request& as_request(const evhttp_request& request) {
    return reinterpret_cast<const Request&>(request);
}

// A string of the request that may be in its block, or null, is freed.
void release_string(const Request& request, char* text);
// Copies the reason phrase that is sent; without memory there is none to be seen.
void set_reason(Request& request, const char* reason);

// A request with `extra` bytes behind it; nullptr without memory.
[[nodiscard]] Request* make_request(size_t extra);
// The library is done with a request that is in no list: frees it, unless it is owned.
void let_go(Request& request);

}  // namespace evlet::http
