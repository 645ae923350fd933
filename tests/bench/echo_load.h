/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load of the echo benchmark: a client of many connections, in a process of its own, the same
 * for all contestants.
 */
#ifndef EVLET_BENCH_ECHO_LOAD_H
#define EVLET_BENCH_ECHO_LOAD_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/types.h>

struct echo_load {
    unsigned connections; /* that send */
    unsigned size;        /* of a message, in bytes */
    unsigned in_flight;   /* messages of a connection that are on their way at any time */
    unsigned idle;        /* connections that stay silent, to a second server, or 0 */
};

struct echo_server {
    pid_t pid;
    struct sockaddr_in address;
};

enum { ECHO_MOST_IN_FLIGHT = 128 * 1024 }; /* bytes of one connection: size * in_flight */

/*
 * Has `operations` messages echoed by the first server and prints how much of its CPU time, and
 * time, that took. With `idle`, the second server gets as many messages and the silent connections,
 * and its times are printed; those of the first become "alone_cpu_ns".
 */
void echo_load_run(const struct echo_load *load, const struct echo_server *servers,
                   uint64_t operations);

#endif
