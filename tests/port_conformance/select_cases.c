/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting with select, and its sets. */
#include "conformance.h"

#if EVLET_PORT_HAS_SELECT
#include <string.h>

#include "conformance_platform.h"
#include "wait_common.h"

#if EVLET_PORT_HAS_SOCKETS
enum { WORDS = EVLET_PORT_SELECT_LIMIT / (8 * sizeof(evlet_fd_word)) + 1 };
#define GUARD ((evlet_fd_word)-1 / 3)

/* One word more than a set ever has, to see that nobody writes there. */
static evlet_fd_word reading[WORDS + 1], writing[WORDS + 1];
#endif

static void select_lasts_at_least_as_long_as_asked(void) {
    check_wait_lasts(wait_by_select);
}

static void select_with_zero_returns_at_once(void) {
    check_zero_returns_at_once(wait_by_select);
}

static void select_survives_an_interruption(void) {
    check_interruption(wait_by_select);
}

#if EVLET_PORT_HAS_SOCKETS
static void select_sees_readiness(void) {
    check_readiness(wait_by_select);
}

static void select_takes_the_longest_timeouts(void) {
    check_longest_timeouts(wait_by_select);
}

static void set_bit(evlet_fd_word *set, unsigned index) {
    set[index / EVLET_FD_WORD_BITS] |= (evlet_fd_word)1 << (index % EVLET_FD_WORD_BITS);
}

/* Words that `count` bits need; the rest of both sets becomes guard. */
static unsigned clear_sets(unsigned count) {
    unsigned words = (count + EVLET_FD_WORD_BITS - 1) / EVLET_FD_WORD_BITS, i;
    for (i = 0; i < WORDS + 1; i++) {
        reading[i] = writing[i] = i < words ? 0 : GUARD;
    }
    return words;
}

static int only_bit(const evlet_fd_word *set, unsigned words, unsigned index) {
    evlet_fd_word expected[WORDS + 1];
    memset(expected, 0, sizeof expected);
    set_bit(expected, index);
    return memcmp(set, expected, words * sizeof(evlet_fd_word)) == 0;
}

static int guards_are_whole(unsigned words) {
    unsigned i;
    for (i = words; i < WORDS + 1; i++) {
        if (reading[i] != GUARD || writing[i] != GUARD) {
            return 0;
        }
    }
    return 1;
}

/* `ready_fd` can be read and written, `idle_fd` only written. */
static void check_bits(evlet_fd ready_fd, evlet_fd idle_fd) {
    const unsigned ready = (unsigned)(ready_fd - EVLET_PORT_FIRST_FD);
    const unsigned idle = (unsigned)(idle_fd - EVLET_PORT_FIRST_FD);
    const unsigned count = (ready > idle ? ready : idle) + 1;
    unsigned words;

    NEED(wait_by_select(ready_fd, WAIT_READ, PATIENCE, NULL) == 1); /* a stack may take a while */
    words = clear_sets(count);
    set_bit(reading, ready);
    set_bit(reading, idle);
    set_bit(writing, idle);
    CHECK(evlet_port_select(count, reading, writing, PATIENCE, NULL) == 2);
    CHECK(only_bit(reading, words, ready));
    CHECK(only_bit(writing, words, idle));
    CHECK(guards_are_whole(words));

    words = clear_sets(count); /* nothing ready: both sets come back empty */
    set_bit(reading, idle);
    CHECK(evlet_port_select(count, reading, writing, 0, NULL) == 0);
    CHECK(all_bytes_are(reading, words * sizeof reading[0], 0));
    CHECK(all_bytes_are(writing, words * sizeof writing[0], 0));
    CHECK(guards_are_whole(words));
}

static void select_answers_bits_of_ready_descriptors_alone(void) {
    evlet_fd pair[2];
    if (!need_sockets()) {
        return;
    }
    NEED(make_pair(pair) == 0);
    CHECK(send_bytes(pair[1], "x", 1) == 1);
    check_bits(pair[0], pair[1]);
    close_pair(pair);
}

static void select_is_right_at_word_edges(void) {
    static const unsigned edges[] = {31, 32, 33, 63, 64, 65, 127, 128, EVLET_PORT_SELECT_LIMIT - 1};
    evlet_fd pair[2], moved;
    size_t i;
    if (!need_sockets()) {
        return;
    }
    NEED(make_pair(pair) == 0);
    CHECK(send_bytes(pair[1], "x", 1) == 1);
    for (i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        moved = (evlet_fd)(EVLET_PORT_FIRST_FD + edges[i]);
        if (edges[i] >= EVLET_PORT_SELECT_LIMIT || moved <= pair[0] || moved <= pair[1]) {
            continue;
        }
        if (conformance_duplicate_to(pair[0], moved) != 0) {
            conformance_absent("chosen descriptors", "the platform cannot make them");
            break;
        }
        check_bits(moved, pair[1]);
        CHECK(evlet_port_close(moved) == 0);
    }
    close_pair(pair);
}

static void select_does_without_a_set(void) {
    evlet_fd pair[2];
    unsigned index;
    if (!need_sockets()) {
        return;
    }
    NEED(make_pair(pair) == 0);
    index = (unsigned)(pair[0] - EVLET_PORT_FIRST_FD);
    clear_sets(index + 1);
    set_bit(writing, index);
    CHECK(evlet_port_select(index + 1, NULL, writing, PATIENCE, NULL) == 1);
    clear_sets(index + 1);
    set_bit(reading, index);
    CHECK(evlet_port_select(index + 1, reading, NULL, 0, NULL) == 0);
    CHECK(evlet_port_select(0, NULL, NULL, MS, NULL) == 0);
    close_pair(pair);
}

static void select_refuses_a_closed_descriptor(void) {
    evlet_fd pair[2];
    if (!need_sockets()) {
        return;
    }
    NEED(make_pair(pair) == 0);
    close_pair(pair);
    CHECK(wait_by_select(pair[0], WAIT_READ, PATIENCE, NULL) == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
}

static void cases_with_sockets(void) {
    CASE(select_sees_readiness);
    CASE(select_takes_the_longest_timeouts);
    CASE(select_answers_bits_of_ready_descriptors_alone);
    CASE(select_is_right_at_word_edges);
    CASE(select_does_without_a_set);
    CASE(select_refuses_a_closed_descriptor);
}
#else
static void select_refuses_every_descriptor(void) {
    CHECK(wait_by_select(EVLET_PORT_FIRST_FD, WAIT_READ, PATIENCE, NULL) == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
    CHECK(wait_by_select(EVLET_PORT_FIRST_FD, WAIT_WRITE, 0, NULL) == -1);
    CHECK(failed_with(EVLET_ERR_OTHER));
}

static void cases_with_sockets(void) {
    CASE(select_refuses_every_descriptor);
}
#endif

void select_cases(void) {
    CASE(select_lasts_at_least_as_long_as_asked);
    CASE(select_with_zero_returns_at_once);
    CASE(select_survives_an_interruption);
    cases_with_sockets();
}
#endif
