/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwip_select() for tests of the port's select.c against an lwIP that was built without: the same
 * arguments, the same answers and the same rounding of the timeout, by way of its lwip_poll().
 */
#include <errno.h>
#include <lwip/sockets.h>
#include <poll.h>

enum { MOST = FD_SETSIZE };

/* Not declared with these options, but in the library. */
int lwip_poll(struct pollfd *entries, nfds_t count, int timeout);

static nfds_t collect(struct pollfd *ret_entries, int limit, const fd_set *reading,
                      const fd_set *writing) {
    nfds_t count = 0;
    int fd;
    for (fd = 0; fd < limit; fd++) {
        const int events = (reading && FD_ISSET(fd, reading) ? POLLIN : 0) |
                           (writing && FD_ISSET(fd, writing) ? POLLOUT : 0);
        if (events) {
            ret_entries[count].fd = fd;
            ret_entries[count].events = (short)events;
            ret_entries[count++].revents = 0;
        }
    }
    return count;
}

static int deliver(const struct pollfd *entries, nfds_t count, fd_set *reading, fd_set *writing) {
    nfds_t i;
    int ready = 0;
    for (i = 0; i < count; i++) {
        if (reading && !(entries[i].revents & (POLLIN | POLLERR))) {
            FD_CLR(entries[i].fd, reading);
        }
        if (writing && !(entries[i].revents & (POLLOUT | POLLERR))) {
            FD_CLR(entries[i].fd, writing);
        }
        ready += (reading && FD_ISSET(entries[i].fd, reading)) +
                 (writing && FD_ISSET(entries[i].fd, writing));
    }
    return ready;
}

int lwip_select(int limit, fd_set *reading, fd_set *writing, fd_set *exceptional,
                struct timeval *timeout) {
    struct pollfd entries[MOST];
    nfds_t count;
    int wait_ms = -1;
    if (limit > LWIP_SELECT_MAXNFDS || limit > MOST || exceptional) {
        errno = EINVAL;
        return -1;
    }
    if (timeout) {
        wait_ms = (int)(timeout->tv_sec * 1000 + (timeout->tv_usec + 500) / 1000);
    }
    count = collect(entries, limit, reading, writing);
    if (lwip_poll(count ? entries : NULL, count, wait_ms) < 0) {
        return -1; /* EBADF, ENOMEM */
    }
    return deliver(entries, count, reading, writing);
}
