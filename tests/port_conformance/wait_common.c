/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks of a function that waits. */
#include "wait_common.h"

#include "conformance_platform.h"

/* The port's rounding must be up. One step of the clock is granted: the start may have been read
 * at the very end of a step. */
void check_wait_lasts(wait_function wait) {
    static const int64_t timeouts[] = {1, 999, MS - 1, MS, MS + 1, 12345678, 30 * MS};
    evlet_fd pair[2];
    size_t i;
    NEED(make_quiet_pair(pair) == 0);
    for (i = 0; i < 2 * sizeof timeouts / sizeof timeouts[0]; i++) {
        int64_t asked = timeouts[i / 2], start = evlet_port_monotonic_ns(), passed;
        CHECK(wait(i & 1 ? pair[0] : -1, WAIT_READ, asked, NULL) == 0);
        passed = evlet_port_monotonic_ns() - start;
        CHECK(passed + evlet_port_monotonic_resolution_ns() > asked);
        CHECK(passed < PATIENCE);
    }
    close_quiet_pair(pair);
}

void check_zero_returns_at_once(wait_function wait) {
    int64_t start = evlet_port_monotonic_ns();
    evlet_fd pair[2];
    int i;
    NEED(make_quiet_pair(pair) == 0);
    for (i = 0; i < 100; i++) {
        CHECK(wait(pair[0], WAIT_READ, 0, NULL) == 0);
        CHECK(wait(-1, 0, 0, NULL) == 0);
    }
    CHECK(evlet_port_monotonic_ns() - start < PATIENCE);
    close_quiet_pair(pair);
}

void check_readiness(wait_function wait) {
    evlet_fd pair[2];
    char byte;
    if (!need_sockets()) {
        return;
    }
    NEED(make_pair_nonblocking(pair) == 0);
    CHECK(wait(pair[0], WAIT_READ, 0, NULL) == 0);
    CHECK(wait(pair[0], WAIT_WRITE, 0, NULL) == 1);
    CHECK(send_bytes(pair[1], "x", 1) == 1);
    CHECK(wait(pair[0], WAIT_READ, PATIENCE, NULL) == 1);
    CHECK(wait(pair[0], WAIT_READ, -1, NULL) == 1); /* it is level-triggered */
    CHECK(receive_bytes(pair[0], &byte, 1) == 1);
    CHECK(wait(pair[0], WAIT_READ, 0, NULL) == 0);
    CHECK(evlet_port_close(pair[1]) == 0);
    CHECK(wait(pair[0], WAIT_READ, PATIENCE, NULL) == 1); /* the end of the stream can be read */
    evlet_port_close(pair[0]);
}

/* Conversions must not overflow to "at once", to "invalid" or to "for ever". */
void check_longest_timeouts(wait_function wait) {
    static const int64_t timeouts[] = {INT64_C(2147483647) * MS,
                                       INT64_C(2147483648) * MS,
                                       INT64_C(4294967296) * MS,
                                       INT64_C(2147483648) * SECOND,
                                       INT64_MAX - 1,
                                       INT64_MAX,
                                       -1,
                                       INT64_MIN};
    evlet_fd pair[2];
    size_t i;
    if (!need_sockets()) {
        return;
    }
    NEED(make_pair(pair) == 0);
    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        CHECK(wait(pair[0], WAIT_WRITE, timeouts[i], NULL) == 1);
    }
    close_pair(pair);
}

static volatile int interruptions;

static void note_interruption(void) {
    interruptions++;
}

/* An interrupted wait may end with class AGAIN, or early with 0, or go on; never with a hard
 * error, and never with something ready. */
void check_interruption(wait_function wait) {
    evlet_fd pair[2];
    int ready;
    interruptions = 0;
    NEED(make_quiet_pair(pair) == 0);
    if (conformance_interrupt_in(10 * MS, note_interruption) != 0) {
        conformance_absent("interrupts", "the platform cannot provoke any");
        close_quiet_pair(pair);
        return;
    }
    do {
        ready = wait(pair[0], WAIT_READ, 50 * MS, NULL);
        CHECK(ready == 0 || (ready == -1 && failed_with(EVLET_ERR_AGAIN)));
    } while (interruptions == 0 && ready <= 0);
    close_quiet_pair(pair);
}
