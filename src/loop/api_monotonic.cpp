// SPDX-License-Identifier: BSD-3-Clause
// A monotonic clock of the program's own (evutil_monotonic_timer_new and friends).
#include "base/shell.h"
#include "base/time.h"
#include "event2/util.h"
#include "evlet/port_os.h"
#include "mem/mem.h"

struct evutil_monotonic_timer {
    bool from_wall;       // EV_MONOT_FALLBACK: the wall clock, kept from going backwards
    evlet::Nanos last;    // the latest time given out
    evlet::Nanos offset;  // what is added to the wall clock after it was set back
};

using namespace evlet;

extern "C" {

struct evutil_monotonic_timer* evutil_monotonic_timer_new(void) {
    return mem::make<evutil_monotonic_timer>();
}

void evutil_monotonic_timer_free(struct evutil_monotonic_timer* timer) {
    mem::release(timer);
}

int evutil_configure_monotonic_time(struct evutil_monotonic_timer* timer, int flags) {
    if (!timer || (flags & ~(EV_MONOT_PRECISE | EV_MONOT_FALLBACK)))
        return to_result(Status::invalid);
    // The port's clock is precise in any case.
    *timer = {};
    timer->from_wall = (flags & EV_MONOT_FALLBACK) != 0;
    return 0;
}

int evutil_gettime_monotonic(struct evutil_monotonic_timer* timer, struct timeval* ret_time) {
    if (!timer || !ret_time)
        return to_result(Status::invalid);
    Nanos now = evlet_port_monotonic_ns();
    if (timer->from_wall) {
        now = evlet_port_wall_ns() + timer->offset;
        if (now < timer->last) {
            timer->offset += timer->last - now;
            now = timer->last;
        }
        timer->last = now;
    }
    *ret_time = to_timeval(now);
    return 0;
}

}  // extern "C"
