// SPDX-License-Identifier: BSD-3-Clause
// Adding, removing and activating events. Invariants: EVLIST_INSERTED is set exactly while the
// event hangs at its descriptor or signal, EVLIST_TIMEOUT while it has a timeout, EVLIST_ACTIVE
// while it waits to be called back. An operation that fails has changed none of them.
#include "log/log.h"
#include "loop/base.h"
#include "loop/debug_registry.h"
#include "loop/signals.h"

namespace evlet {

std::atomic<const SignalRoom*> g_signal_room;

namespace {

constexpr int kDescriptorEvents = EV_READ | EV_WRITE | EV_CLOSED;

// Waits until the loop's thread has ended the event's callback, if it is being called there.
void wait_for_callback([[maybe_unused]] event_base& base, [[maybe_unused]] const event& ev) {
#if EVLET_THREADS
    // A program that set lock hooks but no condition hooks cannot wait.
    while (base.running == &ev.ev_evcallback && !in_loop_thread(base) &&
           base.callback_ended.real()) {
        ++base.callback_waiters;
        base.callback_ended.wait(base.mutex);
    }
#endif
}

// Calls that event_active() or several signals asked for and that have not been made are dropped.
void drop_signal_calls(event& ev) {
    if ((ev.ev_events & EV_SIGNAL) && ev.ev_.ev_signal.ev_pncalls) {
        *ev.ev_.ev_signal.ev_pncalls = 0;
        ev.ev_.ev_signal.ev_pncalls = nullptr;
    }
}

Status insert(event_base& base, event& ev, bool& changed) {
    Status done = Status::ok;
    if (ev.ev_events & EV_SIGNAL)
        done = signal_room().add(base, ev);
    else
        done = add_fd_event(base, ev, changed);
    if (failed(done))
        return done;
    set_flag(ev, EVLIST_INSERTED);
    count_in(ev.ev_evcallback, base.added_count, base.added_most);
    return Status::ok;
}

void extract(event_base& base, event& ev, bool& changed) {
    clear_flag(ev, EVLIST_INSERTED);
    count_out(ev.ev_evcallback, base.added_count);
    if (ev.ev_events & EV_SIGNAL)
        signal_room().remove(base, ev);
    else
        remove_fd_event(base, ev, changed);
}

bool start_timeout(event_base& base, event& ev, const Timeout& timeout) {
    // A timeout that fired and was not called back yet is replaced by the new one.
    if ((flags(ev) & EVLIST_ACTIVE) && (ev.ev_res & EV_TIMEOUT)) {
        drop_signal_calls(ev);
        dequeue(base, ev.ev_evcallback);
    }
    if (closure(ev.ev_evcallback) == Closure::persist)
        set_interval(ev, timeout.delay);
    return set_timeout(base, ev, add_saturated(current_time(base), timeout.delay),
                       timeout.common_queue);
}

}  // namespace

Status add(event_base& base, event& ev, const Timeout* timeout) {
    EVLET_LOG_DEBUG("event_add: event %p on fd %d,%s%s%s%s%s", static_cast<void*>(&ev),
                    int(ev.ev_fd), ev.ev_events & EV_READ ? " read" : "",
                    ev.ev_events & EV_WRITE ? " write" : "",
                    ev.ev_events & EV_CLOSED ? " close" : "",
                    ev.ev_events & EV_SIGNAL ? " signal" : "", timeout ? " timeout" : "");
    if (flags(ev) & EVLIST_FINALIZING)
        return Status::invalid;
    if (timeout) {
        const Status room = reserve_timeout(base);
        if (failed(room))
            return room;
    }
    bool changed = false;
    if ((ev.ev_events & (kDescriptorEvents | EV_SIGNAL)) && !(flags(ev) & EVLIST_INSERTED)) {
        const Status inserted = insert(base, ev, changed);
        if (failed(inserted))
            return inserted;
    }
    if (timeout)
        changed |= start_timeout(base, ev, *timeout);
    debug::note_added(ev);
    if (changed)
        wake_loop(base);
    return Status::ok;
}

void remove(event_base& base, event& ev, Blocking blocking) {
    EVLET_LOG_DEBUG("event_del: event %p on fd %d", static_cast<void*>(&ev), int(ev.ev_fd));
    if (flags(ev) & EVLIST_FINALIZING)
        return;
    drop_signal_calls(ev);
    debug::note_removed(ev);
    bool changed = false;
    if (flags(ev) & EVLIST_TIMEOUT)
        clear_timeout(base, ev);
    if (flags(ev) & EVLIST_ACTIVE)
        dequeue(base, ev.ev_evcallback);
    if (flags(ev) & EVLIST_INSERTED)
        extract(base, ev, changed);
    // The loop may have been waiting for nothing but this event.
    if (changed || (base.added_count == 0 && base.virtual_count == 0))
        wake_loop(base);
    if (blocking == Blocking::always ||
        (blocking == Blocking::automatic && !(ev.ev_events & EV_FINALIZE)))
        wait_for_callback(base, ev);
}

void remove_timeout(event_base& base, event& ev) {
    if (flags(ev) & EVLIST_TIMEOUT) {
        clear_timeout(base, ev);
        if (closure(ev.ev_evcallback) == Closure::persist)
            set_interval(ev, 0);
    }
}

void activate(event_base& base, event& ev, int what, short calls) {
    EVLET_LOG_DEBUG("event_active: event %p on fd %d, 0x%x", static_cast<void*>(&ev),
                    int(ev.ev_fd), static_cast<unsigned>(what));
    if (flags(ev) & EVLIST_FINALIZING)
        return;
    set_heap_key(ev, kKeyUnknown);  // a new timeout has to see that the event is active
    if (flags(ev) & EVLIST_ACTIVE) {
        ev.ev_res = static_cast<short>(ev.ev_res | what);
        return;
    }
    ev.ev_res = static_cast<short>(what);
    // For the next call back; one that is going on counts by itself.
    if (ev.ev_events & EV_SIGNAL)
        ev.ev_.ev_signal.ev_ncalls = calls;
    // Something more urgent has come up during a run of less urgent callbacks.
    if (ev.ev_evcallback.evcb_pri < base.running_priority)
        base.continue_requested = true;
    enqueue(base, ev.ev_evcallback);
    wake_loop(base);
}

}  // namespace evlet
