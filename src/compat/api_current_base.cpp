// SPDX-License-Identifier: BSD-3-Clause
// The calls from before bases were named: event_init() makes one and the rest use it. Not
// thread-safe, as ever.
#include "event2/event.h"
#include "event2/event_compat.h"
#include "log/log.h"
#include "loop/base.h"

using evlet::g_current_base;

extern "C" {

struct event_base* event_init(void) {
    event_base* base = event_base_new();
    if (!base) {
        evlet::log::warnx("event_init: no base can be made");
        return nullptr;
    }
    g_current_base = base;
    return base;
}

int event_dispatch(void) {
    return event_base_loop(g_current_base, 0);
}

int event_loop(int loop_flags) {
    return event_base_loop(g_current_base, loop_flags);
}

int event_loopexit(const struct timeval* delay) {
    return event_base_loopexit(g_current_base, delay);
}

int event_loopbreak(void) {
    return event_base_loopbreak(g_current_base);
}

int event_once(evutil_socket_t fd, short events, void (*callback)(evutil_socket_t, short, void*),
               void* argument, const struct timeval* timeout) {
    return event_base_once(g_current_base, fd, events, callback, argument, timeout);
}

const char* event_get_method(void) {
    return g_current_base ? event_base_get_method(g_current_base) : nullptr;
}

int event_priority_init(int count) {
    return event_base_priority_init(g_current_base, count);
}

void event_set(struct event* ev, evutil_socket_t fd, short events,
               void (*callback)(evutil_socket_t, short, void*), void* argument) {
    if (event_assign(ev, g_current_base, fd, events, callback, argument) != 0)
        evlet::log::warnx("event_set: the event cannot be made");
}

}  // extern "C"
