// SPDX-License-Identifier: BSD-3-Clause
// When the loop has to call. On a socket ev_read and ev_write are added as the engine wants them:
// which need not be the direction that the program reads or writes. On another bufferevent reading
// is suspended while nobody wants it, and it tells by itself when it has sent something.
#include "net/connecting.h"
#include "stream/socket.h"
#include "tls/engine.h"

namespace evlet {
namespace {

const timeval* limit_or_null(const timeval& limit) {
    return evutil_timerisset(&limit) ? &limit : nullptr;
}

// While hands are shaken both timeouts say how long the peer may take.
const timeval* limit_of_reading(const Stream& stream) {
    const timeval* const read = limit_or_null(stream.shown.timeout_read);
    const bool either = tls_of(const_cast<Stream&>(stream)).phase == Phase::handshake;
    return read || !either ? read : limit_or_null(stream.shown.timeout_write);
}

// A handshake stands still then, until the program enables a direction.
void report_timeout(Stream& stream, short direction) {
    if (tls_of(stream).phase == Phase::handshake)
        tls_of(stream).read_wants = 0;
    disable(stream, direction);
    set_last_error(0);
    call_event(stream,
               static_cast<short>(BEV_EVENT_TIMEOUT |
                                  (direction == EV_READ ? BEV_EVENT_READING : BEV_EVENT_WRITING)));
}

void on_readable(evutil_socket_t, short what, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (stream.freed)
        return;
    if (what & EV_READ) {
        pump(stream, EV_READ);
    } else if (tls_of(stream).watches_read) {
        // Who waits for the peer's bytes in order to write has no other clock.
        const bool reads = can_read(stream) || tls_of(stream).phase != Phase::open;
        report_timeout(stream, reads ? EV_READ : EV_WRITE);
    }
}

void on_writable(evutil_socket_t, short what, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (stream.freed)
        return;
    if (stream.connecting)
        go_on_connecting(stream, what);
    else if (what & EV_WRITE)
        pump(stream, EV_WRITE);
    else if (stream.waiting_to_write)
        report_timeout(stream, EV_WRITE);
}

short interest_of(Stream& stream) {
    const Tls& tls = tls_of(stream);
    if (tls.phase == Phase::handshake)
        return tls.read_wants;
    if (tls.phase != Phase::open)
        return 0;
    int wanted = 0;
    if (can_read(stream) || tls.renegotiating)
        wanted |= tls.read_wants;
    if ((can_write(stream) && stream.output.length) || tls.finishing)
        wanted |= tls.write_wants;
    return static_cast<short>(wanted);
}

Status watch_socket(Stream& stream, short wanted) {
    Tls& tls = tls_of(stream);
    bufferevent& shown = stream.shown;
    if (!(wanted & EV_WRITE)) {
        stop_waiting_to_write(stream);
    } else if (!stream.waiting_to_write) {
        if (event_add(&shown.ev_write, limit_or_null(shown.timeout_write)) != 0)
            return Status::system;
        stream.waiting_to_write = 1;
    }
    if (!(wanted & EV_READ)) {
        if (tls.watches_read)
            event_del_noblock(&shown.ev_read);
        tls.watches_read = false;
    } else if (!tls.watches_read) {
        if (event_add(&shown.ev_read, limit_of_reading(stream)) != 0)
            return Status::system;
        tls.watches_read = true;
    }
    return Status::ok;
}

}  // namespace

Status watch(Stream& stream) {
    Tls& tls = tls_of(stream);
    if (stream.freed)
        return Status::ok;
    if (stream.connecting)
        return Status::ok;  // ev_write waits for the outcome
    const short wanted = interest_of(stream);
    if (tls.more && (tls.phase == Phase::handshake ||
                     (tls.phase == Phase::open && (can_read(stream) || tls.renegotiating))))
        make_due(stream, kDueTransfer);
    if (!tls.underlying)
        return watch_socket(stream, wanted);
    if (wanted & EV_READ)
        resume_read(*tls.underlying, kByFilter);
    else
        suspend_read(*tls.underlying, kByFilter);
    return Status::ok;
}

void stop_watching(Stream& stream) {
    Tls& tls = tls_of(stream);
    tls.phase = Phase::idle;
    if (!tls.underlying && !stream.connecting)
        (void)watch_socket(stream, 0);
}

namespace {

void renew(event& ev, const timeval* limit) {
    if (!event_pending(&ev, EV_READ | EV_WRITE, nullptr))
        return;
    event_remove_timer(&ev);
    if (limit)
        event_add(&ev, limit);
}

}  // namespace

void renew_limits(Stream& stream) {
    renew(stream.shown.ev_read, limit_of_reading(stream));
    renew(stream.shown.ev_write, limit_or_null(stream.shown.timeout_write));
}

void assign_tls_events(Stream& stream, evutil_socket_t fd) {
    Tls& tls = tls_of(stream);
    assign_socket(stream, fd);
    // They are not added yet.
    stream.shown.ev_read.ev_evcallback.evcb_cb_union.evcb_callback = on_readable;
    stream.shown.ev_write.ev_evcallback.evcb_cb_union.evcb_callback = on_writable;
    tls.watches_read = false;
    forget_connection(tls);
}

}  // namespace evlet
