/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a workload with a server is run: the first process is a server, so that `strace` without -f
 * and `perf stat -i` see it alone; the load is its child and reports, and when that ends the server
 * is over too. Each is on a processor of its own where there are two.
 */
#ifndef EVLET_BENCH_PROCESSES_H
#define EVLET_BENCH_PROCESSES_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "tcp_load.h"

enum { BACKLOG = 1024, SPARE_DESCRIPTORS = 64 };

/* The load is over: so is the server, whatever its loop is doing. */
static void on_child(int number) {
    int status = 0;
    (void)number;
    if (waitpid(-1, &status, WNOHANG) > 0)
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* What comes before processes are started: `load_processor` is for the load to be pinned to. */
static void prepare_process(int *load_processor) {
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP};
    int processors[2];

    if (bench_processors(processors, 2) < 2)
        processors[1] = processors[0];
    bench_pin(processors[0]);
    *load_processor = processors[1];
    if (sigaction(SIGCHLD, &action, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        bench_fail("signal");
}

/* Listens on a port of loopback that the system chooses. */
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
static void fit_descriptors(struct tcp_load *load) {
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

/* Makes a server's loop, ready to accept connections, and runs it. */
typedef void serve_function(int listener, const struct tcp_server *server);
typedef void load_function(const struct tcp_load *load, const struct tcp_server *servers,
                           uint64_t operations);

static void start_serving(serve_function *serve, int listener, const struct tcp_server *server) {
    serve(listener, server);
    fprintf(stderr, "the server's loop ended\n");
    exit(1);
}

/* Two servers if there are silent connections, else one. Does not return. */
static void run_processes(serve_function *serve, load_function *run, struct tcp_load *load,
                          struct tcp_server *servers, uint64_t operations) {
    int load_processor;
    int listener;

    fit_descriptors(load);
    prepare_process(&load_processor);
    servers[0].pid = getpid();
    if (load->idle > 0) {
        listener = open_listener(&servers[1].address);
        servers[1].pid = start_child();
        if (servers[1].pid == 0)
            start_serving(serve, listener, &servers[1]);
        close(listener);
    }
    listener = open_listener(&servers[0].address);
    if (start_child() == 0) {
        close(listener);
        bench_pin(load_processor);
        run(load, servers, operations);
        exit(0);
    }
    start_serving(serve, listener, &servers[0]);
}

#endif
