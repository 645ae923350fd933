/* SPDX-License-Identifier: BSD-3-Clause */
/* The ends of what a port has: its first and its last descriptor, and no memory for the stack. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

/* As many as there are numbers that select would take, if the port has so many. */
static evlet_fd held[EVLET_PORT_SELECT_LIMIT];
static int held_count;

/* Datagram sockets, which are ready to write from the start, if the stack has any. */
static int held_kind(void) {
    evlet_fd fd = evlet_port_socket(AF_INET, SOCK_DGRAM, 0, EVLET_FD_NONBLOCK);
    if (fd < 0) {
        return SOCK_STREAM;
    }
    evlet_port_close(fd);
    return SOCK_DGRAM;
}

static void hold_all(void) {
    const int most = (int)(sizeof held / sizeof held[0]);
    const int kind = held_kind();
    held_count = 0;
    while (held_count < most) {
        evlet_fd fd = evlet_port_socket(AF_INET, kind, 0, EVLET_FD_NONBLOCK);
        if (fd < 0) {
            CHECK(failed_with(EVLET_ERR_EXHAUSTED));
            return;
        }
        held[held_count++] = fd;
    }
}

static void release_all(void) {
    while (held_count > 0) {
        evlet_port_close(held[--held_count]);
    }
}

static int index_of(evlet_fd fd) {
    return fd - EVLET_PORT_FIRST_FD;
}

static void check_within_select(evlet_fd fd) {
#if EVLET_PORT_HAS_SELECT
    if (index_of(fd) < EVLET_PORT_SELECT_LIMIT) {
        CHECK(wait_by_select(fd, WAIT_WRITE, PATIENCE, NULL) == 1);
    }
#else
    (void)fd;
#endif
}

static void check_usable(evlet_fd fd) {
    CHECK(index_of(fd) >= 0);
    CHECK(evlet_port_is_open(fd) == 1);
    CHECK(wait_for(fd, WAIT_WRITE, PATIENCE, NULL) == 1);
    check_within_select(fd);
}

/* What is below the first and above the last is no descriptor, and does no harm. */
static void check_none(evlet_fd fd) {
    CHECK(evlet_port_is_open(fd) == 0);
    CHECK(evlet_port_set_nonblocking(fd) == -1);
    CHECK(evlet_port_socket_error(fd) == -1);
    CHECK(evlet_port_close(fd) == -1);
}

static void first_and_last_descriptor_work(void) {
    hold_all();
    CHECK(held_count >= 4);
    if (held_count > 0) {
        const evlet_fd last = held[held_count - 1];
        check_usable(held[0]);
        check_usable(last);
        evlet_port_close(held[--held_count]);
        check_none(last);
    }
    check_none(EVLET_PORT_FIRST_FD - 1);
    check_none(INT32_MAX);
    release_all();
}

/* Room for a listener, where the port needs one to make the pair, and the pair. */
static void pair_of_the_last_descriptors_carries_bytes(void) {
    evlet_fd pair[2];
    char byte = 0;
    int i;
    hold_all();
    NEED(held_count >= 4);
    for (i = 0; i < 3; i++) {
        evlet_port_close(held[--held_count]);
    }
    if (make_pair_nonblocking(pair) != 0) {
        CHECK(!"a pair can be made of three descriptors");
        release_all();
        return;
    }
    CHECK(pair[0] > held[held_count - 1] && pair[1] > held[held_count - 1]);
    CHECK(send_bytes(pair[0], "x", 1) == 1);
    CHECK(wait_for(pair[1], WAIT_READ, PATIENCE, NULL) == 1);
    CHECK(receive_bytes(pair[1], &byte, 1) == 1);
    CHECK(byte == 'x');
    check_usable(pair[0]);
    close_pair(pair);
    release_all();
}

static int take_memory(void) {
    if (conformance_exhaust_memory() == 0) {
        return 1;
    }
    conformance_absent("a stack without memory", "the platform cannot provoke it");
    return 0;
}

static void socket_without_memory_is_exhaustion(void) {
    evlet_fd fd, pair[2] = {-7, -7};
    if (!take_memory()) {
        return;
    }
    fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0);
    CHECK(fd == -1);
    CHECK(failed_with(EVLET_ERR_EXHAUSTED));
    CHECK(make_pair(pair) == -1);
    CHECK(failed_with(EVLET_ERR_EXHAUSTED));
    CHECK(pair[0] == -7 && pair[1] == -7);
    conformance_restore_memory();
    NEED(make_pair(pair) == 0);
    close_pair(pair);
}

/* What was taken arrives once there is memory again; what was not is class AGAIN or EXHAUSTED. */
static void stream_without_memory_loses_nothing_that_it_took(void) {
    static char outgoing[4000], incoming[4000];
    evlet_fd pair[2];
    size_t taken = 0;
    int i;
    NEED(make_pair_nonblocking(pair) == 0);
    memset(outgoing, 'o', sizeof outgoing);
    if (take_memory()) {
        for (i = 0; i < 4; i++) {
            ssize_t sent = send_bytes(pair[0], outgoing, 100);
            CHECK(sent > 0 || failed_with(EVLET_ERR_AGAIN) || failed_with(EVLET_ERR_EXHAUSTED));
            taken += sent > 0 ? (size_t)sent : 0;
        }
        conformance_restore_memory();
    }
    while (taken < sizeof outgoing && wait_for(pair[0], WAIT_WRITE, PATIENCE, NULL) == 1) {
        ssize_t sent = send_bytes(pair[0], outgoing + taken, sizeof outgoing - taken);
        NEED(sent > 0 || failed_with(EVLET_ERR_AGAIN));
        taken += sent > 0 ? (size_t)sent : 0;
    }
    CHECK(receive_all(pair[1], incoming, sizeof incoming) == sizeof incoming);
    CHECK(memcmp(incoming, outgoing, sizeof incoming) == 0);
    close_pair(pair);
}

static struct evlet_waker waker;

/* A wait may need memory, a signal may not: the loop goes on as if interrupted, and hears it. */
static void signal_without_memory_ends_a_wait(void) {
    int64_t start;
    int ready;
    memset(&waker, 0, sizeof waker);
    NEED(evlet_port_waker_open(&waker) == 0);
    if (take_memory()) {
        start = evlet_port_monotonic_ns();
        ready = wait_for(evlet_port_waker_descriptor(&waker), WAIT_READ, 0, &waker);
        CHECK(ready == 0);
        evlet_port_waker_signal(&waker);
        ready = wait_for(evlet_port_waker_descriptor(&waker), WAIT_READ, PATIENCE, &waker);
        CHECK(ready == (evlet_port_waker_descriptor(&waker) >= 0));
        CHECK(evlet_port_monotonic_ns() - start < PATIENCE);
        evlet_port_waker_drain(&waker);
#if EVLET_PORT_HAS_POLL
        ready = wait_by_poll(evlet_port_waker_descriptor(&waker), WAIT_READ, 5 * MS, &waker);
        CHECK(ready == 0 || (ready == -1 && failed_with(EVLET_ERR_AGAIN)));
#endif
        conformance_restore_memory();
    }
    evlet_port_waker_close(&waker);
}

void limit_cases(void) {
    CASE(first_and_last_descriptor_work);
    CASE(pair_of_the_last_descriptors_carries_bytes);
    CASE(socket_without_memory_is_exhaustion);
    CASE(stream_without_memory_loses_nothing_that_it_took);
    CASE(signal_without_memory_ends_a_wait);
}
