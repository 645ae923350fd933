// SPDX-License-Identifier: BSD-3-Clause
// event_base_loop(): wait, collect what is ready, call back, again. Invariants: the mutex is held
// except inside the backend's wait and inside callbacks; only the thread in here waits and calls
// back; `waiting` is true exactly while that thread cannot see changes by itself.
#include "log/log.h"
#include "loop/base.h"
#include "loop/spin.h"
#include "loop/wakeup.h"
#include "loop/watchers.h"
#include "mem/mem.h"

namespace evlet {
namespace {

// What makes event_base_loop() return.
constexpr int kStopped = 0;   // asked to, or nothing more to do this time
constexpr int kFailed = -1;   // the backend failed
constexpr int kNoEvents = 1;  // nothing is pending or active

Status wait_for_events(event_base& base, Nanos timeout) {
#if EVLET_SELECT_ONLY
    return select_backend.wait(base, timeout);
#else
    return base.backend->wait(base, timeout);
#endif
}

// How long this pass may wait, which is not at all while callbacks are active.
Nanos wait_time(event_base& base, int loop_flags) {
    if (base.ready_count != 0 || (loop_flags & EVLOOP_NONBLOCK))
        return 0;
    return time_to_next_timeout(base);
}

Status wait_once(event_base& base, int loop_flags) {
    // The callbacks of the last pass took time, so the wait is reckoned from a fresh look.
    stop_caching_time(base);
    Nanos timeout = wait_time(base, loop_flags);
    if (base.watchers) {
        base.watchers->run(base, false, timeout);
        if (base.exit_requested || base.break_requested)
            return Status::ok;
        timeout = wait_time(base, loop_flags);
    }
    mem::release(base.spare_chain);
    base.spare_chain = nullptr;
    base.waiting = true;
    const Status waited = wait_for_events(base, timeout);
    base.waiting = false;
    start_caching_time(base);
    if (failed(waited))
        return waited;
    if (base.wakeup && base.wakeup->after_wait)
        base.wakeup->after_wait(base);
    if (base.watchers)
        base.watchers->run(base, true, 0);
    activate_due(base);
    return Status::ok;
}

int run_passes(event_base& base, int loop_flags) {
    for (;;) {
        base.continue_requested = false;
        if (!(loop_flags & EVLOOP_NONBLOCK))
            look_out_for_work(base);
        if (base.exit_requested || base.break_requested)
            return kStopped;
        if (!(loop_flags & EVLOOP_NO_EXIT_ON_EMPTY) && base.added_count == 0 &&
            base.virtual_count == 0 && base.ready_count == 0)
            return kNoEvents;
        if (failed(wait_once(base, loop_flags)))
            return kFailed;
        if (base.ready_count != 0) {
            const int called = run_active(base);
            if ((loop_flags & EVLOOP_ONCE) && base.ready_count == 0 && called != 0)
                return kStopped;
        } else if (loop_flags & EVLOOP_NONBLOCK) {
            return kStopped;
        }
    }
}

}  // namespace

int run_loop(event_base& base, int loop_flags) {
    if (base.running_loop) {
        log::warnx("event_base_loop: the base is in its loop");
        return kFailed;
    }
    base.running_loop = true;
#if EVLET_THREADS
    base.owner = thread::self();
#endif
    base.exit_requested = base.break_requested = false;
    const int result = run_passes(base, loop_flags);
    stop_caching_time(base);
    base.running_loop = false;
    return result;
}

}  // namespace evlet
