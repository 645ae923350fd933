/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wake-up benchmark's workload, included at the end of each wakeup_*.c. An operation is one
 * round trip: a thread asks for a callback in the loop of another thread and has its answer.
 * Variants:
 *
 *   pingpong  both threads run a loop and answer by waking the other's; each on a processor of
 *             its own
 *   flag      the callback answers by setting a flag for which the first thread, which has no loop,
 *             spins; each on a processor of its own
 *   onecpu    as `pingpong`, both threads on the same processor: what it costs without the time
 *             that one processor takes to rouse another
 *   spaced    as `flag`, with a pause of 200 microseconds before each question: the loop is asleep
 *             when it is asked. `pingpong` and `flag` feed a loop without pause, so a library that
 *             looks out for work before it sleeps hardly sleeps there; what that brings and costs
 *             otherwise is seen here
 */
#ifndef EVLET_BENCH_WAKEUP_DRIVER_H
#define EVLET_BENCH_WAKEUP_DRIVER_H

#include "machine.h"

enum { SPINS_TO_YIELD = 1000, MOST_YIELDS = 10000000 };
enum { PAUSE_NS = 200000 };
enum variant { PINGPONG, FLAG, ONECPU, SPACED };

static const char *const variant_names[] = {"pingpong", "flag", "onecpu", "spaced", NULL};

static struct side near_side; /* of the thread that starts */
static struct side far_side;
static int variant;
static int processors[2];
static uint64_t operations_left; /* used by the near thread alone */
static atomic_bool far_is_up;
static atomic_bool over;
static _Atomic uint64_t answers;

/* Chooses a processor for each side among those the process may use. */
static void choose_processors(void) {
    const int found = bench_processors(processors, 2);
    if (variant == ONECPU)
        processors[1] = processors[0];
    else if (found < 2) {
        fprintf(stderr, "this variant needs two processors\n");
        exit(BENCH_SKIP);
    }
}

static bool by_flag(void) {
    return variant == FLAG || variant == SPACED;
}

static void far_woken(void) {
    if (atomic_load_explicit(&over, memory_order_acquire))
        side_stop(&far_side);
    else if (by_flag())
        atomic_fetch_add_explicit(&answers, 1, memory_order_release);
    else
        side_wake(&near_side);
}

static void near_woken(void) {
    if (--operations_left > 0) {
        side_wake(&far_side);
    } else {
        side_stop(&near_side);
    }
}

static void side_woken(struct side *side) {
    if (side == &far_side)
        far_woken();
    else
        near_woken();
}

static void *far_thread(void *unused) {
    (void)unused;
    bench_pin(processors[1]);
    atomic_store_explicit(&far_is_up, true, memory_order_release);
    side_run(&far_side);
    return NULL;
}

static void spin_until(uint64_t wanted) {
    int yields;
    for (yields = 0; yields < MOST_YIELDS; ++yields) {
        int spins;
        for (spins = 0; spins < SPINS_TO_YIELD; ++spins) {
            if (atomic_load_explicit(&answers, memory_order_acquire) == wanted)
                return;
        }
        sched_yield();
    }
    fprintf(stderr, "a wake-up was lost\n");
    exit(1);
}

/* The first question has been asked already. */
static void ask_for_flags(uint64_t operations) {
    const struct timespec pause = {0, PAUSE_NS};
    uint64_t asked;
    for (asked = 1; asked <= operations; ++asked) {
        spin_until(asked);
        if (asked == operations)
            break;
        if (variant == SPACED && nanosleep(&pause, NULL) != 0)
            bench_fail("nanosleep");
        side_wake(&far_side);
    }
}

int main(int count, char **arguments) {
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    struct bench_moment start;
    pthread_t thread;

    operations_left = operations;
    sides_prepare();
    if (!by_flag())
        side_open(&near_side);
    side_open(&far_side);
    choose_processors();
    bench_pin(processors[0]);
    if (pthread_create(&thread, NULL, far_thread, NULL) != 0)
        bench_fail("pthread_create");
    while (!atomic_load_explicit(&far_is_up, memory_order_acquire))
        sched_yield();
    start = bench_now();
    side_wake(&far_side);
    if (by_flag())
        ask_for_flags(operations);
    else
        side_run(&near_side);
    bench_report(operations, start);
    atomic_store_explicit(&over, true, memory_order_release);
    side_wake(&far_side);
    if (pthread_join(thread, NULL) != 0)
        bench_fail("pthread_join");
    return 0;
}

#endif
