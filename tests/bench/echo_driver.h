/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The echo benchmark's workload, included at the end of each echo_*.c: a server for TCP over
 * loopback, and a load for it (tcp_load.c). An operation is one message echoed; the time is the
 * server's. Variants:
 *
 *   bulk       10 connections, messages of 64 KiB, two in flight on each
 *   pipelined  50 connections, messages of 64 bytes, 16 in flight
 *   pingpong   50 connections, messages of 64 bytes, one in flight
 *   idle       100 connections, messages of 64 bytes, one in flight, to each of two servers that
 *              take turns: one has no others, one has 10,000 that are silent, or as many as the
 *              limit of descriptors allows
 */
#ifndef EVLET_BENCH_ECHO_DRIVER_H
#define EVLET_BENCH_ECHO_DRIVER_H

#include "processes.h"

static const char *const variant_names[] = {"bulk", "pipelined", "pingpong", "idle", NULL};
static struct tcp_load loads[] = {
    {10, 64 * 1024, 2, 0, NULL, NULL},
    {50, 64, 16, 0, NULL, NULL},
    {50, 64, 1, 0, NULL, NULL},
    {100, 64, 1, 10000, NULL, NULL},
};

static void serve(int listener, const struct tcp_server *server) {
    (void)server;
    server_open(listener);
    server_run();
}

int main(int count, char **arguments) {
    struct tcp_server servers[2] = {{.pid = 0}};
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    run_processes(serve, tcp_load_run, &loads[variant], servers, operations);
}

#endif
