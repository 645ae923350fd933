/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How exact a timer is: fires -n times, every -i milliseconds, and prints after each tick how much
 * time has passed and how late that is against a perfect clock.
 *
 * Shows: a one-shot timer that is added again in its callback drifts, since each lateness delays
 * all that follows; a persistent one (-p) keeps its beat. With -c the duration is registered as a
 * common timeout, which makes adding O(1) where thousands of timers share it; the ticks stay the
 * same.
 */
#include <event2/event.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
    struct event_base *base;
    struct event *timer;
    struct timeval interval;       /* what the user asked for */
    const struct timeval *timeout; /* what event_add() gets: `interval`, or a common timeout */
    struct timeval start;
    long interval_us;
    long ticks;
    long done;
    bool persistent;
};

static long long microseconds(const struct timeval *time) {
    return (long long)time->tv_sec * 1000000 + time->tv_usec;
}

static void on_tick(evutil_socket_t fd, short events, void *arg) {
    struct test *test = arg;
    struct timeval now;
    long long elapsed, late;
    (void)fd;
    (void)events;

    event_gettime_monotonic(test->base, &now);
    test->done++;
    elapsed = microseconds(&now) - microseconds(&test->start);
    late = elapsed - (long long)test->interval_us * test->done;
    printf("tick %ld: after %lld us, %lld us late\n", test->done, elapsed, late);
    fflush(stdout);

    if (test->done == test->ticks)
        event_del(test->timer);
    else if (!test->persistent)
        event_add(test->timer, test->timeout);
}

static int run(struct test *test, bool common) {
    int result = -1;

    test->timeout = &test->interval;
    if (common) {
        /* Adding to the list of a common timeout takes the pointer that comes back, or a copy
         * of what it points to; the plain duration would go the usual way. */
        test->timeout = event_base_init_common_timeout(test->base, &test->interval);
        if (test->timeout == NULL)
            return -1;
    }
    test->timer = event_new(test->base, -1, test->persistent ? EV_PERSIST : 0, on_tick, test);
    if (test->timer == NULL)
        return -1;
    event_gettime_monotonic(test->base, &test->start);
    if (event_add(test->timer, test->timeout) == 0)
        result = event_base_dispatch(test->base);
    event_free(test->timer);
    return result < 0 || test->done < test->ticks ? -1 : 0;
}

/* A number of 1 to `limit`, or 0 for anything else. */
static long positive_number(const char *text, long limit) {
    char *end;
    long value = strtol(text, &end, 10);
    return end == text || *end != '\0' || value < 1 || value > limit ? 0 : value;
}

static int usage(void) {
    fputs("usage: time-test [-p] [-c] [-n TICKS] [-i MILLISECONDS]\n", stderr);
    return 2;
}

int main(int argc, char **argv) {
    struct test test;
    long milliseconds = 1000;
    bool common = false;
    int result;
    int i;

    memset(&test, 0, sizeof test);
    test.ticks = 5;
    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-p") == 0)
            test.persistent = true;
        else if (strcmp(argv[i], "-c") == 0)
            common = true;
        else if (strcmp(argv[i], "-n") == 0 && i + 1 < argc)
            test.ticks = positive_number(argv[++i], 1000000);
        else if (strcmp(argv[i], "-i") == 0 && i + 1 < argc)
            milliseconds = positive_number(argv[++i], 1000000);
        else
            return usage();
    }
    if (test.ticks == 0 || milliseconds == 0)
        return usage();
    test.interval_us = milliseconds * 1000;
    test.interval.tv_sec = milliseconds / 1000;
    test.interval.tv_usec = milliseconds % 1000 * 1000;

    test.base = event_base_new();
    result = test.base == NULL ? -1 : run(&test, common);
    if (test.base != NULL)
        event_base_free(test.base);
    if (result != 0)
        fputs("time-test: failed\n", stderr);
    return result == 0 ? 0 : 1;
}
