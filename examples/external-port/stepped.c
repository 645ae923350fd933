/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program on Evlet with a port of its own: an hour-long timer fires at once, because the port's
 * clock is stopped and pushed on, and another thread wakes the loop through the port's locks.
 * Ends with 0 if clock and lock were really those of the port.
 */
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdio.h>

#include "counting_lock.h"
#include "step_clock.h"

#define HOUR_NS (INT64_C(3600) * 1000000000)

static int timer_fired, posted;

static void on_timer(evutil_socket_t fd, short what, void *unused) {
    (void)fd;
    (void)unused;
    timer_fired += what == EV_TIMEOUT;
}

static void on_post(evutil_socket_t fd, short what, void *unused) {
    (void)fd;
    (void)what;
    (void)unused;
    posted++;
}

static void *post(void *event) {
    event_active(event, EV_READ, 0);
    return NULL;
}

static int expect(int condition, const char *what) {
    printf("%s: %s\n", condition ? "yes" : "NO", what);
    return condition ? 0 : 1;
}

static int run_timer(struct event_base *base, struct event *timer) {
    const struct timeval one_hour = {3600, 0};
    int failures = 0;

    step_clock_freeze();
    event_add(timer, &one_hour);
    event_base_loop(base, EVLOOP_NONBLOCK);
    failures += expect(timer_fired == 0, "nothing fires while the clock stands");
    step_clock_advance(HOUR_NS - 1);
    event_base_loop(base, EVLOOP_NONBLOCK);
    failures += expect(timer_fired == 0, "nothing fires a nanosecond early");
    step_clock_advance(1);
    event_base_loop(base, EVLOOP_NONBLOCK);
    failures += expect(timer_fired == 1, "an hour's timer fires when the clock was pushed an hour");
    return failures;
}

static int run_post(struct event_base *base, struct event *event) {
    unsigned long taken = counting_lock_taken();
    int failures = 0;
    pthread_t thread;

    if (pthread_create(&thread, NULL, post, event) != 0) {
        return expect(0, "a thread starts");
    }
    /* An event that only another thread activates does not keep the loop going by itself. */
    event_base_loop(base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY);
    pthread_join(thread, NULL);
    failures += expect(posted == 1, "another thread woke the loop");
    failures += expect(counting_lock_taken() > taken, "the port's lock was taken for it");
    return failures;
}

int main(void) {
    struct event_base *base;
    struct event *timer, *event;
    int failures = 0;

    if (evthread_use_pthreads() != 0 || (base = event_base_new()) == NULL) {
        return 1;
    }
    timer = event_new(base, -1, 0, on_timer, NULL);
    event = event_new(base, -1, 0, on_post, NULL);
    if (timer == NULL || event == NULL) {
        return 1;
    }
    failures += run_timer(base, timer);
    failures += run_post(base, event);
    failures += expect(step_clock_reads() > 0, "the loop read the port's clock");
    failures += expect(counting_lock_made() > 0, "the loop's locks are the port's");
    printf("clock read %lu times, %lu locks taken %lu times, %lu times by waiting\n",
           step_clock_reads(), counting_lock_made(), counting_lock_taken(), counting_lock_waits());
    event_free(event);
    event_free(timer);
    event_base_free(base);
    return failures == 0 ? 0 : 1;
}
