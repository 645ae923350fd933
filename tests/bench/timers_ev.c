/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timer benchmark for libev. ev_timer_again() moves a pending timer inside the heap, which
 * saves stopping and starting it; a repeat of 0 afterwards makes it a one-shot timer.
 */
#include <ev.h>

#include "timers.h"

struct timer {
    ev_timer watcher;
};

static struct ev_loop *loop;

static void on_timeout(struct ev_loop *unused, ev_timer *watcher, int what) {
    (void)unused;
    (void)what;
    timer_fired((struct timer *)watcher);
}

static void loop_open(void) {
    loop = ev_loop_new(EVBACKEND_EPOLL);
    if (loop == NULL)
        bench_fail("ev_loop_new");
}

static void loop_run(void) {
    ev_run(loop, 0);
}

static void loop_stop(void) {
    ev_break(loop, EVBREAK_ALL);
}

static void timer_open(struct timer *timer) {
    ev_timer_init(&timer->watcher, on_timeout, 0., 0.);
}

static void timer_set(struct timer *timer, struct delay delay) {
    /* A repeat of 0 would stop the timer. */
    timer->watcher.repeat = delay.seconds + delay.micros * 1e-6 + 1e-9;
    ev_timer_again(loop, &timer->watcher);
    timer->watcher.repeat = 0.;
}

#include "timers_driver.h"
