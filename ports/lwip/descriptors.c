/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be done to any descriptor. All of them are lwIP's sockets. */
#include "lwip_internal.h"

int evlet_port_set_nonblocking(evlet_fd fd) {
    int on = 1;
    return lwip_ioctl(fd, FIONBIO, &on);
}

/* There is no exec that could hand a socket of this process on. */
int evlet_port_set_cloexec(evlet_fd fd) {
    if (evlet_port_is_open(fd)) {
        return 0;
    }
    errno = EBADF;
    return -1;
}

/* A stack out of memory may have no room for the last segment: lwIP then waits for some, for at
 * most LWIP_TCP_CLOSE_TIMEOUT_MS_DEFAULT, and resets the connection. */
int evlet_port_close(evlet_fd fd) {
    const int error = errno; /* lwIP leaves traces there even if all went well */
    evlet_lwip_forget(fd, EVLET_LWIP_ALL_NOTES);
    if (lwip_close(fd) != 0) {
        return -1;
    }
    errno = error;
    return 0;
}

int evlet_port_is_open(evlet_fd fd) {
    const int error = errno;
    int type = 0;
    socklen_t length = sizeof type;
    const int open = lwip_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
    errno = error;
    return open;
}
