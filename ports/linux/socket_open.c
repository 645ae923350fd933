/* SPDX-License-Identifier: BSD-3-Clause */
/* New sockets with their flags applied by the same system call: no moment at which a thread that
 * forks and executes could hand the descriptor on. */
#include "../posix/posix_features.h"

#include <errno.h>
#include <sys/socket.h>

#include <evlet/port_net.h>

static int socket_flags(unsigned fd_flags) {
    return ((fd_flags & EVLET_FD_NONBLOCK) ? SOCK_NONBLOCK : 0) |
           ((fd_flags & EVLET_FD_CLOEXEC) ? SOCK_CLOEXEC : 0);
}

evlet_fd evlet_port_socket(int domain, int type, int protocol, unsigned fd_flags) {
    return socket(domain, type | socket_flags(fd_flags), protocol);
}

evlet_fd evlet_port_accept(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length,
                           unsigned fd_flags) {
    int accepted;
    do { /* ECONNABORTED took one dead connection off the queue; the next may be alive */
        accepted = accept4(fd, ret_address, length, socket_flags(fd_flags));
    } while (accepted < 0 && errno == ECONNABORTED);
    return accepted;
}
