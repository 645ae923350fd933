// SPDX-License-Identifier: BSD-3-Clause
// Asking events, and the settings that are not adding or removing.
#include "base/shell.h"
#include "evlet/port_os.h"
#include "loop/base.h"
#include "loop/debug_registry.h"

using namespace evlet;

extern "C" {

int event_initialized(const struct event* ev) {
    return (flags(*ev) & EVLIST_INIT) != 0;
}

int event_pending(const struct event* ev, short what, struct timeval* ret_expiry) {
    if (!ev->ev_base)
        return 0;
    debug::require_setup(*ev, "event_pending");
    LockGuard guard(ev->ev_base->mutex);
    int pending = 0;
    if (flags(*ev) & EVLIST_INSERTED)
        pending |= ev->ev_events & (EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL);
    if (flags(*ev) & EVLIST_ACTIVE)
        pending |= ev->ev_res;
    if (flags(*ev) & EVLIST_TIMEOUT)
        pending |= EV_TIMEOUT;
    pending &= what & (EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED | EV_SIGNAL);
    if (ret_expiry && (pending & EV_TIMEOUT) && (flags(*ev) & EVLIST_TIMEOUT)) {
        const Nanos to_go = add_saturated(deadline(*ev), -evlet_port_monotonic_ns());
        *ret_expiry = to_timeval(add_saturated(evlet_port_wall_ns(), to_go));
    }
    return pending;
}

evutil_socket_t event_get_fd(const struct event* ev) {
    debug::require_setup(*ev, "event_get_fd");
    return ev->ev_fd;
}

struct event_base* event_get_base(const struct event* ev) {
    debug::require_setup(*ev, "event_get_base");
    return ev->ev_base;
}

short event_get_events(const struct event* ev) {
    debug::require_setup(*ev, "event_get_events");
    return ev->ev_events;
}

event_callback_fn event_get_callback(const struct event* ev) {
    debug::require_setup(*ev, "event_get_callback");
    return ev->ev_evcallback.evcb_cb_union.evcb_callback;
}

void* event_get_callback_arg(const struct event* ev) {
    debug::require_setup(*ev, "event_get_callback_arg");
    return ev->ev_evcallback.evcb_arg;
}

int event_get_priority(const struct event* ev) {
    debug::require_setup(*ev, "event_get_priority");
    return ev->ev_evcallback.evcb_pri;
}

void event_get_assignment(const struct event* ev, struct event_base** ret_base,
                          evutil_socket_t* ret_fd, short* ret_events,
                          event_callback_fn* ret_callback, void** ret_argument) {
    debug::require_setup(*ev, "event_get_assignment");
    if (ret_base)
        *ret_base = ev->ev_base;
    if (ret_fd)
        *ret_fd = ev->ev_fd;
    if (ret_events)
        *ret_events = ev->ev_events;
    if (ret_callback)
        *ret_callback = ev->ev_evcallback.evcb_cb_union.evcb_callback;
    if (ret_argument)
        *ret_argument = ev->ev_evcallback.evcb_arg;
}

size_t event_get_struct_event_size(void) {
    return sizeof(struct event);
}

int event_base_set(struct event_base* base, struct event* ev) {
    if (!base || !ev || (flags(*ev) & EVLIST_ALL) != EVLIST_INIT)
        return to_result(Status::invalid);  // only a fresh or removed event may move
    debug::require_setup(*ev, "event_base_set");
    ev->ev_base = base;
    ev->ev_evcallback.evcb_pri = static_cast<ev_uint8_t>(base->queue_count / 2);
    return 0;
}

int event_priority_set(struct event* ev, int priority) {
    if (!ev || !ev->ev_base)
        return to_result(Status::invalid);
    debug::require_setup(*ev, "event_priority_set");
    LockGuard guard(ev->ev_base->mutex);
    if ((flags(*ev) & EVLIST_ACTIVE) || priority < 0 || priority >= ev->ev_base->queue_count)
        return to_result(Status::invalid);
    ev->ev_evcallback.evcb_pri = static_cast<ev_uint8_t>(priority);
    return 0;
}

}  // extern "C"
