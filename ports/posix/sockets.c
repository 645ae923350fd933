/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket calls that need no help from the system beyond POSIX. */
#include "posix_features.h"

#include <errno.h>
#include <sys/socket.h>

#include <evlet/port_net.h>

int evlet_port_bind(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    return bind(fd, address, length);
}

int evlet_port_listen(evlet_fd fd, int backlog) {
    return listen(fd, backlog);
}

int evlet_port_connect(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    int result = connect(fd, address, length);
    if (result != 0 && errno == EINTR) {
        errno = EINPROGRESS; /* it goes on; calling connect() again would be an error */
    }
    return result;
}

int evlet_port_getsockname(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    return getsockname(fd, ret_address, length);
}

int evlet_port_getpeername(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    return getpeername(fd, ret_address, length);
}

ssize_t evlet_port_recvfrom(evlet_fd fd, void *buffer, size_t size, struct sockaddr *ret_address,
                            socklen_t *length) {
    return recvfrom(fd, buffer, size, 0, ret_address, length);
}

ssize_t evlet_port_sendto(evlet_fd fd, const void *buffer, size_t size,
                          const struct sockaddr *address, socklen_t length) {
    return sendto(fd, buffer, size, 0, address, length);
}

int evlet_port_shutdown_send(evlet_fd fd) {
    return shutdown(fd, SHUT_WR);
}

int evlet_port_socket_error(evlet_fd fd) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0 ? -1 : error;
}

int evlet_port_socketpair(int domain, int type, int protocol, evlet_fd ret_pair[2]) {
    int pair[2];
    if (socketpair(domain, type, protocol, pair) != 0) {
        return -1;
    }
    ret_pair[0] = pair[0];
    ret_pair[1] = pair[1];
    return 0;
}
