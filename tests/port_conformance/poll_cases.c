/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting with poll. */
#include "conformance.h"

#if EVLET_PORT_HAS_POLL
#include <string.h>

#include "wait_common.h"

static void poll_lasts_at_least_as_long_as_asked(void) {
    check_wait_lasts(wait_by_poll);
}

static void poll_with_zero_returns_at_once(void) {
    check_zero_returns_at_once(wait_by_poll);
}

static void poll_sees_readiness(void) {
    check_readiness(wait_by_poll);
}

static void poll_takes_the_longest_timeouts(void) {
    check_longest_timeouts(wait_by_poll);
}

static void poll_survives_an_interruption(void) {
    check_interruption(wait_by_poll);
}

static void poll_fills_in_each_entry(void) {
    struct pollfd entries[4];
    evlet_fd pair[2], gone[2];
    NEED(make_pair(pair) == 0);
    NEED(make_pair(gone) == 0);
    close_pair(gone);
    memset(entries, 0, sizeof entries);
    entries[0].fd = pair[0];
    entries[0].events = POLLIN;
    entries[1].fd = -1; /* skipped */
    entries[1].events = POLLIN | POLLOUT;
    entries[1].revents = POLLIN;
    entries[2].fd = pair[1];
    entries[2].events = POLLIN | POLLOUT;
    entries[3].fd = gone[0];
    entries[3].events = POLLIN;
    CHECK(send_bytes(pair[1], "x", 1) == 1);
    NEED(wait_for(pair[0], WAIT_READ, PATIENCE, NULL) == 1); /* a stack may take a while */
    CHECK(evlet_port_poll(entries, 4, PATIENCE, NULL) == 3);
    CHECK(entries[0].revents == POLLIN);
    CHECK(entries[1].revents == 0);
    CHECK(entries[2].revents == POLLOUT);
    CHECK(entries[3].revents & POLLNVAL);
    close_pair(pair);
}

void poll_cases(void) {
    CASE(poll_lasts_at_least_as_long_as_asked);
    CASE(poll_with_zero_returns_at_once);
    CASE(poll_sees_readiness);
    CASE(poll_takes_the_longest_timeouts);
    CASE(poll_survives_an_interruption);
    CASE(poll_fills_in_each_entry);
}
#endif
