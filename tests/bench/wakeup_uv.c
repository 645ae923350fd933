/* SPDX-License-Identifier: BSD-3-Clause */
/* The wake-up benchmark for libuv: uv_async. */
#include <uv.h>

#include "wakeup.h"

struct side {
    uv_async_t async;
    uv_loop_t loop;
};

static void on_async(uv_async_t *async) {
    side_woken((struct side *)async);
}

static void sides_prepare(void) {}

static void side_open(struct side *side) {
    if (uv_loop_init(&side->loop) != 0 || uv_async_init(&side->loop, &side->async, on_async) != 0)
        bench_fail("uv_async_init");
}

static void side_run(struct side *side) {
    uv_run(&side->loop, UV_RUN_DEFAULT);
}

static void side_stop(struct side *side) {
    uv_stop(&side->loop);
}

static void side_wake(struct side *side) {
    uv_async_send(&side->async);
}

#include "wakeup_driver.h"
