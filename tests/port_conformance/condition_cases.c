/* SPDX-License-Identifier: BSD-3-Clause */
/* Condition variables. */
#include "conformance.h"

#if EVLET_PORT_HAS_THREADS
#include "conformance_platform.h"

/* `lock` guards the numbers below it. */
static struct evlet_lock lock;
static struct evlet_cond cond;
static int waiting, tokens, served;
static int64_t waiter_timeout_ns;

static int set_up(void) {
    if (evlet_port_lock_init(&lock, 0) != 0) {
        return -1;
    }
    if (evlet_port_cond_init(&cond) != 0) {
        evlet_port_lock_destroy(&lock);
        return -1;
    }
    waiting = tokens = served = 0;
    return 0;
}

static void tear_down(void) {
    evlet_port_cond_destroy(&cond);
    evlet_port_lock_destroy(&lock);
}

static void wait_lasts_at_least_as_long_as_asked(void) {
    static const int64_t timeouts[] = {0, 1, MS, 30 * MS + 1};
    size_t i;
    NEED(set_up() == 0);
    CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        int64_t start = evlet_port_monotonic_ns(), passed = 0;
        int answer;
        do { /* 0 without a signal is a spurious wake-up, which is allowed */
            answer = evlet_port_cond_wait(&cond, &lock, timeouts[i] - passed);
            passed = evlet_port_monotonic_ns() - start;
        } while (answer == 0 && passed < timeouts[i]);
        CHECK(answer >= 0);
        CHECK(passed + evlet_port_monotonic_resolution_ns() >= timeouts[i]);
        CHECK(passed < PATIENCE);
    }
    CHECK(evlet_port_lock_release(&lock) == 0); /* it was taken again */
    tear_down();
}

static void wait_for_a_token(void *unused) {
    (void)unused;
    CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
    waiting++;
    while (tokens == 0) {
        if (evlet_port_cond_wait(&cond, &lock, waiter_timeout_ns) != 0) {
            break;
        }
    }
    if (tokens > 0) {
        tokens--;
        served++;
    }
    CHECK(evlet_port_lock_release(&lock) == 0);
}

/* Holding the lock while `count` others wait proves that waiting released it. */
static int acquire_when_waiting(int count) {
    int64_t start = evlet_port_monotonic_ns();
    while (evlet_port_monotonic_ns() - start < PATIENCE) {
        CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
        if (waiting == count) {
            return 0;
        }
        CHECK(evlet_port_lock_release(&lock) == 0);
    }
    return -1;
}

static void wake_waiters(int count, int broadcast, int64_t timeout_ns) {
    int handles[2] = {-1, -1}, i, started = 0;
    NEED(set_up() == 0);
    waiter_timeout_ns = timeout_ns;
    for (i = 0; i < count; i++) {
        handles[i] = conformance_thread_start(wait_for_a_token, NULL);
        started += handles[i] >= 0;
    }
    if (started < count) {
        conformance_absent("waiters", "the platform cannot start threads");
    }
    NEED(acquire_when_waiting(started) == 0);
    tokens = started;
    CHECK(evlet_port_cond_signal(&cond, broadcast) == 0);
    CHECK(evlet_port_lock_release(&lock) == 0);
    for (i = 0; i < count; i++) {
        if (handles[i] >= 0) {
            conformance_thread_join(handles[i]);
        }
    }
    CHECK(served == started);
    tear_down();
}

static void signal_wakes_one_that_waits_for_ever(void) {
    wake_waiters(1, 0, -1);
}

static void signal_wakes_one_that_waits_long(void) {
    wake_waiters(1, 0, INT64_MAX);
}

static void broadcast_wakes_all(void) {
    wake_waiters(2, 1, PATIENCE);
}

static void signal_without_waiters_is_lost(void) {
    int64_t start;
    NEED(set_up() == 0);
    CHECK(evlet_port_cond_signal(&cond, 0) == 0);
    CHECK(evlet_port_cond_signal(&cond, 1) == 0);
    CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
    start = evlet_port_monotonic_ns();
    while (evlet_port_cond_wait(&cond, &lock, MS) == 0) {
        NEED(evlet_port_monotonic_ns() - start < PATIENCE);
    }
    CHECK(evlet_port_lock_release(&lock) == 0);
    tear_down();
}

void condition_cases(void) {
    CASE(wait_lasts_at_least_as_long_as_asked);
    CASE(signal_wakes_one_that_waits_for_ever);
    CASE(signal_wakes_one_that_waits_long);
    CASE(broadcast_wakes_all);
    CASE(signal_without_waiters_is_lost);
}
#endif
