/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket benchmark for libuv, with uv_poll. Once stopped it still delivers what it has
 * collected, at most 100 more events.
 */
#include <stdbool.h>
#include <uv.h>

#include "sockets.h"

static uv_loop_t loop;
static uv_poll_t watches[PAIR_COUNT];
static bool stopped;

static void on_readable(uv_poll_t *watch, int status, int what) {
    (void)what;
    if (status != 0)
        bench_fail("uv_poll");
    if (!stopped)
        pair_readable(watch->data);
}

static void loop_open(struct pair *pairs) {
    int i;
    if (uv_loop_init(&loop) != 0)
        bench_fail("uv_loop_init");
    for (i = 0; i < PAIR_COUNT; ++i) {
        if (uv_poll_init(&loop, &watches[i], pairs[i].read_fd) != 0)
            bench_fail("uv_poll_init");
        watches[i].data = &pairs[i];
        if (uv_poll_start(&watches[i], UV_READABLE, on_readable) != 0)
            bench_fail("uv_poll_start");
    }
}

static void loop_run(void) {
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void loop_stop(void) {
    stopped = true;
    uv_stop(&loop);
}

#include "sockets_driver.h"
