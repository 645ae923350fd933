/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be done to any descriptor. */
#include "posix_features.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <evlet/port_net.h>

int evlet_port_set_nonblocking(evlet_fd fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) {
        return -1;
    }
    if (flags & O_NONBLOCK) {
        return 0;
    }
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -1 : 0;
}

int evlet_port_set_cloexec(evlet_fd fd) {
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) {
        return -1;
    }
    if (flags & FD_CLOEXEC) {
        return 0;
    }
    return fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0 ? -1 : 0;
}

int evlet_port_close(evlet_fd fd) {
    /* After EINTR the number is free already, and another thread may have it by now: closing
     * again could close a stranger's descriptor. */
    return close(fd) != 0 && errno != EINTR ? -1 : 0;
}

int evlet_port_is_open(evlet_fd fd) {
    return fcntl(fd, F_GETFD) >= 0;
}
