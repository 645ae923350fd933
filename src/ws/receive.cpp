// SPDX-License-Identifier: BSD-3-Clause
// Reception: a frame is looked at when all of it is there, which the limit on messages bounds; that
// it keeps to it is seen from its header. A message of one frame is unmasked where it lies and
// handed over without a copy; fragments are collected, unless the program takes them as they come.
#include <string.h>

#include "mem/mem.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

// How many pongs may wait in the output.
constexpr uint8_t kMostPongs = 32;

void tell_message(evws_connection& session, uint8_t opcode, const uint8_t* data, size_t size) {
    if (session.on_message)
        session.on_message(&session, opcode, data, size, session.argument);
}

// The text of a frame, as far as it goes.
bool is_good_text(evws_connection& session, const uint8_t* data, size_t size, bool final) {
    return session.text.take(data, size) && (!final || session.text.complete());
}

// A message, or a fragment of one. 0, or the close code that refuses it.
uint16_t take_data(evws_connection& session, const Frame& frame, const uint8_t* data) {
    const auto size = static_cast<size_t>(frame.length);
    const bool begins = frame.opcode != kContinuation;
    const uint8_t opcode = begins ? frame.opcode : session.receiving;
    session.receiving = frame.final ? 0 : opcode;
    if (session.state != State::open)
        return 0;
    if (begins)
        session.text.reset();
    if (opcode == kText && !is_good_text(session, data, size, frame.final))
        return kInvalidData;
    evbuffer* const message = &session.message;
    if (session.on_fragment && message->length == 0) {
        session.on_fragment(&session, opcode, data, size, frame.final,
                            session.on_fragment_argument);
        return 0;
    }
    if (begins && frame.final) {
        tell_message(session, opcode, data, size);
        return 0;
    }
    if (size && evbuffer_add(message, data, size) != 0)
        return kInternalError;
    if (!frame.final)
        return 0;
    const size_t total = message->length;
    const uint8_t* const whole = evbuffer_pullup(message, -1);
    if (total && !whole)
        return kInternalError;
    // An empty message has a place too: programs hand it to memcpy() and fwrite().
    tell_message(session, opcode, whole ? whole : data, total);
    evbuffer_drain(message, total);
    return 0;
}

// The rules about a header that go beyond the frame itself. 0, or a close code.
uint16_t find_fault(const evws_connection& session, const Frame& frame) {
    // RFC 6455 section 5.1: a client masks, a server does not.
    if (frame.masked == (session.make_mask != nullptr))
        return WS_CR_PROTO_ERR;
    if (is_control(frame.opcode))
        return 0;
    if ((frame.opcode == kContinuation) != (session.receiving != 0))
        return WS_CR_PROTO_ERR;
    return frame.length > session.most || session.most - frame.length < session.message.length
               ? WS_CR_DATA_TOO_BIG
               : 0;
}

void answer_ping(evws_connection& session, const uint8_t* data, size_t size) {
    session.ping_waits = session.pongs == kMostPongs;
    if (session.ping_waits) {
        session.note_size = static_cast<uint8_t>(size);
        memcpy(session.note, data, size);
    } else if (!failed(send_frame(session, kPong, true, data, size))) {
        ++session.pongs;  // one that is lost is asked for again
    }
}

void take_control(evws_connection& session, const Frame& frame, const uint8_t* data) {
    const auto size = static_cast<size_t>(frame.length);
    if (frame.opcode == kClose)
        on_close_frame(session, data, size);
    else if (frame.opcode == kPing)
        answer_ping(session, data, size);
    else if (session.on_pong)
        session.on_pong(&session, data, size, session.on_pong_argument);
}

// The first bytes of the input in one piece, which may be written to. nullptr without memory.
uint8_t* own_bytes(evbuffer* input, size_t size) {
    uint8_t* bytes = evbuffer_pullup(input, static_cast<ev_ssize_t>(size));
    if (!bytes || input->first->writable())
        return bytes;
    // A filter may have put in what is somebody else's, by reference.
    void* const copy = mem::allocate(size);
    if (!copy)
        return nullptr;
    const bool moved =
        evbuffer_remove(input, copy, size) >= 0 && evbuffer_prepend(input, copy, size) == 0;
    mem::release(copy);
    return moved ? evbuffer_pullup(input, static_cast<ev_ssize_t>(size)) : nullptr;
}

// The next frame. False: it is not there yet, or nothing will be taken any more.
bool take_frame(evws_connection& session) {
    evbuffer* const input = bufferevent_get_input(session.bev);
    uint8_t bytes[kMostHeader];
    const ev_ssize_t copied = evbuffer_copyout(input, bytes, sizeof bytes);
    Frame frame;
    const Header header = parse_header(bytes, copied < 0 ? 0 : static_cast<size_t>(copied), &frame);
    if (header == Header::more)
        return false;
    const uint16_t fault = header == Header::bad ? WS_CR_PROTO_ERR : find_fault(session, frame);
    if (fault) {
        fail(session, fault);
        return false;
    }
    const size_t size = frame.header_size + static_cast<size_t>(frame.length);
    if (input->length < size)
        return false;
    uint8_t* const whole = own_bytes(input, size);
    if (!whole) {
        fail(session, kInternalError);
        return false;
    }
    uint8_t* const data = whole + frame.header_size;
    if (frame.masked)
        apply_mask(frame.mask, 0, data, data, static_cast<size_t>(frame.length));
    uint16_t refused = 0;
    if (is_control(frame.opcode))
        take_control(session, frame, data);
    else
        refused = take_data(session, frame, data);
    if (session.life.gone)
        return false;
    evbuffer_drain(input, size);
    if (refused)
        fail(session, refused);
    return session.state != State::ending;
}

}  // namespace

void work(evws_connection& session) {
    if (session.working || session.life.gone)
        return;
    const http::CallGuard guard(session);
    session.working = true;
    if (session.state == State::ending) {
        evbuffer* const input = bufferevent_get_input(session.bev);
        evbuffer_drain(input, input->length);
    } else {
        while (!session.paused && take_frame(session)) {}
    }
    session.working = false;
    if (session.peer_ended && !session.paused)
        end_session(session);
}

}  // namespace evlet::ws
