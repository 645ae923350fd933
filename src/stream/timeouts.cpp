// SPDX-License-Identifier: BSD-3-Clause
// The timeouts of streams that have no descriptor. ev_read and ev_write are timers: pending while
// the direction is enabled, nothing suspends it, there is something to wait for and a limit is set.
// Whoever changes one of these calls the functions below.
#include <errno.h>

#include "event2/event.h"
#include "stream/stream.h"

namespace evlet {
namespace {

// What an event callback is told of a direction.
constexpr short as_event(short direction) {
    return direction == EV_READ ? BEV_EVENT_READING : BEV_EVENT_WRITING;
}

event& timer_of(Stream& stream, short direction) {
    return direction == EV_READ ? stream.shown.ev_read : stream.shown.ev_write;
}

const timeval& limit_of(const Stream& stream, short direction) {
    return direction == EV_READ ? stream.shown.timeout_read : stream.shown.timeout_write;
}

bool is_waiting(const Stream& stream, short direction) {
    if (stream.freed)
        return false;
    return direction == EV_READ ? can_read(stream) : can_write(stream) && stream.output.length;
}

void report_timeout(Stream& stream, short direction) {
    HandlerScope scope(stream);
    // Another thread may have moved bytes since the loop took the timer for due.
    if (!is_waiting(stream, direction) ||
        event_pending(&timer_of(stream, direction), EV_TIMEOUT, nullptr))
        return;
    disable(stream, direction);
    call_event(stream, static_cast<short>(BEV_EVENT_TIMEOUT | as_event(direction)));
}

void on_read_timeout(evutil_socket_t, short, void* argument) {
    report_timeout(*static_cast<Stream*>(argument), EV_READ);
}

void on_write_timeout(evutil_socket_t, short, void* argument) {
    report_timeout(*static_cast<Stream*>(argument), EV_WRITE);
}

void set_timer(Stream& stream, short direction) {
    const timeval& limit = limit_of(stream, direction);
    event& timer = timer_of(stream, direction);
    if (!evutil_timerisset(&limit) || !is_waiting(stream, direction))
        event_del_noblock(&timer);
    else if (event_add(&timer, &limit) != 0)
        // Nobody would notice a peer that stands still.
        call_event(stream, static_cast<short>(BEV_EVENT_ERROR | as_event(direction)), true);
}

}  // namespace

void use_generic_timeouts(Stream& stream) {
    bufferevent& shown = stream.shown;
    evlet_event_assign_no_signal(&shown.ev_read, stream.base(), -1, 0, on_read_timeout, &stream);
    evlet_event_assign_no_signal(&shown.ev_write, stream.base(), -1, 0, on_write_timeout, &stream);
}

void update_generic_timeouts(Stream& stream) {
    set_timer(stream, EV_READ);
    set_timer(stream, EV_WRITE);
}

void restart_generic_timeout(Stream& stream, short direction) {
    if (evutil_timerisset(&limit_of(stream, direction)))
        set_timer(stream, direction);
}

}  // namespace evlet
