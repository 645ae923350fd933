// SPDX-License-Identifier: BSD-3-Clause
// An event's timeout, wherever it is kept: in the heap or in a common-timeout queue. Invariant:
// EVLIST_TIMEOUT is set exactly while the event is in one of them, and common_queue() then says
// in which. The number stays when the timeout fires, so that a repeating event finds its queue.
#include "loop/base.h"

namespace evlet {

Status reserve_timeout(event_base& base) {
    return base.timers.reserve(base.common ? static_cast<unsigned>(base.common->count) : 0);
}

bool set_timeout(event_base& base, event& ev, Nanos when, int number) {
    if ((flags(ev) & EVLIST_TIMEOUT) && number == 0 && common_queue(ev) == 0) {
        base.timers.move(ev, when);
    } else {
        if (flags(ev) & EVLIST_TIMEOUT)
            clear_timeout(base, ev);
        set_common_queue(ev, number);
        set_flag(ev, EVLIST_TIMEOUT);
        count_in(ev.ev_evcallback, base.added_count, base.added_most);
        if (number != 0) {
            set_deadline(ev, when);
            return base.common->insert(base, ev, number);
        }
        base.timers.push(ev, when);
    }
    return ev.ev_timeout_pos.min_heap_idx == 0;
}

void clear_timeout(event_base& base, event& ev) {
    clear_flag(ev, EVLIST_TIMEOUT);
    count_out(ev.ev_evcallback, base.added_count);
    if (common_queue(ev) != 0)
        base.common->remove(base, ev);
    else
        base.timers.remove(ev);
}

void fire_timeout(event_base& base, event& ev, Nanos now) {
    // A repeating timeout continues from its own deadline, so that it does not drift; from now
    // when the loop has fallen behind by more than one interval.
    Nanos next = 0;
    if (closure(ev.ev_evcallback) == Closure::persist && interval(ev) > 0) {
        next = add_saturated(deadline(ev), interval(ev));
        if (next <= now)
            next = add_saturated(now, interval(ev));
    }
    if (next)
        set_timeout(base, ev, next, common_queue(ev));
    else
        clear_timeout(base, ev);
    activate(base, ev, EV_TIMEOUT, 1);
}

void activate_due(event_base& base) {
    event* ev = base.timers.top();
    if (!ev)
        return;
    const Nanos now = current_time(base);
    while (ev && deadline(*ev) <= now) {
        fire_timeout(base, *ev, now);
        ev = base.timers.top();
    }
}

Nanos time_to_next_timeout(event_base& base) {
    const event* ev = base.timers.top();
    if (!ev)
        return -1;
    const Nanos now = current_time(base);
    return deadline(*ev) <= now ? 0 : deadline(*ev) - now;
}

}  // namespace evlet
