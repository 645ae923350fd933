/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How healthy a loop is: a prepare and a check watcher measure how late each wait returns and how
 * long the callbacks after it take, for -n ticks of a timer of -i milliseconds whose callback
 * works for -w microseconds. Prints percentiles and histograms at the end.
 *
 * Shows: watchers need not know of the events they measure, so they can be put into any program,
 * and say whether a late answer is the system's fault (waits) or its own (callbacks).
 */
#include <event2/event.h>
#include <event2/watch.h>

#include "histogram.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct monitor {
    struct evutil_monotonic_timer *clock;
    struct evwatch *prepare;
    struct evwatch *check;
    struct histogram lateness;  /* from the planned end of a wait to its end */
    struct histogram callbacks; /* from the end of a wait to the start of the next */
    long long wait_started;
    long long wait_ended; /* 0 before the first wait */
    long long planned;    /* how long the wait was to be, -1 for no limit */
};

struct ticker {
    struct event *timer;
    struct evutil_monotonic_timer *clock;
    long left;
    long work_us;
};

static long long now_us(struct evutil_monotonic_timer *clock) {
    struct timeval now = {0, 0};
    evutil_gettime_monotonic(clock, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_usec;
}

static void before_wait(struct evwatch *watch, const struct evwatch_prepare_cb_info *info,
                        void *arg) {
    struct monitor *monitor = arg;
    struct timeval planned;
    (void)watch;
    monitor->wait_started = now_us(monitor->clock);
    if (monitor->wait_ended != 0)
        histogram_add(&monitor->callbacks, monitor->wait_started - monitor->wait_ended);
    monitor->planned = -1;
    if (evwatch_prepare_get_timeout(info, &planned))
        monitor->planned = (long long)planned.tv_sec * 1000000 + planned.tv_usec;
}

static void after_wait(struct evwatch *watch, const struct evwatch_check_cb_info *info, void *arg) {
    struct monitor *monitor = arg;
    (void)watch;
    (void)info;
    monitor->wait_ended = now_us(monitor->clock);
    /* A wait that something ended early is not late; it counts as 0. */
    if (monitor->planned >= 0)
        histogram_add(&monitor->lateness,
                      monitor->wait_ended - monitor->wait_started - monitor->planned);
}

static void on_tick(evutil_socket_t fd, short events, void *arg) {
    struct ticker *ticker = arg;
    long long end = now_us(ticker->clock) + ticker->work_us;
    (void)fd;
    (void)events;
    while (now_us(ticker->clock) < end)
        continue; /* what a real program would do here is the work */
    if (--ticker->left == 0)
        event_del(ticker->timer);
}

static int run(struct event_base *base, struct ticker *ticker, struct monitor *monitor,
               const struct timeval *interval) {
    monitor->clock = evutil_monotonic_timer_new();
    if (monitor->clock == NULL ||
        evutil_configure_monotonic_time(monitor->clock, EV_MONOT_PRECISE) != 0)
        return -1;
    monitor->prepare = evwatch_prepare_new(base, before_wait, monitor);
    monitor->check = evwatch_check_new(base, after_wait, monitor);
    ticker->clock = monitor->clock;
    ticker->timer = event_new(base, -1, EV_PERSIST, on_tick, ticker);
    if (monitor->prepare == NULL || monitor->check == NULL || ticker->timer == NULL ||
        event_add(ticker->timer, interval) != 0)
        return -1;
    return event_base_dispatch(base) < 0 || ticker->left != 0 ? -1 : 0;
}

static void release(struct ticker *ticker, struct monitor *monitor) {
    if (ticker->timer != NULL)
        event_free(ticker->timer);
    evwatch_free(monitor->prepare);
    evwatch_free(monitor->check);
    evutil_monotonic_timer_free(monitor->clock);
}

/* Stores a number of `low` to a million in `*value`. */
static bool read_number(const char *text, long low, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= 1000000;
}

int main(int argc, char **argv) {
    struct ticker ticker;
    struct monitor monitor;
    struct event_base *base;
    struct timeval interval;
    long milliseconds = 10;
    bool understood = true;
    int result, i;

    memset(&ticker, 0, sizeof ticker);
    memset(&monitor, 0, sizeof monitor);
    ticker.left = 200;
    ticker.work_us = 1000;
    for (i = 1; i < argc && understood; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "-n") == 0)
            understood = read_number(value, 1, &ticker.left);
        else if (strcmp(argv[i], "-i") == 0)
            understood = read_number(value, 1, &milliseconds);
        else
            understood = strcmp(argv[i], "-w") == 0 && read_number(value, 0, &ticker.work_us);
    }
    if (!understood) {
        fputs("usage: watch-timing [-n TICKS] [-i MILLISECONDS] [-w MICROSECONDS]\n", stderr);
        return 2;
    }
    interval.tv_sec = milliseconds / 1000;
    interval.tv_usec = milliseconds % 1000 * 1000;

    base = event_base_new();
    result = base == NULL ? -1 : run(base, &ticker, &monitor, &interval);
    release(&ticker, &monitor);
    if (base != NULL)
        event_base_free(base);
    if (result != 0) {
        fputs("watch-timing: failed\n", stderr);
        return 1;
    }
    histogram_print(&monitor.lateness, "waits late by");
    histogram_print(&monitor.callbacks, "callbacks took");
    return 0;
}
