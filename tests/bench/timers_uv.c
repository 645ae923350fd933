/* SPDX-License-Identifier: BSD-3-Clause */
/* The timer benchmark for libuv, whose timers count milliseconds. */
#include <uv.h>

#include "timers.h"

struct timer {
    uv_timer_t handle;
};

static uv_loop_t loop;

static void on_timeout(uv_timer_t *handle) {
    timer_fired((struct timer *)handle);
}

static void loop_open(void) {
    if (uv_loop_init(&loop) != 0)
        bench_fail("uv_loop_init");
}

static void loop_run(void) {
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void loop_stop(void) {
    uv_stop(&loop);
}

static void timer_open(struct timer *timer) {
    uv_timer_init(&loop, &timer->handle);
}

static void timer_set(struct timer *timer, struct delay delay) {
    const uint64_t millis = delay.seconds * UINT64_C(1000) + (delay.micros + 999) / 1000;
    if (uv_timer_start(&timer->handle, on_timeout, millis, 0) != 0)
        bench_fail("uv_timer_start");
}

#include "timers_driver.h"
