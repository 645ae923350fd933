// SPDX-License-Identifier: BSD-3-Clause
// The time of a base. Invariant: `caches_time` is set exactly while a pass works on what the wait
// found; the first question in that time reads the clock and `cached_now` keeps the answer, so that
// all callbacks of one pass see the same moment. With EVENT_BASE_FLAG_NO_CACHE_TIME it never is.
#include "base/shell.h"
#include "evlet/port_os.h"
#include "loop/base.h"

namespace evlet {

Nanos current_time(event_base& base) {
    if (base.cached_now)
        return base.cached_now;
    const Nanos now = evlet_port_monotonic_ns();
    if (base.caches_time)
        base.cached_now = now;
    return now;
}

void stop_caching_time(event_base& base) {
    base.cached_now = 0;
    base.caches_time = false;
}

void start_caching_time(event_base& base) {
    base.cached_now = 0;
    base.caches_time = !(base.config_flags & EVENT_BASE_FLAG_NO_CACHE_TIME);
}

namespace {

// How old the difference between the two clocks may grow before it is taken again.
constexpr Nanos kWallSyncInterval = 5 * kNanosPerSecond;

// The wall clock's time of the pass.
Nanos cached_wall_time(event_base& base) {
    const Nanos now = current_time(base);
    if (base.wall_synced == 0 || now - base.wall_synced >= kWallSyncInterval) {
        base.wall_offset = evlet_port_wall_ns() - evlet_port_monotonic_ns();
        base.wall_synced = now;
    }
    return now + base.wall_offset;
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
    *ret_time = to_timeval(base->caches_time ? cached_wall_time(*base) : evlet_port_wall_ns());
    return 0;
}

int event_base_update_cache_time(struct event_base* base) {
    if (!base)
        base = g_current_base;
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    if (base->caches_time)
        start_caching_time(*base);
    return 0;
}

int event_gettime_monotonic(struct event_base* base, struct timeval* ret_time) {
    if (!base || !ret_time)
        return to_result(Status::invalid);
    *ret_time = to_timeval(evlet_port_monotonic_ns());
    return 0;
}

}  // extern "C"
