// SPDX-License-Identifier: BSD-3-Clause
// Sending: a frame is written into room that was reserved for all of it, so that one which does not
// fit leaves no half behind.
#include <string.h>

#include "log/log.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

// Copies bytes into the pieces of a reservation one after another.
class PieceWriter {
public:
    explicit PieceWriter(evbuffer_iovec* pieces) : piece_(pieces) {}
    // `mask` or null.
    void put(const uint8_t* from, size_t size, const Frame* mask) {
        size_t done = 0;
        while (done < size) {
            const size_t room = piece_->iov_len - used_;
            const size_t part = size - done < room ? size - done : room;
            auto* const to = static_cast<uint8_t*>(piece_->iov_base) + used_;
            if (mask)
                apply_mask(mask->mask, done, from + done, to, part);
            else
                memcpy(to, from + done, part);
            done += part;
            used_ += part;
            if (used_ == piece_->iov_len && done < size) {
                ++piece_;
                used_ = 0;
            }
        }
    }
    // Cuts the last piece to what was written; how many pieces are in use.
    int finish(const evbuffer_iovec* first) {
        piece_->iov_len = used_;
        return static_cast<int>(piece_ - first) + 1;
    }

private:
    evbuffer_iovec* piece_;
    size_t used_ = 0;
};

Status put_frame(evws_connection& session, const Frame& frame, const void* data) {
    uint8_t header[kMostHeader];
    const size_t header_size = write_header(frame, header);
    const auto size = static_cast<size_t>(frame.length);
    evbuffer* const output = bufferevent_get_output(session.bev);
    evbuffer_iovec pieces[2];
    const auto total = static_cast<ev_ssize_t>(header_size + size);
    if (evbuffer_reserve_space(output, total, pieces, 2) < 1)
        return Status::no_memory;
    PieceWriter writer(pieces);
    writer.put(header, header_size, nullptr);
    if (size)
        writer.put(static_cast<const uint8_t*>(data), size, frame.masked ? &frame : nullptr);
    return evbuffer_commit_space(output, pieces, writer.finish(pieces)) == 0 ? Status::ok
                                                                             : Status::no_memory;
}

Status send_data(evws_connection& session, int type, const void* data, size_t size, bool whole,
                 bool last) {
    const StreamLock lock(session.bev);
    if ((type != WS_TEXT_FRAME && type != WS_BINARY_FRAME) || session.state != State::open ||
        session.life.gone || (session.sending && (whole || session.sending != type)) ||
        (whole && type == WS_TEXT_FRAME && !is_utf8(data, size)))
        return Status::invalid;
    const auto opcode = static_cast<uint8_t>(session.sending ? kContinuation : type);
    const Status sent = send_frame(session, opcode, last, data, size);
    if (!failed(sent))
        session.sending = last ? 0 : static_cast<uint8_t>(type);
    return sent;
}

void send_or_end(evws_connection& session, int type, const void* data, size_t size) {
    const StreamLock lock(session.bev);
    const Status sent = send_data(session, type, data, size, true, true);
    if (sent == Status::invalid && session.state == State::open)
        log::warnx("evws: a message that may not be sent is not");
    else if (sent == Status::no_memory)
        end_soon(session);  // the program would not hear of a message that is missing
}

}  // namespace

Status send_frame(evws_connection& session, uint8_t opcode, bool final, const void* data,
                  size_t size) {
    if (size > static_cast<size_t>(EV_SSIZE_MAX) - kMostHeader)
        return Status::no_memory;
    Frame frame = {size, opcode, 0, {}, final, session.make_mask != nullptr};
    if (frame.masked)
        session.make_mask(frame.mask, sizeof frame.mask);
    return put_frame(session, frame, data);
}

}  // namespace evlet::ws

using namespace evlet;
using namespace evlet::ws;

extern "C" {

void evws_send_text(struct evws_connection* evws, const char* packet_str) {
    send_or_end(*evws, WS_TEXT_FRAME, packet_str, strlen(packet_str));
}

void evws_send_binary(struct evws_connection* evws, const char* packet_data, size_t packet_len) {
    send_or_end(*evws, WS_BINARY_FRAME, packet_data, packet_len);
}

int evlet_ws_send(struct evws_connection* evws, int type, const void* data, size_t len) {
    return failed(send_data(*evws, type, data, len, true, true)) ? -1 : 0;
}

int evlet_ws_send_fragment(struct evws_connection* evws, int type, const void* data, size_t len,
                           int last) {
    return failed(send_data(*evws, type, data, len, false, last != 0)) ? -1 : 0;
}

int evlet_ws_ping(struct evws_connection* evws, const void* data, size_t len) {
    const StreamLock lock(evws->bev);
    if (len > kMostControl || evws->state != State::open || evws->life.gone)
        return -1;
    return failed(send_frame(*evws, kPing, true, data, len)) ? -1 : 0;
}

}  // extern "C"
