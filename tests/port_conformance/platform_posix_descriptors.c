/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks about descriptors, where these are the system's. */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conformance_platform.h"

static struct rlimit limit_before;

/* The limit becomes the lowest free number: all below it are taken. */
int conformance_exhaust_descriptors(void) {
    struct rlimit limit;
    int lowest = dup(STDOUT_FILENO);
    if (lowest < 0 || getrlimit(RLIMIT_NOFILE, &limit_before) != 0) {
        return -1;
    }
    close(lowest);
    limit = limit_before;
    limit.rlim_cur = (rlim_t)lowest;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return -1;
    }
    lowest = dup(STDOUT_FILENO);
    if (lowest >= 0) { /* an emulator that does not enforce the limit */
        close(lowest);
        conformance_restore_descriptors();
        return -1;
    }
    return 0;
}

void conformance_restore_descriptors(void) {
    setrlimit(RLIMIT_NOFILE, &limit_before);
}

int conformance_is_nonblocking(evlet_fd fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : (flags & O_NONBLOCK) != 0;
}

int conformance_is_cloexec(evlet_fd fd) {
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? -1 : (flags & FD_CLOEXEC) != 0;
}

int conformance_pipe(evlet_fd ret_ends[2]) {
    return pipe(ret_ends);
}

evlet_fd conformance_file(const void *bytes, size_t size) {
    FILE *file = tmpfile();
    int fd = -1;
    if (file == NULL) {
        return -1;
    }
    if (fwrite(bytes, 1, size, file) == size && fflush(file) == 0) {
        fd = dup(fileno(file));
    }
    fclose(file);
    return fd;
}

int conformance_duplicate_to(evlet_fd fd, evlet_fd number) {
    return dup2(fd, number) == number ? 0 : -1;
}
