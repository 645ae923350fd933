/* SPDX-License-Identifier: BSD-3-Clause */
/* POSIX cannot send from a file to a socket in one call; the systems that can differ in how. */
#include "posix_features.h"

#include <errno.h>

#include <evlet/port_net.h>

ssize_t evlet_port_send_file(evlet_fd fd, evlet_fd file, int64_t offset, size_t size) {
    (void)fd;
    (void)file;
    (void)offset;
    (void)size;
    errno = ENOTSUP;
    return -1;
}
