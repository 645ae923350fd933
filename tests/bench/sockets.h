/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a contestant of the socket benchmark defines between including this and sockets_driver.h:
 *
 *     struct watch                 what the library needs to watch one descriptor
 *     loop_open(pairs)             makes the loop and watches each pair's read_fd for reading,
 *                                  level-triggered; the callback calls pair_readable()
 *     loop_run()                   runs until loop_stop() was called from a callback
 */
#ifndef EVLET_BENCH_SOCKETS_H
#define EVLET_BENCH_SOCKETS_H

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum { PAIR_COUNT = 1000, ACTIVE_COUNT = 100 };

struct pair {
    int read_fd;
    int write_fd;      /* what is written here is read from read_fd */
    struct pair *next; /* whom the byte is passed on to */
};

static void loop_open(struct pair *pairs);
static void loop_run(void);
static void loop_stop(void);

static uint64_t operations_left;

/* Takes one byte and passes it on. */
static inline void pair_readable(struct pair *pair) {
    char byte;
    if (read(pair->read_fd, &byte, 1) != 1)
        bench_fail("read");
    if (write(pair->next->write_fd, &byte, 1) != 1)
        bench_fail("write");
    if (--operations_left == 0)
        loop_stop();
}

#endif
