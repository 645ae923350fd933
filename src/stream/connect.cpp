// SPDX-License-Identifier: BSD-3-Clause
// Making a connection to an address. While it is being made both directions are suspended and
// ev_write waits for the outcome, for as long as the write timeout says. An outcome that is known
// at once is reported by the loop all the same, so that the program's callbacks never run inside
// the call that connects.
#include "net/connecting.h"

#include "base/shell.h"
#include "loop/base.h"
#include "stream/hooks.h"
#include "stream/socket.h"

namespace evlet {
namespace {

void on_outcome(Stream& stream, short what) {
    const evutil_socket_t fd = socket_of(stream);
    if (!(what & EV_WRITE)) {
        event_del_noblock(&stream.shown.ev_write);
        connecting_timed_out(stream);
        return;
    }
    // Refused in the call itself: the system does not tell twice.
    if (what & EV_CLOSED) {
        socket_connect_failed(stream, stream.socket_error);
        return;
    }
    switch (finish_connect(fd)) {
    case Connect::done:
        socket_connected(stream, fd);
        return;
    case Connect::in_progress:
        return;
    case Connect::refused:
    case Connect::failed:
        socket_connect_failed(stream, last_error());
        return;
    }
}

Status watch_outcome(Stream& stream) {
    const timeval* const limit = connect_limit(stream).timeout;
    return event_add(&stream.shown.ev_write, limit) == 0 ? Status::ok : Status::system;
}

Status connect(Stream& stream, const sockaddr* address, int length) {
    if (!stands_on_socket(stream) || stream.occupied)
        return Status::invalid;
    evutil_socket_t fd = socket_of(stream);
    const bool own = fd < 0;
    if (own) {
        if (!address)
            return Status::invalid;
        fd = open_stream_socket(address->sa_family);
        if (fd < 0)
            return Status::system;
    }
    Connect outcome = address ? start_connect(fd, address, length) : Connect::in_progress;
    // A socket whose last attempt failed may tell so once more before it makes another.
    if (outcome == Connect::failed && !own)
        outcome = start_connect(fd, address, length);
    if (outcome == Connect::failed) {
        if (own)
            close_socket(fd);
        return Status::system;
    }
    const int error = outcome == Connect::refused ? last_error() : 0;
    cancel_naming(stream);
    const auto assign = stream.shown.be_ops->assign;
    (assign ? assign : assign_socket)(stream, fd);
    begin_connecting(stream);
    stream.socket_error = error;
    if (outcome == Connect::in_progress) {
        const Status watched = watch_outcome(stream);
        if (failed(watched)) {
            const int reason = last_error();
            (void)stream.shown.be_ops->set_fd(stream, own ? -1 : fd);
            if (own)
                close_socket(fd);
            set_last_error(reason);
        }
        return watched;
    }
    event_active(&stream.shown.ev_write, error ? EV_WRITE | EV_CLOSED : EV_WRITE, 1);
    return Status::ok;
}

}  // namespace

ConnectLimit connect_limit(const Stream& stream) {
    const timeval& read = stream.shown.timeout_read;
    const timeval& write = stream.shown.timeout_write;
    const bool write_limited = evutil_timerisset(&write);
    const bool read_limited = (stream.shown.enabled & EV_READ) && evutil_timerisset(&read);
    if (read_limited && (!write_limited || evutil_timercmp(&read, &write, <)))
        return {&read, EV_READ};
    return {write_limited ? &write : nullptr, EV_WRITE};
}

void connecting_timed_out(Stream& stream) {
    const short direction = connect_limit(stream).direction;
    stream.connecting = 0;
    disable(stream, direction);
    call_event(stream, direction == EV_READ ? BEV_EVENT_TIMEOUT | BEV_EVENT_READING
                                            : BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING);
}

void begin_connecting(Stream& stream) {
    g_connecting_handler = on_outcome;
    suspend_read(stream, kByConnecting);
    suspend_write(stream, kByConnecting);
    stream.connecting = 1;
    stream.socket_error = 0;
}

void socket_connected(Stream& stream, evutil_socket_t fd) {
    // The present descriptor's events are made anew: nothing of connecting is left in them.
    const bool failed_to_start = failed(stream.shown.be_ops->set_fd(stream, fd));
    // BEV_EVENT_CONNECTED says that it is writable; writecb need not.
    if (stream.output.length == 0 && !stream.tells_connected)
        stop_waiting_to_write(stream);
    if (!stream.tells_connected)
        call_event(stream, BEV_EVENT_CONNECTED);
    if (failed_to_start && !stream.freed)
        call_event(stream, BEV_EVENT_ERROR | BEV_EVENT_READING);
}

void socket_connect_failed(Stream& stream, int error) {
    // Both directions stay suspended until the program connects again or sets a descriptor.
    event_del_noblock(&stream.shown.ev_write);
    stream.connecting = 0;
    set_last_error(error);
    call_event(stream, BEV_EVENT_ERROR);
}

}  // namespace evlet

using namespace evlet;

extern "C" {

int bufferevent_socket_connect(struct bufferevent* bev, const struct sockaddr* address,
                               int length) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    return to_result(connect(stream, address, length));
}

}  // extern "C"
