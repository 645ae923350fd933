// SPDX-License-Identifier: BSD-3-Clause
// What every bufferevent is asked and told: callbacks, directions, watermarks, timeouts, data,
// life.
#include <limits.h>

#include "base/shell.h"
#include "loop/event_access.h"
#include "stream/hooks.h"

namespace evlet {
namespace {

constexpr short kBothDirections = EV_READ | EV_WRITE;

timeval timeout_or_none(const timeval* timeout) {
    return timeout ? *timeout : timeval{};
}

// An event that waits for its descriptor does so for as long as is said now.
void renew_timeout(event& ev, const timeval& timeout) {
    if (!event_pending(&ev, EV_READ | EV_WRITE, nullptr))
        return;
    event_remove_timer(&ev);
    if (timeout.tv_sec || timeout.tv_usec)
        event_add(&ev, &timeout);
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

void bufferevent_free(struct bufferevent* bev) {
    free_stream(as_stream(*bev));
}

void bufferevent_incref(struct bufferevent* bev) {
    LockGuard guard(as_stream(*bev).mutex);
    add_ref(as_stream(*bev));
}

int bufferevent_decref(struct bufferevent* bev) {
    as_stream(*bev).mutex.lock();
    return drop_ref_and_unlock(as_stream(*bev));
}

void bufferevent_lock(struct bufferevent* bev) {
    as_stream(*bev).mutex.lock();
    add_ref(as_stream(*bev));
}

void bufferevent_unlock(struct bufferevent* bev) {
    (void)drop_ref_and_unlock(as_stream(*bev));
}

void bufferevent_setcb(struct bufferevent* bev, bufferevent_data_cb readcb,
                       bufferevent_data_cb writecb, bufferevent_event_cb eventcb, void* cbarg) {
    LockGuard guard(as_stream(*bev).mutex);
    bev->readcb = readcb;
    bev->writecb = writecb;
    bev->errorcb = eventcb;
    bev->cbarg = cbarg;
}

void bufferevent_getcb(struct bufferevent* bev, bufferevent_data_cb* readcb_ptr,
                       bufferevent_data_cb* writecb_ptr, bufferevent_event_cb* eventcb_ptr,
                       void** cbarg_ptr) {
    LockGuard guard(as_stream(*bev).mutex);
    if (readcb_ptr)
        *readcb_ptr = bev->readcb;
    if (writecb_ptr)
        *writecb_ptr = bev->writecb;
    if (eventcb_ptr)
        *eventcb_ptr = bev->errorcb;
    if (cbarg_ptr)
        *cbarg_ptr = bev->cbarg;
}

struct event_base* bufferevent_get_base(struct bufferevent* bev) {
    return bev->ev_base;
}

struct evbuffer* bufferevent_get_input(struct bufferevent* bev) {
    return bev->input;
}

struct evbuffer* bufferevent_get_output(struct bufferevent* bev) {
    return bev->output;
}

int bufferevent_write(struct bufferevent* bev, const void* data, size_t size) {
    return evbuffer_add(bev->output, data, size);
}

int bufferevent_write_buffer(struct bufferevent* bev, struct evbuffer* buf) {
    return evbuffer_add_buffer(bev->output, buf);
}

size_t bufferevent_read(struct bufferevent* bev, void* data, size_t size) {
    const int count = evbuffer_remove(bev->input, data, size);
    return count < 0 ? 0 : static_cast<size_t>(count);
}

int bufferevent_read_buffer(struct bufferevent* bev, struct evbuffer* buf) {
    return evbuffer_add_buffer(buf, bev->input);
}

int bufferevent_enable(struct bufferevent* bev, short event) {
    StreamGuard guard(as_stream(*bev));
    return to_result(enable(as_stream(*bev), event & kBothDirections));
}

int bufferevent_disable(struct bufferevent* bev, short event) {
    StreamGuard guard(as_stream(*bev));
    disable(as_stream(*bev), event & kBothDirections);
    return 0;
}

short bufferevent_get_enabled(struct bufferevent* bev) {
    LockGuard guard(as_stream(*bev).mutex);
    return bev->enabled;
}

int bufferevent_set_timeouts(struct bufferevent* bev, const struct timeval* timeout_read,
                             const struct timeval* timeout_write) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    bev->timeout_read = timeout_or_none(timeout_read);
    bev->timeout_write = timeout_or_none(timeout_write);
    if (bev->be_ops->timeouts_changed) {
        bev->be_ops->timeouts_changed(stream);
    } else {
        renew_timeout(bev->ev_read, bev->timeout_read);
        renew_timeout(bev->ev_write, bev->timeout_write);
    }
    return 0;
}

void bufferevent_setwatermark(struct bufferevent* bev, short events, size_t lowmark,
                              size_t highmark) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    if (events & EV_WRITE)
        bev->wm_write = {lowmark, highmark};
    if (events & EV_READ) {
        bev->wm_read = {lowmark, highmark};
        input_changed(stream.input, 0, 0);
    }
}

int bufferevent_getwatermark(struct bufferevent* bev, short events, size_t* lowmark,
                             size_t* highmark) {
    if (events != EV_READ && events != EV_WRITE)
        return to_result(Status::invalid);
    LockGuard guard(as_stream(*bev).mutex);
    const event_watermark& marks = events == EV_READ ? bev->wm_read : bev->wm_write;
    if (lowmark)
        *lowmark = marks.low;
    if (highmark)
        *highmark = marks.high;
    return 0;
}

int bufferevent_flush(struct bufferevent* bev, short iotype, enum bufferevent_flush_mode mode) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    return bev->be_ops->flush ? bev->be_ops->flush(stream, iotype, mode) : -1;
}

void bufferevent_trigger(struct bufferevent* bev, short iotype, int options) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    const bool deferred = (options & BEV_TRIG_DEFER_CALLBACKS) != 0;
    const bool always = (options & BEV_TRIG_IGNORE_WATERMARKS) != 0;
    if (iotype & EV_READ) {
        if (always)
            call_read(stream, deferred);
        else
            call_read_if_due(stream, deferred);
    }
    if (iotype & EV_WRITE) {
        if (always)
            call_write(stream, deferred);
        else
            call_write_if_due(stream, deferred);
    }
}

void bufferevent_trigger_event(struct bufferevent* bev, short what, int options) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    call_event(stream, what, (options & BEV_TRIG_DEFER_CALLBACKS) != 0);
}

}  // extern "C"
