// SPDX-License-Identifier: BSD-3-Clause
// Calling the program back, at once or from the loop. What is due is kept as bits and done in one
// call of the loop: the transfer first, then CONNECTED, readcb, writecb and the other events.
#include <errno.h>
#include <stddef.h>

#include "loop/deferred.h"
#include "stream/hooks.h"

namespace evlet {
namespace {

// Gives the lock back around a callback of the program, if it asked for that.
class CallbackScope {
public:
    explicit CallbackScope(Stream& stream)
        : stream_(stream),
          unlocked_(stream.mutex.real() && (stream.options & BEV_OPT_UNLOCK_CALLBACKS)) {
        if (unlocked_)
            stream_.mutex.unlock();
    }
    ~CallbackScope() {
        if (unlocked_)
            stream_.mutex.lock();
    }
    CallbackScope(const CallbackScope&) = delete;
    CallbackScope& operator=(const CallbackScope&) = delete;

private:
    Stream& stream_;
    bool unlocked_;
};

void report(Stream& stream, short what) {
    const bufferevent_event_cb call = stream.shown.errorcb;
    void* const argument = stream.shown.cbarg;
    if (!what || !call)
        return;
    const int error = stream.socket_error;
    CallbackScope scope(stream);
    errno = error;
    call(&stream.shown, what, argument);
}

void call_data(Stream& stream, bufferevent_data_cb call) {
    void* const argument = stream.shown.cbarg;
    if (!call)
        return;
    CallbackScope scope(stream);
    call(&stream.shown, argument);
}

// What was put into the output meanwhile leaves in another turn of the loop: a program that fills
// the output whenever it is empty must not keep the loop from everything else.
void transfer(Stream& stream) {
    stream.due = static_cast<unsigned char>(stream.due & ~kDueTransfer);
    if (!stream.freed && stream.shown.be_ops->transfer)
        stream.shown.be_ops->transfer(stream);
}

void run_due(Stream& stream) {
    if (stream.due & kDueTransfer)
        transfer(stream);
    const unsigned char due = stream.due;
    const short events = stream.due_events;
    stream.due = static_cast<unsigned char>(due & kDueTransfer);
    stream.due_events = 0;
    report(stream, static_cast<short>(events & BEV_EVENT_CONNECTED));
    if (due & kDueRead)
        call_data(stream, stream.shown.readcb);
    if (due & kDueWrite)
        call_data(stream, stream.shown.writecb);
    report(stream, static_cast<short>(events & ~BEV_EVENT_CONNECTED));
}

}  // namespace

void on_due(event_callback* self, void* argument) {
    Stream& stream =
        *reinterpret_cast<Stream*>(reinterpret_cast<char*>(self) - offsetof(Stream, deferred));
    // A stream whose last reference is gone is destroyed when the scope's own has gone too.
    HandlerScope scope(stream);
    if (argument)
        run_due(stream);
    else
        stream.due = 0;  // the base is being freed: nothing will be called any more
}

void HandlerScope::finish(Stream& stream) {
    if (stream.due & kDueTransfer)
        transfer(stream);
    stream.in_handler = 0;
    if (stream.due & ~kDueDestroy)
        make_due(stream, 0);
}

void make_due(Stream& stream, unsigned char what, bool soon) {
    stream.due |= what;
    if (!stream.base() || ((stream.due & kDueTransfer) == stream.due && stream.in_handler))
        return;
    // A transfer counts too: it may call the program, and one that does so for ever must not keep
    // the loop from looking for events.
    defer(*stream.base(), stream.deferred, soon ? Turn::soon : Turn::next, Counts::yes,
          stream.shown.ev_read.ev_evcallback.evcb_pri);
}

void call_read(Stream& stream, bool deferred) {
    if (!stream.shown.readcb)
        return;
    if (deferred || (stream.options & BEV_OPT_DEFER_CALLBACKS))
        make_due(stream, kDueRead);
    else
        call_data(stream, stream.shown.readcb);
}

void call_write(Stream& stream, bool deferred) {
    if (!stream.shown.writecb)
        return;
    if (deferred || (stream.options & BEV_OPT_DEFER_CALLBACKS))
        make_due(stream, kDueWrite);
    else
        call_data(stream, stream.shown.writecb);
}

void call_event(Stream& stream, short what, bool deferred) {
    stream.socket_error = errno;
    if (!stream.shown.errorcb)
        return;
    if (deferred || (stream.options & BEV_OPT_DEFER_CALLBACKS)) {
        stream.due_events = static_cast<short>(stream.due_events | what);
        make_due(stream, kDueEvent);
    } else {
        report(stream, what);
    }
}

void call_read_if_due(Stream& stream, bool deferred) {
    if (stream.input.length >= stream.shown.wm_read.low)
        call_read(stream, deferred);
}

void call_write_if_due(Stream& stream, bool deferred) {
    if (stream.output.length <= stream.shown.wm_write.low)
        call_write(stream, deferred);
}

}  // namespace evlet
