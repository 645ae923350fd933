/* SPDX-License-Identifier: BSD-3-Clause */
/* Edge-triggered waiting on Linux, where makes_edges() wakers are eventfds. */
#define _GNU_SOURCE 1

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "conformance_platform.h"

static int watch_edges(evlet_fd fd) {
    struct epoll_event event;
    int watch = epoll_create1(EPOLL_CLOEXEC);
    if (watch < 0) {
        return -1;
    }
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN | EPOLLET;
    if (epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(watch);
        return -1;
    }
    return watch;
}

int conformance_count_edges(struct evlet_waker *waker, int rounds, int full) {
    struct epoll_event event;
    int watch = watch_edges(evlet_port_waker_descriptor(waker)), edges = 0, i;
    if (watch < 0) {
        return -1;
    }
    if (full) {
        const uint64_t most = UINT64_MAX - 1; /* a counter that takes not one more */
        if (write(evlet_port_waker_descriptor(waker), &most, sizeof most) != sizeof most) {
            close(watch);
            return -1;
        }
        epoll_wait(watch, &event, 1, 0);
    }
    for (i = 0; i < rounds; i++) {
        evlet_port_waker_signal(waker);
        edges += epoll_wait(watch, &event, 1, 0) == 1;
        edges += epoll_wait(watch, &event, 1, 0) == 1 ? rounds : 0; /* one signal, one edge */
    }
    close(watch);
    return edges;
}
