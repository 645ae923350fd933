// SPDX-License-Identifier: BSD-3-Clause
// struct event_base and the operations on it and its events. Included by the whole room `loop`
// and by the backends.
//
// Lock order: event_base::mutex is taken first, the process-wide GlobalLock::signals or
// GlobalLock::debug_registry inside it; no callback of the program runs with any of them held.
// Every function here that takes an event_base& expects its mutex to be held.
#pragma once

#include "base/hidden.h"
#include "base/status.h"
#include "base/time.h"
#include "loop/backend.h"
#include "loop/common_timeout.h"
#include "loop/event_access.h"
#include "loop/fd_map.h"
#include "loop/timer_heap.h"
#include "thread/lock.h"

namespace evlet {
struct SignalMap;
struct Wakeup;
struct OnceCall;
struct Watchers;
struct Chain;
}  // namespace evlet

struct event_base {
#if !EVLET_SELECT_ONLY
    const evlet::Backend* backend;
#endif
    void* backend_state;
    evlet::FdMap fds;
    event* without_fd;  // added events whose descriptor is negative: they wait for a timeout only
    evlet::TimerHeap timers;
    evlet::CommonTimeouts* common;  // null until event_base_init_common_timeout()
    evlet::SignalMap* signals;      // null until the first signal event
    evlet::Wakeup* wakeup;          // null until a signal or another thread may have to wake us
    evlet::Watchers* watchers;      // null until the first evwatch
    evlet::OnceCall* once;          // event_base_once() calls that are still to come
    // An empty chain that the streams of this base hand on within one pass of the loop: one block of
    // memory, used by the loop's thread alone and freed before it waits.
    evlet::Chain* spare_chain;

    // Active callbacks, one queue for each priority; with one priority `queues` is &single_queue.
    evlet::ActiveQueue* queues;
    evlet::ActiveQueue single_queue;
    event_callback* running;  // the callback that is being called, or null
    short calls_left;         // of the signal event that is being called
    short soon_left;          // calls that may still come first in this run, see defer()

    int ready_count;          // callbacks in the queues, internal ones too; see spin.h

    // How many events are (internal ones not counted) and were at most: active, added, virtual.
    int active_count, active_most;
    int added_count, added_most;
    int virtual_count, virtual_most;

    evlet::Nanos cached_now;   // monotonic time of this pass, 0 while nobody asked for it
    evlet::Nanos wall_offset;  // wall clock minus monotonic clock, as of wall_synced
    evlet::Nanos wall_synced;

    evlet::Nanos dispatch_interval;  // longest run of callbacks before new events are looked for
    int dispatch_callbacks;          // most callbacks in such a run
    short dispatch_priority;         // these two apply to priorities from this one on
    short queue_count;
    short running_priority;  // of the queue being run, -1 outside
    uint8_t config_flags;    // EVENT_BASE_FLAG_*
    // State of event_base_loop().
    bool running_loop : 1;
    bool waiting : 1;          // inside the backend's wait, with the mutex released
    bool exit_requested : 1;
    bool break_requested : 1;
    bool continue_requested : 1;
    bool caches_time : 1;
    bool running_event : 1;    // `running` is an event
    bool signal_method_on : 1;  // optional_signal_method is in use

#if EVLET_THREADS
    unsigned long owner;       // the thread in event_base_loop()
    int callback_waiters;      // threads that wait for `running` to end
    uint8_t spin_credit;       // spin.h
    uint8_t wakes_without_spin;
    evlet::Condition callback_ended;
#endif
    [[no_unique_address]] evlet::Mutex mutex;
};

namespace evlet {

// The base that event_init() made, which old-style calls use without naming it.
EVLET_HIDDEN extern event_base* g_current_base;

// Whether the calling thread is the one in the loop (or no loop is running).
[[nodiscard]] inline bool in_loop_thread([[maybe_unused]] const event_base& base) {
#if EVLET_THREADS
    return !base.running_loop || !base.mutex.real() || base.owner == thread::self();
#else
    return true;
#endif
}

// ---- Time ----

// The time all callbacks of one pass share; asks the clock outside of passes.
[[nodiscard]] Nanos current_time(event_base& base);
void start_caching_time(event_base& base);
void stop_caching_time(event_base& base);

// ---- Events ----

enum class Blocking : uint8_t {
    never,     // return although the callback may still be running in the loop's thread
    always,    // wait until it has ended
    automatic  // wait, unless the event was made with EV_FINALIZE
};

// When `timeout` is null the event's present timeout, if any, is left alone.
struct Timeout {
    Nanos delay;
    int common_queue;  // 0: the heap
};
Status add(event_base& base, event& ev, const Timeout* timeout);
void remove(event_base& base, event& ev, Blocking blocking);
void remove_timeout(event_base& base, event& ev);
// Marks an event as ready for `what`; `calls` counts for signal events.
void activate(event_base& base, event& ev, int what, short calls);

// ---- Timeouts (timeouts.cpp) ----

// Makes room for one more timeout. Common queues' own timers come and go without asking: there is
// always room left for all of them.
Status reserve_timeout(event_base& base);
// True if the loop has to wait for a shorter time now.
bool set_timeout(event_base& base, event& ev, Nanos when, int common_queue);
void clear_timeout(event_base& base, event& ev);
// The deadline of `ev` has passed: activates it and takes or moves its timeout.
void fire_timeout(event_base& base, event& ev, Nanos now);
void activate_due(event_base& base);
// How long the backend may wait, < 0 for ever.
[[nodiscard]] Nanos time_to_next_timeout(event_base& base);

// ---- The active queue (active_queue.cpp) ----

void enqueue(event_base& base, event_callback& cb);
// In front of what is due in the run that is going on.
void enqueue_first(event_base& base, event_callback& cb);
void dequeue(event_base& base, event_callback& cb);
// Runs what is active, most urgent first. The number of callbacks that were not internal, or -1
// if event_base_loopbreak() was called.
int run_active(event_base& base);
Status set_priority_count(event_base& base, int count);
void release_queues(event_base& base);

// Counts an event in or out unless it is internal.
inline void count_in(const event_callback& cb, int& count, int& most) {
    if (flags(cb) & EVLIST_INTERNAL)
        return;
    if (++count > most)
        most = count;
}
inline void count_out(const event_callback& cb, int& count) {
    if (!(flags(cb) & EVLIST_INTERNAL))
        --count;
}

// ---- The loop (dispatch.cpp) ----

int run_loop(event_base& base, int loop_flags);

// ---- Waking (wakeup.cpp) ----

// Opens the waker and watches it; nothing to do if that has been done.
Status open_wakeup(event_base& base);
// Ends the loop's wait if it runs in another thread.
#if EVLET_THREADS
void wake_waiting_loop(event_base& base);
inline void wake_loop(event_base& base) {
    if (base.waiting)
        wake_waiting_loop(base);
}
#else
inline void wake_loop(event_base&) {}
#endif

}  // namespace evlet
