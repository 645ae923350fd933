/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * New sockets, flags applied in a second step: POSIX of 2017 knows no other way. A thread that
 * forks and executes between the two steps hands the descriptor on; the Linux port has no gap.
 */
#include "posix_features.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <evlet/port_net.h>

/* Exactly as asked for: on the BSDs an accepted socket inherits O_NONBLOCK. */
static int apply_nonblocking(int fd, unsigned fd_flags) {
    int flags = fcntl(fd, F_GETFL);
    int wanted;
    if (flags < 0) {
        return -1;
    }
    wanted = (fd_flags & EVLET_FD_NONBLOCK) ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted != flags && fcntl(fd, F_SETFL, wanted) < 0 ? -1 : 0;
}

static evlet_fd with_flags(int fd, unsigned fd_flags) {
    if (fd < 0) {
        return -1;
    }
    if (((fd_flags & EVLET_FD_CLOEXEC) && evlet_port_set_cloexec(fd) != 0) ||
        apply_nonblocking(fd, fd_flags) != 0) {
        int saved_errno = errno;
        close(fd);
        errno = saved_errno;
        return -1;
    }
    return fd;
}

evlet_fd evlet_port_socket(int domain, int type, int protocol, unsigned fd_flags) {
    return with_flags(socket(domain, type, protocol), fd_flags);
}

evlet_fd evlet_port_accept(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length,
                           unsigned fd_flags) {
    int accepted;
    do { /* ECONNABORTED took one dead connection off the queue; the next may be alive */
        accepted = accept(fd, ret_address, length);
    } while (accepted < 0 && errno == ECONNABORTED);
    return with_flags(accepted, fd_flags);
}
