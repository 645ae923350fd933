/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The waker as a pipe that never blocks. Signalled means: at least one byte is in it. A full pipe
 * is signalled already, so a write that finds it full is done.
 */
#include "posix_features.h"

#include <errno.h>
#include <unistd.h>

#include <evlet/port_net.h>

static int prepare(int fd) {
    return evlet_port_set_nonblocking(fd) == 0 ? evlet_port_set_cloexec(fd) : -1;
}

int evlet_port_waker_open(struct evlet_waker *waker) {
    int ends[2];
    if (pipe(ends) != 0) {
        return -1;
    }
    if (prepare(ends[0]) != 0 || prepare(ends[1]) != 0) {
        int saved_errno = errno;
        close(ends[0]);
        close(ends[1]);
        errno = saved_errno;
        return -1;
    }
    waker->read_end = ends[0];
    waker->write_end = ends[1];
    waker->open = 1;
    return 0;
}

void evlet_port_waker_close(struct evlet_waker *waker) {
    if (waker->open) {
        waker->open = 0;
        close(waker->read_end);
        close(waker->write_end);
    }
}

void evlet_port_waker_signal(struct evlet_waker *waker) {
    int saved_errno = errno;
    if (waker->open) {
        while (write(waker->write_end, "", 1) < 0 && errno == EINTR) {}
    }
    errno = saved_errno;
}

void evlet_port_waker_drain(struct evlet_waker *waker) {
    char bytes[64];
    ssize_t got;
    if (!waker->open) {
        return;
    }
    do {
        got = read(waker->read_end, bytes, sizeof bytes);
    } while (got == (ssize_t)sizeof bytes || (got < 0 && errno == EINTR));
}

evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker) {
    return waker->open ? waker->read_end : -1;
}

int evlet_port_waker_makes_edges(void) {
    return 0; /* a full pipe takes no byte and makes no edge */
}
