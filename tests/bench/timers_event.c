/* SPDX-License-Identifier: BSD-3-Clause */
/* The timer benchmark for Evlet and, the same source, for libevent. */
#include <event2/event.h>
#include <event2/event_struct.h>

#include "timers.h"

struct timer {
    struct event ev;
};

static struct event_base *base;

static void on_timeout(evutil_socket_t fd, short what, void *argument) {
    (void)fd;
    (void)what;
    timer_fired(argument);
}

static void loop_open(void) {
    base = event_base_new();
    if (base == NULL)
        bench_fail("event_base_new");
}

static void loop_run(void) {
    if (event_base_dispatch(base) < 0)
        bench_fail("event_base_dispatch");
}

static void loop_stop(void) {
    event_base_loopbreak(base);
}

static void timer_open(struct timer *timer) {
    event_assign(&timer->ev, base, -1, 0, on_timeout, timer);
}

static void timer_set(struct timer *timer, struct delay delay) {
    struct timeval timeout;
    timeout.tv_sec = (time_t)delay.seconds;
    timeout.tv_usec = (suseconds_t)delay.micros;
    if (event_add(&timer->ev, &timeout) != 0)
        bench_fail("event_add");
}

#include "timers_driver.h"
