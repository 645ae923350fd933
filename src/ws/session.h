// SPDX-License-Identifier: BSD-3-Clause
// struct evws_connection: a WebSocket session of either side. Used by the files of this room.
//
// Life: `life` as in http/call_guard.h. While a callback of the program runs the session stays; the
// end is told once, from end_session(), after which nobody calls it any more.
//
// Closing: open -> closing (our close frame is on its way, the peer's is waited for) -> ending
// (both were sent, or the peer broke the rules: what is in the output leaves, then the stream is
// ended and the peer's end waited for). Each of the last two has a limit in time, on the one timer,
// which otherwise serves keep-alive.
//
// Locking: what sends or closes takes the bufferevent's lock, if it has one; all else belongs to
// the loop's thread, and takes it too where it changes what those look at. Only the loop's thread
// ends a session: others ask for it (end_soon).
//
// Pongs: a few may wait in the output; of the pings beyond those the latest is remembered in `note`
// and answered when the output has run empty, so that a flood of them leaves no more than that.
// `note` has the reason of the peer's close frame later, when no ping is answered any more.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "buffer/buffer.h"
#include "event2/bufferevent.h"
#include "event2/event.h"
#include "event2/event_struct.h"
#include "evlet/ws.h"
#include "http/call_guard.h"
#include "http/session.h"
#include "ws/frame.h"
#include "ws/utf8.h"

namespace evlet::ws {

enum class State : uint8_t { open, closing, ending };

constexpr size_t kDefaultMessage = size_t(1) << 20;
constexpr uint32_t kDefaultCloseMs = 5000;
constexpr size_t kMostReason = kMostControl - 2;

// Close codes beside those of event2/ws.h (RFC 6455 section 7.4.1).
constexpr uint16_t kGoingAway = 1001;
constexpr uint16_t kNoCode = 1005;    // never sent
constexpr uint16_t kAbnormal = 1006;  // never sent
constexpr uint16_t kInvalidData = 1007;
constexpr uint16_t kInternalError = 1011;

// Random bytes for the masks of a client. Reached from the session so that servers do not link it.
using MaskMaker = void (*)(void* bytes, size_t size);

}  // namespace evlet::ws

struct evws_connection {
    evlet::http::Session entry;  // on a server; always first
    bufferevent* bev;
    ws_on_msg_cb on_message;
    void* argument;
    ws_on_close_cb on_close;
    void* on_close_argument;
    evlet_ws_fragment_cb on_fragment;  // in place of on_message
    void* on_fragment_argument;
    void (*on_drained)(evws_connection*, void*);
    void* on_drained_argument;
    void (*on_pong)(evws_connection*, const unsigned char*, size_t, void*);
    void* on_pong_argument;
    void (*on_quiet)(evws_connection&);  // keep-alive's, when the timer fires in an open session
    event timer;
    evbuffer message;                // the fragments so far
    evlet::ws::MaskMaker make_mask;  // a client's; null: a server's session
    size_t most;                     // bytes of a message
    uint32_t quiet_ms;
    uint32_t close_ms;  // for each of the waits of "Closing"
    char* subprotocol;  // behind the session, or null
    evlet::http::Life life;
    evlet::ws::Utf8 text;
    evlet::ws::State state;
    uint8_t receiving;  // the opcode of the message under way, or 0
    uint8_t sending;    // likewise
    uint16_t close_code;
    uint16_t sent_code;
    uint8_t pongs;      // sent since the output was empty
    uint8_t note_size;  // of the ping that waits
    bool heard : 1;     // since keep-alive looked last
    bool pinged : 1;
    bool working : 1;
    bool paused : 1;        // the program takes no messages
    bool ping_waits : 1;    // `note` is to be answered
    bool peer_closed : 1;   // its close frame has come; `note` is the reason
    bool peer_ended : 1;    // its stream has ended, during a pause
    bool stream_ended : 1;  // ours has been ended
    char note[evlet::ws::kMostControl + 1];
};

// For http::dispose() and http::CallGuard, which find it by the type.
void destroy(evws_connection& session);

namespace evlet::ws {

// ---- session.cpp ----

struct Setup {
    event_base* base;
    ws_on_msg_cb on_message;
    void* argument;
    Text subprotocol;     // empty: none
    MaskMaker make_mask;  // null: a server's session
};
// A session without a bufferevent; nullptr without memory.
[[nodiscard]] evws_connection* make_session(const Setup& setup);
// Takes the bufferevent and begins to read it.
void start_session(evws_connection& session, bufferevent* bev);
// It is over: the program is told, the session freed.
void end_session(evws_connection& session);
// Has the loop end it; from any thread.
void end_soon(evws_connection& session);
void arm(evws_connection& session, uint32_t milliseconds);
// Whether frames are taken from now on.
void set_receiving(evws_connection& session, bool on);

// Holds the lock of a bufferevent, if it has one, and the bufferevent. Goes before a CallGuard, so
// that it outlives the session.
class StreamLock {
public:
    explicit StreamLock(bufferevent* bev) : bev_(bev) { bufferevent_lock(bev); }
    ~StreamLock() { bufferevent_unlock(bev_); }
    StreamLock(const StreamLock&) = delete;
    StreamLock& operator=(const StreamLock&) = delete;

private:
    bufferevent* bev_;
};

// ---- receive.cpp ----

// Takes frames from the input until one is incomplete.
void work(evws_connection& session);

// ---- send.cpp ----

// One frame, all of it or nothing.
Status send_frame(evws_connection& session, uint8_t opcode, bool final, const void* data,
                  size_t size);

// ---- closing.cpp ----

// Sends a close frame and waits for the peer's; `code` 0: one without a code.
Status begin_closing(evws_connection& session, uint16_t code, Text reason);
// The peer broke the rules, or closed: what is there leaves, then the stream ends.
void fail(evws_connection& session, uint16_t code);
void on_close_frame(evws_connection& session, const uint8_t* payload, size_t size);
// The output has run empty.
void on_drained(evws_connection& session);
void on_timeout(evws_connection& session);
// The peer's stream has ended, broken or timed out: BEV_EVENT_*.
void on_stream_end(evws_connection& session, short what);
[[nodiscard]] bool may_send_code(uint16_t code);

}  // namespace evlet::ws
