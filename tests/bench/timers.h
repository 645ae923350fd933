/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a contestant of the timer benchmark defines between including this and timers_driver.h:
 *
 *     struct timer                 one one-shot timer; its callback calls timer_fired()
 *     loop_open()                  makes the loop
 *     timer_open(timer)            makes a timer that is not pending
 *     timer_set(timer, delay)      makes it pending, or moves it if it is, the fastest way that
 *                                  the library's documentation shows
 *     loop_run()                   runs until loop_stop() was called from a callback
 */
#ifndef EVLET_BENCH_TIMERS_H
#define EVLET_BENCH_TIMERS_H

#include "bench.h"

struct timer;

struct delay {
    uint32_t seconds;
    uint32_t micros;
};

static void loop_open(void);
static void loop_run(void);
static void loop_stop(void);
static void timer_open(struct timer *timer);
static void timer_set(struct timer *timer, struct delay delay);
static void timer_fired(struct timer *timer);

#endif
