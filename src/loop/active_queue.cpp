// SPDX-License-Identifier: BSD-3-Clause
// The active callbacks of a base, and calling them. Invariants: a callback is in the queue of its
// priority exactly while EVLIST_ACTIVE is set; `running` is the callback being called and is only
// compared, never followed, once its call has begun, since the callback may free itself.
//
// A run of a queue ends at a marker that is put at its end first, so what becomes active during
// the run waits until the backend has been asked again: nobody can starve descriptors and timers
// by activating itself. The marker has no EVLIST_INIT flag; visitors of the queues skip it by that.
#include "log/log.h"
#include "loop/base.h"
#include "loop/life.h"
#include "loop/signals.h"
#include "loop/spin.h"
#include "mem/mem.h"

namespace evlet {

namespace {

void count_active(event_base& base, event_callback& cb) {
    cb.evcb_flags = static_cast<short>(cb.evcb_flags | EVLIST_ACTIVE);
    set_ready_count(base, base.ready_count + 1);
    count_in(cb, base.active_count, base.active_most);
    count_in(cb, base.added_count, base.added_most);
}

}  // namespace

void enqueue(event_base& base, event_callback& cb) {
    count_active(base, cb);
    // event_base_priority_init() may have taken away the priority the event was given.
    if (cb.evcb_pri >= base.queue_count)
        cb.evcb_pri = static_cast<ev_uint8_t>(base.queue_count - 1);
    base.queues[cb.evcb_pri].push_back(&cb);
}

void enqueue_first(event_base& base, event_callback& cb) {
    count_active(base, cb);
    cb.evcb_pri = static_cast<ev_uint8_t>(base.running_priority);
    base.queues[cb.evcb_pri].push_front(&cb);
}

void dequeue(event_base& base, event_callback& cb) {
    cb.evcb_flags = static_cast<short>(cb.evcb_flags & ~EVLIST_ACTIVE);
    set_ready_count(base, base.ready_count - 1);
    count_out(cb, base.active_count);
    count_out(cb, base.added_count);
    base.queues[cb.evcb_pri].remove(&cb);
}

Status set_priority_count(event_base& base, int count) {
    if (count < 1 || count >= EVENT_MAX_PRIORITIES || base.ready_count != 0 ||
        base.running_priority >= 0)
        return Status::invalid;
    ActiveQueue* queues = &base.single_queue;
    if (count > 1) {
        queues = static_cast<ActiveQueue*>(
            mem::resize(nullptr, static_cast<size_t>(count), sizeof(ActiveQueue)));
        if (!queues)
            return Status::no_memory;
    }
    release_queues(base);
    base.queues = queues;
    base.queue_count = static_cast<short>(count);
    for (int i = 0; i < count; ++i)
        queues[i].reset();
    return Status::ok;
}

void release_queues(event_base& base) {
    if (base.queues != &base.single_queue)
        mem::release(base.queues);
    base.queues = &base.single_queue;
    base.single_queue.reset();
    base.queue_count = 1;
}

namespace {

// A callback that came for another reason than the timeout starts a repeating timeout anew; one
// that came for the timeout was given its next deadline when it fired (activate_due).
void restart_interval(event_base& base, event& ev) {
    if ((flags(ev) & EVLIST_TIMEOUT) && interval(ev) != 0 && !(ev.ev_res & EV_TIMEOUT))
        set_timeout(base, ev, add_saturated(current_time(base), interval(ev)), common_queue(ev));
}

void call(event_base& base, event_callback& cb) {
    const auto functions = cb.evcb_cb_union;
    void* const argument = cb.evcb_arg;
    event& ev = as_event(cb);  // only looked at where the closure says that it is one
    switch (closure(cb)) {
    case Closure::signal:
        signal_room().call(base, ev);
        return;
    case Closure::persist:
        restart_interval(base, ev);
        [[fallthrough]];
    case Closure::event: {
        const evutil_socket_t fd = ev.ev_fd;
        const short what = ev.ev_res;
        UnlockGuard unlocked(base.mutex);
        functions.evcb_callback(fd, what, argument);
        return;
    }
    case Closure::self: {
        UnlockGuard unlocked(base.mutex);
        functions.evcb_selfcb(&cb, argument);
        return;
    }
    case Closure::finalize:
    case Closure::finalize_free:
        base.running = nullptr;  // nobody may wait for an event that is about to go
        call_finalizer(base, ev);
        return;
    }
}

void run_one(event_base& base, event_callback& cb) {
    if (is_event(cb)) {
        event& ev = as_event(cb);
        EVLET_LOG_DEBUG("event %p on fd %d: calling back for%s%s%s%s%s", static_cast<void*>(&ev),
                        int(ev.ev_fd), ev.ev_res & EV_READ ? " read" : "",
                        ev.ev_res & EV_WRITE ? " write" : "", ev.ev_res & EV_CLOSED ? " close" : "",
                        ev.ev_res & EV_SIGNAL ? " signal" : "",
                        ev.ev_res & EV_TIMEOUT ? " timeout" : "");
        if ((ev.ev_events & EV_PERSIST) || (flags(cb) & EVLIST_FINALIZING))
            dequeue(base, cb);
        else
            remove(base, ev, Blocking::never);
    } else {
        dequeue(base, cb);
    }
    base.running = &cb;
    base.running_event = is_event(cb);
    call(base, cb);
    base.running = nullptr;
#if EVLET_THREADS
    if (base.callback_waiters) {
        base.callback_waiters = 0;
        base.callback_ended.broadcast();
    }
#endif
}

// Callbacks that have each other called soon must not keep a run from ending.
constexpr short kMostSoonCalls = 128;

// Runs what was in the queue when this began. The number of callbacks that were not internal.
int run_queue(event_base& base, ActiveQueue& queue, int most, Nanos stop_at) {
    event_callback marker = {};
    queue.push_back(&marker);
    base.soon_left = kMostSoonCalls;
    int count = 0;
    while (queue.first() != &marker) {
        event_callback& cb = *queue.first();
        if (!(flags(cb) & EVLIST_INTERNAL))
            ++count;
        run_one(base, cb);
        if (base.break_requested || base.continue_requested || count >= most)
            break;
        if (count && stop_at != kForever) {
            start_caching_time(base);
            if (current_time(base) >= stop_at)
                break;
        }
    }
    queue.remove(&marker);
    return count;
}

}  // namespace

int run_active(event_base& base) {
    int count = 0;
    const Nanos stop_at = base.dispatch_interval == kForever
                              ? kForever
                              : add_saturated(current_time(base), base.dispatch_interval);
    for (short priority = 0; priority < base.queue_count; ++priority) {
        ActiveQueue& queue = base.queues[priority];
        if (queue.empty())
            continue;
        base.running_priority = priority;
        const bool limited = priority >= base.dispatch_priority;
        // After internal callbacks only, what they made active is run without another wait.
        do {
            count = run_queue(base, queue, limited ? base.dispatch_callbacks : INT32_MAX,
                              limited ? stop_at : kForever);
        } while (count == 0 && !queue.empty() && !base.break_requested &&
                 !base.continue_requested);
        // Less urgent callbacks wait until what became ready meanwhile has been looked for.
        if (base.break_requested || base.continue_requested || count > 0)
            break;
    }
    base.running_priority = -1;
    return base.break_requested ? -1 : count;
}

}  // namespace evlet
