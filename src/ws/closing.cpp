// SPDX-License-Identifier: BSD-3-Clause
// The close handshake (RFC 6455 section 7) and the other ends of a session.
#include <string.h>

#include "http/connection.h"
#include "stream/stream.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

constexpr uint16_t kFirstOfPrograms = 3000;
constexpr uint16_t kLastOfPrograms = 4999;
constexpr uint16_t kLastAssigned = 1014;
constexpr uint16_t kReserved = 1004;

// `code` 0: without one.
Status send_close(evws_connection& session, uint16_t code, Text reason) {
    uint8_t payload[kMostControl] = {static_cast<uint8_t>(code >> 8), static_cast<uint8_t>(code)};
    memcpy(payload + 2, reason.data, reason.size);
    const size_t size = code ? 2 + reason.size : 0;
    const Status sent = send_frame(session, kClose, true, payload, size);
    if (!failed(sent))
        session.sent_code = code ? code : kNoCode;
    return sent;
}

// Nothing more is taken in. What is in the output leaves, then the stream is ended.
void begin_ending(evws_connection& session) {
    session.state = State::ending;
    arm(session, session.close_ms);
    if (bufferevent_get_output(session.bev)->length == 0)
        bufferevent_trigger(session.bev, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
}

}  // namespace

bool may_send_code(uint16_t code) {
    if (code >= kFirstOfPrograms && code <= kLastOfPrograms)
        return true;
    return code >= WS_CR_NORMAL && code <= kLastAssigned && code != kReserved && code != kNoCode &&
           code != kAbnormal;
}

Status begin_closing(evws_connection& session, uint16_t code, Text reason) {
    const Status sent = send_close(session, code, reason);
    if (failed(sent))
        return sent;
    session.state = State::closing;
    arm(session, session.close_ms);
    if (session.paused)
        set_receiving(session, true);
    return Status::ok;
}

void fail(evws_connection& session, uint16_t code) {
    // A frame that is lost: the end of the stream says it too.
    if (session.state == State::open)
        (void)send_close(session, code, {"", 0});
    if (session.state != State::ending)
        begin_ending(session);
}

void on_close_frame(evws_connection& session, const uint8_t* payload, size_t size) {
    const auto code = static_cast<uint16_t>(size >= 2 ? payload[0] << 8 | payload[1] : kNoCode);
    if (size == 1 || (size >= 2 && !may_send_code(code)))
        return fail(session, WS_CR_PROTO_ERR);
    if (size > 2 && !is_utf8(payload + 2, size - 2))
        return fail(session, kInvalidData);
    session.peer_closed = true;
    session.close_code = code;
    const size_t reason = size > 2 ? size - 2 : 0;
    if (reason)
        memcpy(session.note, payload + 2, reason);
    session.note[reason] = 0;
    // The code comes back as it came; our own close frame needs no answer.
    fail(session, size >= 2 ? code : uint16_t{WS_CR_NONE});
}

void on_drained(evws_connection& session) {
    if (session.life.gone)
        return;
    if (session.state == State::ending) {
        // The server ends the connection (section 7.1.1); a client waits for that.
        if (!session.stream_ended && !session.make_mask) {
            session.stream_ended = true;
            end_output(session.bev);
        }
        return;
    }
    session.pongs = 0;
    if (session.ping_waits) {
        session.ping_waits = false;
        (void)send_frame(session, kPong, true, session.note, session.note_size);
    }
    if (session.on_drained)
        session.on_drained(&session, session.on_drained_argument);
}

void on_timeout(evws_connection& session) {
    if (session.state != State::open)
        end_session(session);
    else if (session.on_quiet)
        session.on_quiet(session);
}

void on_stream_end(evws_connection& session, short what) {
    // What came before may not have been looked at yet, after a pause or in one.
    if (what & BEV_EVENT_READING)
        work(session);
    if ((what & BEV_EVENT_EOF) && session.paused && session.state == State::open)
        session.peer_ended = true;
    else
        end_session(session);
}

}  // namespace evlet::ws

using namespace evlet;
using namespace evlet::ws;

extern "C" {

int evlet_ws_close(struct evws_connection* evws, uint16_t code, const char* reason) {
    const Text text(reason ? reason : "");
    const StreamLock lock(evws->bev);
    const bool allowed = evws->state == State::open && !evws->life.gone &&
                         (code == WS_CR_NONE ? text.empty() : may_send_code(code)) &&
                         text.size <= kMostReason && is_utf8(text.data, text.size);
    return allowed && !failed(begin_closing(*evws, code, text)) ? 0 : -1;
}

void evws_close(struct evws_connection* evws, uint16_t reason) {
    const StreamLock lock(evws->bev);
    // Who cannot be told loses the connection.
    if (evlet_ws_close(evws, reason, nullptr) != 0 && evws->state == State::open)
        end_soon(*evws);
}

void evlet_ws_set_close_timeout(struct evws_connection* evws, const struct timeval* timeout) {
    evws->close_ms = http::to_milliseconds(timeout, kDefaultCloseMs);
}

}  // extern "C"
