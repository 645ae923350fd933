// SPDX-License-Identifier: BSD-3-Clause
// TLS on top of another bufferevent: its callbacks are ours, its lock is shared, and a reference
// keeps it.
#include <errno.h>

#include "loop/base.h"
#include "tls/engine.h"

namespace evlet {
namespace {

void on_read(bufferevent*, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (!stream.freed)
        pump(stream, EV_READ);
}

void on_write(bufferevent*, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (!stream.freed)
        pump(stream, EV_WRITE);
}

// What broke below is told when the bytes before it have been read; a timeout at once.
void on_event(bufferevent*, short what, void* argument) {
    const int error = errno;
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    Tls& tls = tls_of(stream);
    if (stream.freed)
        return;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
        if (what & BEV_EVENT_ERROR)
            tls.transport_error = error ? error : ECONNRESET;
        tls.ended = true;
        tls.more = true;
        pump(stream, EV_READ | EV_WRITE);
    } else if (what & BEV_EVENT_TIMEOUT) {
        disable(stream, what & BEV_EVENT_READING ? EV_READ : EV_WRITE);
        errno = error;
        call_event(stream, what);
    } else {
        pump(stream, EV_READ | EV_WRITE);
    }
}

}  // namespace

namespace {

// The farewell, if there is one, leaves now or never. Bytes are moved in the loop's thread alone.
void send_now(Stream& underlying) {
    const auto transfer = underlying.shown.be_ops->transfer;
    if (!(underlying.due & kDueTransfer) || underlying.freed || !transfer || !underlying.base())
        return;
    {
        LockGuard guard(underlying.base()->mutex);
        if (!in_loop_thread(*underlying.base()))
            return;
    }
    StreamGuard guard(underlying);
    transfer(underlying);
}

}  // namespace

Status take_underlying(Stream& stream, Stream& underlying) {
    const short before = underlying.shown.enabled;
    const auto added = static_cast<short>((EV_READ | EV_WRITE) & ~before);
    suspend_read(underlying, kByFilter);
    const Status enabled = enable(underlying, added);
    if (failed(enabled)) {
        disable(underlying, added);
        resume_read(underlying, kByFilter);
        return enabled;
    }
    tls_of(stream).underlying = &underlying;
    add_ref(underlying);
    const Status begun = begin_session(stream);
    if (failed(begun)) {
        tls_of(stream).underlying = nullptr;
        --underlying.refs;  // the caller has one
        disable(underlying, added);
        resume_read(underlying, kByFilter);
        return begun;
    }
    bufferevent& shown = underlying.shown;
    // Every byte counts: a record comes in pieces, and what was sent makes room.
    shown.wm_read.low = shown.wm_write.low = 0;
    shown.readcb = on_read;
    shown.writecb = on_write;
    shown.errorcb = on_event;
    shown.cbarg = &stream;
    return Status::ok;
}

void leave_underlying(Stream& stream) {
    Stream& underlying = *tls_of(stream).underlying;
    update_generic_timeouts(stream);
    bufferevent& shown = underlying.shown;
    if (shown.errorcb == on_event && shown.cbarg == &stream) {
        shown.readcb = shown.writecb = nullptr;
        shown.errorcb = nullptr;
        shown.cbarg = nullptr;
    }
    if (stream.options & BEV_OPT_CLOSE_ON_FREE) {
        send_now(underlying);
        free_stream(underlying);
        return;
    }
    resume_read(underlying, kByFilter);
}

void drop_underlying(Stream& stream) {
    Stream& underlying = *tls_of(stream).underlying;
    underlying.mutex.lock();
    (void)drop_ref_and_unlock(underlying);
}

}  // namespace evlet
