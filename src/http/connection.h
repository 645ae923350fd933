// SPDX-License-Identifier: BSD-3-Clause
// struct evhttp_connection: what the connections of servers and of clients share. The differences
// are behind `role`, so that neither side links the other.
//
// A connection reads one message at a time (`reading`). The request at the head of `requests` is
// the one in progress; those behind it (a client's) wait. While a server's program makes up its
// mind nothing is taken from the input, whose high watermark stops a peer that sends on.
//
// Time: one timer. start_timer() puts it into the loop, where it stays while the connection is in
// use, so that nothing later can fail. arm() starts it anew, disarm() makes it mean nothing, which
// is cheaper than taking it out. Writing has the bufferevent's own timeout.
#pragma once

#include <stdint.h>

#include "base/queue.h"
#include "buffer/buffer.h"
#include "event2/bufferevent.h"
#include "event2/event.h"
#include "event2/event_struct.h"
#include "http/call_guard.h"
#include "http/head_scan.h"
#include "http/request.h"

namespace evlet::http {

struct RequestLink {
    static evhttp_request*& next(evhttp_request* item) { return item->next.tqe_next; }
    static evhttp_request**& prev(evhttp_request* item) { return item->next.tqe_prev; }
};
using RequestQueue = TailQueue<evhttp_request, RequestLink>;

// What is taken from the input next.
enum class Reading : unsigned char {
    head,
    body,  // shown.ntoread bytes, or all up to the end of the connection
    chunk_line,
    chunk_data,  // shown.ntoread bytes
    chunk_end,
    trailer,
    nothing,     // the program is to act first, or there is no connection
    discarding,  // what comes before the peer closes
};

enum class Step : unsigned char { again, wait };

// A failure in what was received. On a server `status` is what refuses it.
struct Failure {
    evhttp_request_error error;
    int status;
};

// What servers and clients do differently. Called with a CallGuard on the connection, which may be
// gone afterwards.
struct Role {
    // The first `size` bytes of the input are a head.
    Step (*on_head)(evhttp_connection& connection, size_t size);
    // The body is complete.
    Step (*on_body_end)(evhttp_connection& connection);
    // What was received cannot be used.
    void (*on_failure)(evhttp_connection& connection, const Failure& failure);
    // The peer sends no more.
    void (*on_end)(evhttp_connection& connection);
    // Reading or writing is broken.
    void (*on_error)(evhttp_connection& connection, short what);
    // The output has run empty.
    void (*on_drained)(evhttp_connection& connection);
    // The timer.
    void (*on_timeout)(evhttp_connection& connection);
    // The connection is there.
    void (*on_connected)(evhttp_connection& connection);
    // Lets go of what only this role has, when nobody uses the connection any more.
    void (*destroy)(evhttp_connection& connection);
};

struct Limits {
    HeadLimits head;
    int64_t body;  // kNoLimit: none; kDefaultBody: collected bodies have one, others none
};
constexpr int64_t kDefaultBody = -1;

constexpr size_t kDefaultHeadSize = 65536;
constexpr size_t kDefaultTargetSize = 8192;
constexpr unsigned kDefaultFieldCount = 256;
constexpr int64_t kMostCollected = int64_t(16) << 20;
// A first line has a method and a version beside its target.
constexpr size_t kBesideTarget = 64;
constexpr uint32_t kDefaultTimeoutMs = 50000;

}  // namespace evlet::http

struct evhttp_connection {
    bufferevent* bev;  // null: taken over
    event_base* base;
    const evlet::http::Role* role;
    evhttp* server;           // null: a client's
    evhttp_connection* next;  // of the same server
    evhttp_connection** prev;
    evlet::http::RequestQueue requests;
    event timer;
    evlet::http::HeadScan scan;
    void (*on_close)(evhttp_connection*, void*);
    void* on_close_argument;
    // evhttp_send_reply_chunk_with_cb()
    void (*on_sent)(evhttp_connection*, void*);
    void* on_sent_argument;
    const evlet::http::Limits* limits;  // the server's, or its own
    const char* peer_address;           // as text; behind the connection
    uint32_t read_ms;
    uint32_t write_ms;
    size_t progress;  // body_size when the timer was armed last
    size_t left;      // bytes that may still be discarded
    unsigned served;  // exchanges
    int flags;        // EVHTTP_CON_*
    evlet::http::Life life;
    evlet::http::Reading reading;
    uint16_t peer_port;
    bool timed : 1;             // the timer means something
    bool head_timed : 1;        // it runs for a head that has begun
    bool working : 1;           // work() is running
    bool peer_ended : 1;        // sends no more
    bool ending : 1;            // closes when the output has run empty
    bool connected : 1;         // it stood, so its end is told
    bool until_close : 1;       // the body ends with the connection
    bool told : 1;              // on_close was called
    bool freed_by_program : 1;  // and its requests with it
};

namespace evlet::http {

[[nodiscard]] inline Request* current(const evhttp_connection& connection) {
    evhttp_request* const first = connection.requests.first();
    return first ? &as_request(*first) : nullptr;
}
[[nodiscard]] inline evbuffer& input_of(const evhttp_connection& connection) {
    return *bufferevent_get_input(connection.bev);
}
[[nodiscard]] inline evbuffer& output_of(const evhttp_connection& connection) {
    return *bufferevent_get_output(connection.bev);
}

// ---- connection.cpp ----

// Memory for a connection and `extra` bytes behind it, set up but for its bufferevent; nullptr
// without.
[[nodiscard]] evhttp_connection* make_connection(event_base* base, const Role& role, size_t extra);
// Takes a bufferevent: callbacks, watermarks, timeouts.
void attach_stream(evhttp_connection& connection, bufferevent* bev);
// Lets it take in as much as the limit on heads needs.
void set_read_ahead(evhttp_connection& connection);
// Tells the program once that a connection which stood has ended.
void tell_end(evhttp_connection& connection);

Status start_timer(evhttp_connection& connection);
void arm(evhttp_connection& connection, uint32_t milliseconds);
inline void disarm(evhttp_connection& connection) {
    connection.timed = false;
}
void apply_write_timeout(evhttp_connection& connection);

// 0 and NULL are `otherwise`; rounded up, at most some 49 days.
[[nodiscard]] uint32_t to_milliseconds(const timeval* tv, uint32_t otherwise);

// ---- reading.cpp ----

// Takes messages from the input until there is nothing to take, or the program is to act. If it is
// running already, that one goes on.
void work(evhttp_connection& connection);
// Begins to read a message.
void expect_head(evhttp_connection& connection);
// Begins to read the body that message_length() has found; it may be empty. False: it is known to
// be over the limit.
[[nodiscard]] bool expect_body(evhttp_connection& connection, Request& request, bool chunked,
                               bool until_close, int64_t length);
// Fails it if the body has not come on enough since the timer was armed, or arms it again.
[[nodiscard]] bool body_progressed(evhttp_connection& connection, size_t least);

}  // namespace evlet::http
