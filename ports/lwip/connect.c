/* SPDX-License-Identifier: BSD-3-Clause */
/* Connecting. To lwIP a connection that nobody takes was reset, like one that broke later; the
 * contract and programs tell the two apart. */
#include "lwip_internal.h"

int evlet_port_connect(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    const int result = lwip_connect(fd, address, length);
    if (result != 0 && errno == EINPROGRESS) {
        evlet_lwip_note(fd, EVLET_LWIP_CONNECTING);
    } else if (result != 0 && errno == ECONNRESET) {
        errno = ECONNREFUSED;
    }
    return result;
}

int evlet_port_socket_error(evlet_fd fd) {
    int error = 0;
    socklen_t length = sizeof error;
    if (lwip_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        return -1;
    }
    if (error == ECONNRESET && evlet_lwip_noted(fd, EVLET_LWIP_CONNECTING)) {
        error = ECONNREFUSED;
    }
    evlet_lwip_forget(fd, EVLET_LWIP_CONNECTING);
    return error;
}
