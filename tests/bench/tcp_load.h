/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load of the echo and HTTP benchmarks: a client of many connections, in a process of its own,
 * the same for all contestants.
 */
#ifndef EVLET_BENCH_TCP_LOAD_H
#define EVLET_BENCH_TCP_LOAD_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/types.h>

struct heap_figures;

struct tcp_load {
    unsigned connections; /* that send */
    unsigned size;        /* of a message, in bytes */
    unsigned in_flight;   /* messages of a connection that are on their way at any time */
    unsigned idle;        /* connections that stay silent, to a second server, or 0 */
    /* Of HTTP: the message, and the body of the reply, which has the same length each time. NULL: a
     * message is any bytes, and the reply the same bytes. */
    const char *request;
    const char *body;
};

struct tcp_server {
    pid_t pid;
    struct sockaddr_in address;
    struct heap_figures *heap; /* what it counts, in memory that is shared; or NULL */
};

enum { LOAD_MOST_IN_FLIGHT = 128 * 1024 }; /* bytes of one connection: size * in_flight */

/*
 * Has `operations` messages answered by the first server and prints how much of its CPU time, and
 * time, that took, and with `heap` how many "allocations" and how many "program_allocations" beside
 * them. With `idle`, the second server gets as many messages and the silent connections, and its
 * figures are printed; the time of the first becomes "alone_cpu_ns", and "idle_heap" is what the
 * silent connections occupy.
 */
void tcp_load_run(const struct tcp_load *load, const struct tcp_server *servers,
                  uint64_t operations);

/* The CPU time of a server that has nothing to do. */
int64_t tcp_load_cpu_ns(const struct tcp_server *server);

#endif
