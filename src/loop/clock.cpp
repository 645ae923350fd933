// SPDX-License-Identifier: BSD-3-Clause
// The time of a base. Invariant: cached_now is set exactly while callbacks run, so that all
// callbacks of one pass see the same moment, and the clock is read once for them; with
// EVENT_BASE_FLAG_NO_CACHE_TIME it never is.
#include "base/shell.h"
#include "evlet/port_os.h"
#include "loop/base.h"

namespace evlet {

Nanos current_time(const event_base& base) {
    return base.cached_now ? base.cached_now : evlet_port_monotonic_ns();
}

void forget_time(event_base& base) {
    base.cached_now = 0;
}

void remember_time(event_base& base) {
    if (!(base.config_flags & EVENT_BASE_FLAG_NO_CACHE_TIME))
        base.cached_now = evlet_port_monotonic_ns();
}

namespace {

// How old the difference between the two clocks may grow before it is taken again.
constexpr Nanos kWallSyncInterval = 5 * kNanosPerSecond;

// The wall clock's time of the pass.
Nanos cached_wall_time(event_base& base) {
    if (base.wall_synced == 0 || base.cached_now - base.wall_synced >= kWallSyncInterval) {
        base.wall_offset = evlet_port_wall_ns() - evlet_port_monotonic_ns();
        base.wall_synced = base.cached_now;
    }
    return base.cached_now + base.wall_offset;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

int event_base_gettimeofday_cached(struct event_base* base, struct timeval* ret_time) {
    if (!ret_time)
        return to_result(Status::invalid);
    if (!base)
        base = g_current_base;
    if (!base) {
        *ret_time = to_timeval(evlet_port_wall_ns());
        return 0;
    }
    LockGuard guard(base->mutex);
    *ret_time = to_timeval(base->cached_now ? cached_wall_time(*base) : evlet_port_wall_ns());
    return 0;
}

int event_base_update_cache_time(struct event_base* base) {
    if (!base)
        base = g_current_base;
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    if (base->running_loop)
        remember_time(*base);
    return 0;
}

int event_gettime_monotonic(struct event_base* base, struct timeval* ret_time) {
    if (!base || !ret_time)
        return to_result(Status::invalid);
    *ret_time = to_timeval(evlet_port_monotonic_ns());
    return 0;
}

}  // extern "C"
