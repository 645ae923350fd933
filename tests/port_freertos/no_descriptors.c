/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks about descriptors where there are none. */
#include "conformance_platform.h"

int conformance_exhaust_descriptors(void) {
    return -1;
}

void conformance_restore_descriptors(void) {}

int conformance_exhaust_memory(void) {
    return -1;
}

void conformance_restore_memory(void) {}

int conformance_is_nonblocking(evlet_fd fd) {
    (void)fd;
    return -1;
}

int conformance_is_cloexec(evlet_fd fd) {
    (void)fd;
    return -1;
}

int conformance_pipe(evlet_fd ret_ends[2]) {
    (void)ret_ends;
    return -1;
}

evlet_fd conformance_file(const void *bytes, size_t size) {
    (void)bytes;
    (void)size;
    return -1;
}

int conformance_duplicate_to(evlet_fd fd, evlet_fd number) {
    (void)fd;
    (void)number;
    return -1;
}
