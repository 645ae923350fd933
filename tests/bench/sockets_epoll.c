/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket benchmark without a library: the least that an epoll loop costs. */
#include <stdbool.h>
#include <sys/epoll.h>

#include "sockets.h"

enum { MOST_EVENTS = 256 };

static int set;
static bool stopped;

static void loop_open(struct pair *pairs) {
    int i;
    set = epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        bench_fail("epoll_create1");
    for (i = 0; i < PAIR_COUNT; ++i) {
        struct epoll_event request = {.events = EPOLLIN, .data = {.ptr = &pairs[i]}};
        if (epoll_ctl(set, EPOLL_CTL_ADD, pairs[i].read_fd, &request) != 0)
            bench_fail("epoll_ctl");
    }
}

static void loop_run(void) {
    struct epoll_event events[MOST_EVENTS];
    while (!stopped) {
        const int found = epoll_wait(set, events, MOST_EVENTS, -1);
        int i;
        if (found < 0 && errno != EINTR)
            bench_fail("epoll_wait");
        for (i = 0; i < found && !stopped; ++i)
            pair_readable(events[i].data.ptr);
    }
}

static void loop_stop(void) {
    stopped = true;
}

#include "sockets_driver.h"
