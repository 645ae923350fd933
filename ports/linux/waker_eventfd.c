/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The waker as an eventfd. Signalled means: its counter is above 0. Every write wakes those who
 * wait on the descriptor, also when the counter was above 0 before, so a loop that watches it
 * edge-triggered need not drain.
 */
#include "../posix/posix_features.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <evlet/port_net.h>

int evlet_port_waker_open(struct evlet_waker *waker) {
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    waker->descriptor_plus_one = fd + 1;
    return 0;
}

void evlet_port_waker_close(struct evlet_waker *waker) {
    if (waker->descriptor_plus_one > 0) {
        close(waker->descriptor_plus_one - 1);
        waker->descriptor_plus_one = 0;
    }
}

/* A counter at its maximum takes no write and so makes no edge: empty it and try again. */
void evlet_port_waker_signal(struct evlet_waker *waker) {
    const int fd = waker->descriptor_plus_one - 1;
    const uint64_t one = 1;
    int saved_errno = errno;

    while (fd >= 0 && write(fd, &one, sizeof one) < 0) {
        if (errno == EAGAIN) {
            evlet_port_waker_drain(waker);
        } else if (errno != EINTR) {
            break;
        }
    }
    errno = saved_errno;
}

void evlet_port_waker_drain(struct evlet_waker *waker) {
    const int fd = waker->descriptor_plus_one - 1;
    uint64_t count;
    while (fd >= 0 && read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker) {
    return waker->descriptor_plus_one - 1;
}

int evlet_port_waker_makes_edges(void) {
    return 1;
}
