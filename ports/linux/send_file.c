/* SPDX-License-Identifier: BSD-3-Clause */
/* From a file to a socket within the kernel. sendfile() has no flag against SIGPIPE, so the signal
 * is held back around it. */
#include "../posix/posix_features.h"

#include <errno.h>
#include <sys/sendfile.h>

#include <evlet/port_net.h>

#include "../posix/posix_internal.h"

ssize_t evlet_port_send_file(evlet_fd fd, evlet_fd file, int64_t offset, size_t size) {
    struct evlet_posix_sigpipe held;
    off_t position = (off_t)offset;
    ssize_t sent;

    if (position != offset || position < 0) {
        errno = EOVERFLOW;
        return -1;
    }
    if (evlet_posix_hold_sigpipe(&held) != 0) {
        return -1;
    }
    sent = sendfile(fd, file, &position, size);
    evlet_posix_release_sigpipe(&held);
    return sent;
}
