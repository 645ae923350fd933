/* SPDX-License-Identifier: BSD-3-Clause */
/* The wake-up benchmark for libev: ev_async. */
#include <ev.h>

#include "wakeup.h"

struct side {
    ev_async async;
    struct ev_loop *loop;
};

static void on_async(struct ev_loop *unused, ev_async *async, int what) {
    (void)unused;
    (void)what;
    side_woken((struct side *)async);
}

static void sides_prepare(void) {}

static void side_open(struct side *side) {
    side->loop = ev_loop_new(EVBACKEND_EPOLL);
    if (side->loop == NULL)
        bench_fail("ev_loop_new");
    ev_async_init(&side->async, on_async);
    ev_async_start(side->loop, &side->async);
}

static void side_run(struct side *side) {
    ev_run(side->loop, 0);
}

static void side_stop(struct side *side) {
    ev_break(side->loop, EVBREAK_ALL);
}

static void side_wake(struct side *side) {
    ev_async_send(side->loop, &side->async);
}

#include "wakeup_driver.h"
