/* SPDX-License-Identifier: BSD-3-Clause */
/* Wakers, through each way of waiting that the port has. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

typedef int (*wait_function)(evlet_fd, int, int64_t, struct evlet_waker *);

static const wait_function waits[] = {
#if EVLET_PORT_HAS_POLL
    wait_by_poll,
#endif
#if EVLET_PORT_HAS_SELECT
    wait_by_select,
#endif
};
enum { WAITS = sizeof waits / sizeof waits[0] };

static struct evlet_waker waker;

static int open_waker(void) {
    memset(&waker, 0, sizeof waker);
    return evlet_port_waker_open(&waker);
}

/* Waits as a loop does. 1: woken, 0: time is up. With a descriptor the two are told apart by its
 * readiness, without one by how long the wait took. Interruptions go on waiting. */
static int woken_within(wait_function wait, int64_t timeout_ns) {
    evlet_fd fd = evlet_port_waker_descriptor(&waker);
    int64_t start = evlet_port_monotonic_ns();
    int ready;
    do {
        ready = wait(fd, WAIT_READ, timeout_ns, &waker);
    } while (ready < 0 && failed_with(EVLET_ERR_AGAIN));
    CHECK(ready >= 0);
    return fd >= 0 ? ready == 1 : evlet_port_monotonic_ns() - start < timeout_ns;
}

static void signal_before_the_wait_ends_it(void) {
    int i;
    NEED(open_waker() == 0);
    for (i = 0; i < WAITS; i++) {
        evlet_port_waker_signal(&waker);
        CHECK(woken_within(waits[i], PATIENCE));
        evlet_port_waker_drain(&waker);
        CHECK(!woken_within(waits[i], 5 * MS));
    }
    evlet_port_waker_close(&waker);
}

static void signal_lasts_until_drained(void) {
    int i;
    NEED(open_waker() == 0);
    evlet_port_waker_signal(&waker);
    for (i = 0; i < WAITS && evlet_port_waker_descriptor(&waker) >= 0; i++) {
        CHECK(woken_within(waits[i], PATIENCE));
        CHECK(woken_within(waits[i], PATIENCE));
    }
    evlet_port_waker_drain(&waker);
    evlet_port_waker_drain(&waker); /* draining what is empty does not block */
    for (i = 0; i < WAITS; i++) {
        CHECK(!woken_within(waits[i], 5 * MS));
    }
    evlet_port_waker_close(&waker);
}

/* More signals than a pipe has room for. */
static void many_signals_are_forgotten_by_one_drain(void) {
    int i;
    NEED(open_waker() == 0);
    for (i = 0; i < 100000; i++) {
        evlet_port_waker_signal(&waker);
    }
    CHECK(woken_within(waits[0], PATIENCE));
    evlet_port_waker_drain(&waker);
    CHECK(!woken_within(waits[0], 5 * MS));
    evlet_port_waker_signal(&waker);
    CHECK(woken_within(waits[0], PATIENCE));
    evlet_port_waker_close(&waker);
}

static void signal_keeps_the_last_error(void) {
    int i;
    NEED(open_waker() == 0);
    for (i = 0; i < 70000; i++) { /* long enough to find a pipe full */
        evlet_port_set_last_error(3);
        evlet_port_waker_signal(&waker);
        NEED(evlet_port_last_error() == 3);
    }
    evlet_port_waker_close(&waker);
    evlet_port_waker_signal(&waker);
    CHECK(evlet_port_last_error() == 3);
}

static void signal_from_thread(void *unused) {
    (void)unused;
    evlet_port_waker_signal(&waker);
}

static void signal_from_a_thread_ends_a_wait(void) {
    int i;
    NEED(open_waker() == 0);
    for (i = 0; i < 50 * WAITS; i++) {
        int handle = conformance_thread_start(signal_from_thread, NULL);
        if (handle < 0) {
            conformance_absent("a second thread", "the platform cannot start one");
            break;
        }
        CHECK(woken_within(waits[i % WAITS], PATIENCE));
        conformance_thread_join(handle);
        evlet_port_waker_drain(&waker);
    }
    evlet_port_waker_close(&waker);
}

#if EVLET_PORT_WAKER_FROM_ISR
static void signal_from_interrupt(void) {
    evlet_port_waker_signal(&waker);
}

static void signal_from_an_interrupt_ends_a_wait(void) {
    static const int64_t delays[] = {0, 10 * MS};
    int i;
    NEED(open_waker() == 0);
    for (i = 0; i < 2 * WAITS; i++) {
        if (conformance_interrupt_in(delays[i / WAITS], signal_from_interrupt) != 0) {
            conformance_absent("interrupts", "the platform cannot provoke any");
            break;
        }
        CHECK(woken_within(waits[i % WAITS], PATIENCE));
        evlet_port_waker_drain(&waker);
    }
    evlet_port_waker_close(&waker);
}
#endif

/* A signalled waker ends a wait of any length: no conversion may turn one into something else. */
static void signal_ends_waits_of_any_length(void) {
    static const int64_t timeouts[] = {1,
                                       INT64_C(65535) * MS,
                                       INT64_C(65536) * MS,
                                       INT64_C(4294967295) * MS,
                                       INT64_C(4294967296) * MS,
                                       INT64_MAX,
                                       -1,
                                       INT64_MIN};
    evlet_fd fd;
    size_t i, j;
    NEED(open_waker() == 0);
    fd = evlet_port_waker_descriptor(&waker);
    evlet_port_waker_signal(&waker);
    for (i = 0; i < WAITS; i++) {
        for (j = 0; j < sizeof timeouts / sizeof timeouts[0]; j++) {
            CHECK(waits[i](fd, WAIT_READ, timeouts[j], &waker) == (fd >= 0));
        }
    }
    evlet_port_waker_close(&waker);
}

static void closing_twice_and_before_opening_is_harmless(void) {
    evlet_fd pair[2];
    memset(&waker, 0, sizeof waker);
    evlet_port_waker_close(&waker);
    NEED(evlet_port_waker_open(&waker) == 0);
    evlet_port_waker_close(&waker);
    NEED(make_quiet_pair(pair) == 0); /* takes the numbers that the waker gave back */
    evlet_port_waker_close(&waker);
    evlet_port_waker_drain(&waker);
    evlet_port_waker_signal(&waker);
    CHECK(evlet_port_waker_descriptor(&waker) == -1);
#if EVLET_PORT_HAS_SOCKETS
    CHECK(evlet_port_socket_error(pair[0]) == 0);
    CHECK(evlet_port_socket_error(pair[1]) == 0);
#endif
    CHECK(wait_for(pair[0], WAIT_READ, 0, NULL) == 0);
    CHECK(wait_for(pair[1], WAIT_READ, 0, NULL) == 0);
    close_quiet_pair(pair);
}

static void waker_is_not_inherited_and_never_blocks(void) {
    evlet_fd fd;
    NEED(open_waker() == 0);
    fd = evlet_port_waker_descriptor(&waker);
    if (fd >= 0) {
        CHECK(conformance_is_cloexec(fd) != 0);
        CHECK(conformance_is_nonblocking(fd) != 0);
    }
    evlet_port_waker_close(&waker);
}

static void promised_edges_are_made(void) {
    enum { ROUNDS = 5 };
    int promised = evlet_port_waker_makes_edges(), full;
    CHECK(promised == 0 || promised == 1);
    if (!promised) {
        conformance_absent("edges", "the port promises none");
        return;
    }
    for (full = 0; full <= 1; full++) {
        int edges;
        NEED(open_waker() == 0);
        edges = conformance_count_edges(&waker, ROUNDS, full);
        CHECK(edges == ROUNDS || edges == -1);
        if (edges == -1) {
            conformance_absent("edges", "the platform has no edge-triggered wait");
        }
        evlet_port_waker_close(&waker);
    }
}

void waker_cases(void) {
    CASE(waker_is_not_inherited_and_never_blocks);
    CASE(signal_before_the_wait_ends_it);
    CASE(signal_lasts_until_drained);
    CASE(many_signals_are_forgotten_by_one_drain);
    CASE(signal_ends_waits_of_any_length);
    CASE(signal_keeps_the_last_error);
    CASE(signal_from_a_thread_ends_a_wait);
#if EVLET_PORT_WAKER_FROM_ISR
    CASE(signal_from_an_interrupt_ends_a_wait);
#else
    conformance_absent("waking from interrupts", "EVLET_PORT_WAKER_FROM_ISR is 0");
#endif
    CASE(closing_twice_and_before_opening_is_harmless);
    CASE(promised_edges_are_made);
}
