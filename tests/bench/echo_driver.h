/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The echo benchmark's workload, included at the end of each echo_*.c: a server for TCP over
 * loopback, and a load for it from a process of its own (echo_load.c), each on a processor of its
 * own where there are two. An operation is one message echoed; the time is the server's. Variants:
 *
 *   bulk       10 connections, messages of 64 KiB, two in flight on each
 *   pipelined  50 connections, messages of 64 bytes, 16 in flight
 *   pingpong   50 connections, messages of 64 bytes, one in flight
 *   idle       100 connections, messages of 64 bytes, one in flight, to each of two servers that
 *              take turns: one has no others, one has 10,000 that are silent, or as many as the
 *              limit of descriptors allows
 *
 * The first process is a server, so that `strace` without -f and `perf stat -i` see it alone.
 */
#ifndef EVLET_BENCH_ECHO_DRIVER_H
#define EVLET_BENCH_ECHO_DRIVER_H

#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "echo_load.h"
#include "machine.h"

enum { SPARE_DESCRIPTORS = 64, BACKLOG = 1024 };

static const char *const variant_names[] = {"bulk", "pipelined", "pingpong", "idle", NULL};
static struct echo_load loads[] = {
    {10, 64 * 1024, 2, 0}, {50, 64, 16, 0}, {50, 64, 1, 0}, {100, 64, 1, 10000}};

/* The load is over: so is the server, whatever its loop is doing. */
static void on_child(int number) {
    int status = 0;
    (void)number;
    if (waitpid(-1, &status, WNOHANG) > 0)
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static int open_listener(struct sockaddr_in *ret_address) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        bench_fail("listener");
    *ret_address = address;
    return fd;
}

/* As many silent connections as there are descriptors for. */
static void fit(struct echo_load *load) {
    const unsigned wanted = 2 * load->connections + load->idle + SPARE_DESCRIPTORS;
    const unsigned allowed = bench_descriptors(wanted);
    if (allowed >= wanted)
        return;
    if (allowed < wanted - load->idle + load->connections) {
        fprintf(stderr, "%u descriptors are more than the limit allows\n", wanted);
        exit(BENCH_SKIP);
    }
    load->idle -= wanted - allowed;
    load->idle -= load->idle % load->connections;
}

/* A process that ends with this one. */
static pid_t start_child(void) {
    const pid_t child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0 &&
        (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || signal(SIGCHLD, SIG_DFL) == SIG_ERR))
        bench_fail("child");
    return child;
}

static void serve(int listener) {
    server_open(listener);
    server_run();
    fprintf(stderr, "echo: the server's loop ended\n");
    exit(1);
}

int main(int count, char **arguments) {
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP};
    struct echo_server servers[2] = {{.pid = getpid()}, {.pid = 0}};
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    struct echo_load *load = &loads[variant];
    int processors[2];
    int listener;

    fit(load);
    if (bench_processors(processors, 2) < 2)
        processors[1] = processors[0];
    bench_pin(processors[0]);
    if (sigaction(SIGCHLD, &action, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        bench_fail("signal");
    if (load->idle > 0) {
        listener = open_listener(&servers[1].address);
        servers[1].pid = start_child();
        if (servers[1].pid == 0)
            serve(listener);
        close(listener);
    }
    listener = open_listener(&servers[0].address);
    if (start_child() == 0) {
        close(listener);
        bench_pin(processors[1]);
        echo_load_run(load, servers, operations);
        exit(0);
    }
    serve(listener);
}

#endif
