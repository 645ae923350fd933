/* SPDX-License-Identifier: BSD-3-Clause */
/* The wake-up benchmark for Evlet and, the same source, for libevent: a user event. */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>

#include "wakeup.h"

struct side {
    struct event_base *base;
    struct event ev;
};

static void on_active(evutil_socket_t fd, short what, void *argument) {
    (void)fd;
    (void)what;
    side_woken(argument);
}

static void sides_prepare(void) {
    if (evthread_use_pthreads() != 0)
        bench_fail("evthread_use_pthreads");
}

static void side_open(struct side *side) {
    side->base = event_base_new();
    if (side->base == NULL)
        bench_fail("event_base_new");
    if (event_assign(&side->ev, side->base, -1, EV_PERSIST, on_active, side) != 0)
        bench_fail("event_assign");
}

static void side_run(struct side *side) {
    if (event_base_loop(side->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
        bench_fail("event_base_loop");
}

static void side_stop(struct side *side) {
    event_base_loopbreak(side->base);
}

static void side_wake(struct side *side) {
    event_active(&side->ev, EV_TIMEOUT, 0);
}

#include "wakeup_driver.h"
