/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a contestant of the wake-up benchmark defines between including this and wakeup_driver.h:
 *
 *     struct side                  a loop and what wakes it
 *     sides_prepare()              once, before the first loop is made: thread support on
 *     side_open(side)              makes the loop; when woken, its callback calls side_woken()
 *     side_run(side)               runs the loop in the calling thread, until side_stop()
 *     side_stop(side)              ends side_run(), called from the loop's own callback
 *     side_wake(side)              asks for the callback, from any thread
 */
#ifndef EVLET_BENCH_WAKEUP_H
#define EVLET_BENCH_WAKEUP_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bench.h"

struct side;

static void sides_prepare(void);
static void side_open(struct side *side);
static void side_run(struct side *side);
static void side_stop(struct side *side);
static void side_wake(struct side *side);
static void side_woken(struct side *side);

#endif
