/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timer benchmark's workload, included at the end of each timers_*.c. 100,000 timers are
 * pending at any time. Variants:
 *
 *   readd  one callback moves random pending timers, none of which fires meanwhile; an operation
 *          is one move
 *   self   each timer that fires sets itself again; an operation is a timer that fired
 *   mixed  each timer that fires sets itself and another one, chosen at random; an operation is a
 *          timer that fired
 *   paced  as `self`, but the timers are far enough apart for the loop to have to wait between them
 *
 * In `self` and `mixed` delays are so short that some timer is always due: the loop never sleeps
 * and what is measured is keeping and firing timers, not waiting.
 */
#ifndef EVLET_BENCH_TIMERS_DRIVER_H
#define EVLET_BENCH_TIMERS_DRIVER_H

enum { TIMER_COUNT = 100000, MOVES_IN_A_CALLBACK = 1000 };
enum variant { READD, SELF, MIXED, PACED };

static const char *const variant_names[] = {"readd", "self", "mixed", "paced", NULL};

/* The one behind the last drives `readd`. */
static struct timer timers[TIMER_COUNT + 1]
    __attribute__((aligned(64))); /* by cache lines, for all alike */
static int variant;
static uint64_t operations_left;

static struct delay random_delay(void) {
    struct delay delay = {0, 0};
    if (variant == READD) {
        delay.seconds = 1000 + bench_random_below(1000);
        delay.micros = bench_random_below(1000000);
    } else {
        delay.micros = bench_random_below(variant == PACED ? 1000000 : 10000);
    }
    return delay;
}

static void move_random_timer(void) {
    struct timer *timer = &timers[bench_random_below(TIMER_COUNT)];
    timer_set(timer, random_delay());
}

static void drive_moves(struct timer *driver) {
    const struct delay at_once = {0, 0};
    uint64_t moves = MOVES_IN_A_CALLBACK;
    if (moves > operations_left)
        moves = operations_left;
    operations_left -= moves;
    while (moves-- > 0)
        move_random_timer();
    if (operations_left > 0)
        timer_set(driver, at_once);
    else
        loop_stop();
}

static void timer_fired(struct timer *timer) {
    if (variant == READD) {
        drive_moves(timer);
        return;
    }
    if (operations_left == 0)
        return;
    timer_set(timer, random_delay());
    if (variant == MIXED)
        move_random_timer();
    if (--operations_left == 0)
        loop_stop();
}

int main(int count, char **arguments) {
    const struct delay at_once = {0, 0};
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    struct bench_moment start;
    int i;

    operations_left = operations;
    loop_open();
    for (i = 0; i <= TIMER_COUNT; ++i)
        timer_open(&timers[i]);
    for (i = 0; i < TIMER_COUNT; ++i)
        timer_set(&timers[i], random_delay());
    if (variant == READD)
        timer_set(&timers[TIMER_COUNT], at_once);
    start = bench_now();
    loop_run();
    bench_report(operations, start);
    return operations_left == 0 ? 0 : 1;
}

#endif
