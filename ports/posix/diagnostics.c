/* SPDX-License-Identifier: BSD-3-Clause */
/* Log lines to standard error, without stdio: one writev() keeps the lines of several threads
 * apart and links nothing. */
#include "posix_features.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <evlet/port_os.h>

static struct iovec piece(const char *text, size_t length) {
    struct iovec result;
    result.iov_base = (void *)(uintptr_t)text; /* writev() does not write to it */
    result.iov_len = length;
    return result;
}

void evlet_port_log(int severity, const char *line) {
    static const char tags[4][9] = {"[debug] ", "[msg] ", "[warn] ", "[err] "};
    const char *tag = tags[severity >= 0 && severity <= 3 ? severity : 1];
    struct iovec pieces[3];
    int saved_errno = errno;

    pieces[0] = piece(tag, strlen(tag));
    pieces[1] = piece(line, strlen(line));
    pieces[2] = piece("\n", 1);
    if (writev(STDERR_FILENO, pieces, 3) < 0) {
        /* Nobody is left to be told; the contract lets lines be dropped. */
    }
    errno = saved_errno;
}

void evlet_port_fatal(int status) {
    exit(status);
}
