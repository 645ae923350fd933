// SPDX-License-Identifier: BSD-3-Clause
// Making, adding and removing events.
#include "base/shell.h"
#include "log/log.h"
#include "loop/api_support.h"
#include "loop/base.h"
#include "loop/debug_registry.h"
#include "loop/signals.h"
#include "mem/mem.h"

namespace evlet {

Status add_with_timeval(event_base& base, event& ev, const timeval* timeout) {
    if (!timeout)
        return add(base, ev, nullptr);
    const int common = base.common ? base.common->find(base, *timeout) : 0;
    const Timeout wanted = {common ? base.common->queues[common - 1]->duration
                                   : from_timeval(*timeout),
                            common};
    // With many timers nearly all the time goes into fetching the event from memory; a timer that is
    // put off is done with after the half of it that says so.
    if (kKnowsHeapKey && !common &&
        TimerHeap::postpone(ev, add_saturated(current_time(base), wanted.delay)))
        return Status::ok;
    return add(base, ev, &wanted);
}

namespace {

// Placeholder for an argument that is the event itself.
char g_self;

// Brings the signal code in, which nothing else refers to.
Status prepare_signal_event(short events) {
#if EVLET_SIGNALS
    if (events & (EV_READ | EV_WRITE | EV_CLOSED)) {
        log::warnx("event_assign: EV_SIGNAL goes with none of EV_READ, EV_WRITE and EV_CLOSED");
        return Status::invalid;
    }
    use_signals();
    return Status::ok;
#else
    (void)events;
    return Status::unsupported;
#endif
}

// False with a warning if the event belongs to no base.
bool has_base(const event* ev, const char* caller) {
    if (ev && ev->ev_base)
        return true;
    log::warnx("%s: the event has no base", caller);
    errno = EINVAL;
    return false;
}

int remove_checked(event* ev, Blocking blocking, const char* caller) {
    if (!has_base(ev, caller))
        return -1;
    LockGuard guard(ev->ev_base->mutex);
    if (flags(*ev) & EVLIST_FINALIZING)
        return 0;  // debug mode has let go of it already
    debug::require_setup(*ev, caller);
    remove(*ev->ev_base, *ev, blocking);
    return 0;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

void* event_self_cbarg(void) {
    return &g_self;
}

int evlet_event_assign_no_signal(struct event* ev, struct event_base* base, evutil_socket_t fd,
                                 short events, event_callback_fn callback, void* argument) {
    if (!ev)
        return to_result(Status::invalid);
    debug::note_in_use();
    debug::require_not_added(*ev, "event_assign");
    if (!base)
        base = g_current_base;
    *ev = {};
    ev->ev_base = base;
    ev->ev_evcallback.evcb_cb_union.evcb_callback = callback;
    ev->ev_evcallback.evcb_arg = argument == &g_self ? ev : argument;
    ev->ev_fd = fd;
    ev->ev_events = events;
    ev->ev_evcallback.evcb_flags = EVLIST_INIT;
    ev->ev_timeout_pos.min_heap_idx = -1;
    set_closure(*ev, events & EV_PERSIST ? Closure::persist : Closure::event);
    if (base)
        ev->ev_evcallback.evcb_pri = static_cast<ev_uint8_t>(base->queue_count / 2);
    debug::note_setup(*ev);
    return 0;
}

struct event* evlet_event_new_no_signal(struct event_base* base, evutil_socket_t fd, short events,
                                        event_callback_fn callback, void* argument) {
    auto* ev = static_cast<event*>(mem::allocate(sizeof(event)));
    if (ev)
        evlet_event_assign_no_signal(ev, base, fd, events, callback, argument);
    return ev;
}

int event_assign(struct event* ev, struct event_base* base, evutil_socket_t fd, short events,
                 event_callback_fn callback, void* argument) {
    if (events & EV_SIGNAL) {
        const Status allowed = prepare_signal_event(events);
        if (failed(allowed))
            return to_result(allowed);
    }
    if (evlet_event_assign_no_signal(ev, base, fd, events, callback, argument) != 0)
        return -1;
    if (events & EV_SIGNAL)
        set_closure(*ev, Closure::signal);
    return 0;
}

struct event* event_new(struct event_base* base, evutil_socket_t fd, short events,
                        event_callback_fn callback, void* argument) {
    auto* ev = static_cast<event*>(mem::allocate(sizeof(event)));
    if (ev && event_assign(ev, base, fd, events, callback, argument) != 0) {
        mem::release(ev);
        ev = nullptr;
    }
    return ev;
}

void event_free(struct event* ev) {
    if (!ev)
        return;
    if (ev->ev_base)
        event_del(ev);
    debug::forget(*ev);
    mem::release(ev);
}

int event_add(struct event* ev, const struct timeval* timeout) {
    if (!has_base(ev, "event_add"))
        return -1;
    debug::require_setup(*ev, "event_add");
    LockGuard guard(ev->ev_base->mutex);
    return to_result(add_with_timeval(*ev->ev_base, *ev, timeout));
}

int event_remove_timer(struct event* ev) {
    if (!has_base(ev, "event_remove_timer"))
        return -1;
    debug::require_setup(*ev, "event_remove_timer");
    LockGuard guard(ev->ev_base->mutex);
    remove_timeout(*ev->ev_base, *ev);
    return 0;
}

int event_del(struct event* ev) {
    return remove_checked(ev, Blocking::automatic, "event_del");
}

int event_del_block(struct event* ev) {
    return remove_checked(ev, Blocking::always, "event_del_block");
}

int event_del_noblock(struct event* ev) {
    return remove_checked(ev, Blocking::never, "event_del_noblock");
}

void event_active(struct event* ev, int what, short calls) {
    if (!has_base(ev, "event_active"))
        return;
    debug::require_setup(*ev, "event_active");
    LockGuard guard(ev->ev_base->mutex);
    activate(*ev->ev_base, *ev, what, calls);
}

}  // extern "C"
