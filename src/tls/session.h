// SPDX-License-Identifier: BSD-3-Clause
// What a bufferevent over TLS keeps, and what the files of this room tell each other.
//
// Phases: idle (no connection yet) -> handshake -> open -> broken; from any of them another
// descriptor leads back to idle or handshake, and `round` tells code behind a callback that this
// has happened. `idle` and `broken` move no bytes and watch nothing.
//
// Interest: `read_wants` is the direction (EV_READ or EV_WRITE) of the transport that the engine
// waits for before it can go on reading or shaking hands; `write_wants` likewise for writing, 0 if
// writing has not come to a stop. `more` says that the engine may go on reading, or shaking hands,
// without anything from the transport: whatever sets it sees to a transfer, at once or, while
// reading is suspended, when that goes on. So decrypted bytes are never left behind at a watermark.
#pragma once

#include <stdint.h>

#include "event2/bufferevent_ssl.h"
#include "stream/stream.h"

namespace evlet {

struct TlsEngine;

enum class Phase : unsigned char { idle, handshake, open, broken };

constexpr unsigned kMostTlsErrors = 3;

// Whoever made the session and wants to know of its connections (context.h). Called with the stream's
// lock held when hands are about to be shaken, and without it when the session is gone, or its own again.
struct TlsOwner {
    void (*begins)(TlsOwner& owner);
    void (*released)(TlsOwner& owner);
};

struct Tls {
    const TlsEngine* engine;
    void* session;                    // SSL, mbedtls_ssl_context
    Stream* underlying;               // null: on a socket
    TlsOwner* owner;                  // or null
    uint32_t errors[kMostTlsErrors];  // as the engine tells them
    size_t unfinished;                // the engine has to be given this many bytes once more
    int transport_error;              // of the transport that failed
    Phase phase;
    unsigned char initial;  // bufferevent_ssl_state of new connections
    unsigned char flags;    // BUFFEREVENT_SSL_*
    unsigned char round;
    unsigned char error_count;
    unsigned char read_wants;
    unsigned char write_wants;
    bool more : 1;
    bool used : 1;           // the session has had a connection
    bool ended : 1;          // the transport will give no more bytes
    bool cut_off : 1;        // the engine met that end where more had to come
    bool renegotiating : 1;  // until reported
    bool finishing : 1;      // a close_notify is to follow the output
    bool close_sent : 1;
    bool watches_read : 1;  // ev_read is added
    bool system_bio : 1;    // the engine talks to the socket by itself
    bool record_made : 1;   // Mbed TLS: of the unfinished bytes, or the close; see there
    bool starved : 1;       // Mbed TLS: the transport had nothing for the step that goes on
};

[[nodiscard]] inline Tls& tls_of(Stream& stream) {
    return kind_part<Tls>(stream);
}
// nullptr if it is another kind.
[[nodiscard]] Tls* find_tls(bufferevent& bev);
// The same for sessions of one engine.
[[nodiscard]] Tls* find_tls(bufferevent& bev, const TlsEngine& engine);

// ---- Life (tls.cpp) ----

// Either stands on a socket, or on `underlying`, whose lock is held then. nullptr on failure:
// everything is as it was, and the session the caller's.
struct TlsPlan {
    const TlsEngine* engine;
    void* session;
    bufferevent_ssl_state state;
    int options;
    TlsOwner* owner;  // or null
};
[[nodiscard]] bufferevent* make_tls_on_socket(event_base* base, evutil_socket_t fd,
                                              const TlsPlan& plan);
[[nodiscard]] bufferevent* make_tls_on_stream(bufferevent& underlying, const TlsPlan& plan);

// A connection is there: begins the handshake or, in the state OPEN, to move data.
Status begin_session(Stream& stream);
void forget_connection(Tls& tls);

int renegotiate(bufferevent& bev, const TlsEngine& engine);
[[nodiscard]] uint32_t take_tls_error(bufferevent& bev, const TlsEngine& engine);
[[nodiscard]] int allows_dirty_shutdown(bufferevent& bev);
void allow_dirty_shutdown(bufferevent& bev, bool allow);

// ---- Moving (move.cpp) ----

// Does what can be done: `ready` are the directions of the transport that may go on. The caller
// holds a HandlerScope.
void pump(Stream& stream, short ready);
// Encrypts what is in the output as far as the transport takes it. True if bytes have moved.
bool write_some(Stream& stream, bool deferred);
// Sends the close_notify that is due, if nothing is before it.
void finish_output(Stream& stream);

// ---- Watching (watch.cpp) ----

// Sees to it that the loop calls when the engine can go on. Called after every change.
Status watch(Stream& stream);
// A stream that goes is called no more.
void stop_watching(Stream& stream);
// The timeouts are others now, or other ones are in force since hands have been shaken.
void renew_limits(Stream& stream);
// Makes the events those of a descriptor.
void assign_tls_events(Stream& stream, evutil_socket_t fd);

// ---- On another bufferevent (underlying.cpp) ----

// And begins. Fails with everything as it was.
Status take_underlying(Stream& stream, Stream& underlying);
void leave_underlying(Stream& stream);
// Lets go of the last reference.
void drop_underlying(Stream& stream);

}  // namespace evlet
