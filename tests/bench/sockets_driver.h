/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket benchmark's workload, included at the end of each sockets_*.c: 1,000 socket pairs in
 * a ring are watched, 100 bytes, spread evenly, go round in it. An operation is one event
 * delivered: one byte read and passed on.
 */
#ifndef EVLET_BENCH_SOCKETS_DRIVER_H
#define EVLET_BENCH_SOCKETS_DRIVER_H

#include "machine.h"

static struct pair pairs[PAIR_COUNT];
static const char *const variant_names[] = {"ring", NULL};

static void allow_descriptors(void) {
    const unsigned wanted = 2 * PAIR_COUNT + 64;
    if (bench_descriptors(wanted) < wanted) {
        fprintf(stderr, "%u descriptors are more than the limit allows\n", wanted);
        exit(BENCH_SKIP);
    }
}

static void open_pairs(void) {
    int i;
    for (i = 0; i < PAIR_COUNT; ++i) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
            bench_fail("socketpair");
        pairs[i].read_fd = ends[0];
        pairs[i].write_fd = ends[1];
        pairs[i].next = &pairs[(i + 1) % PAIR_COUNT];
    }
}

int main(int count, char **arguments) {
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    struct bench_moment start;
    int i;

    operations_left = operations;
    allow_descriptors();
    open_pairs();
    loop_open(pairs);
    for (i = 0; i < PAIR_COUNT; i += PAIR_COUNT / ACTIVE_COUNT) {
        if (write(pairs[i].write_fd, "x", 1) != 1)
            bench_fail("write");
    }
    start = bench_now();
    loop_run();
    /* What was already collected when the loop was stopped may have been delivered too. */
    bench_report(operations, start);
    return 0;
}

#endif
