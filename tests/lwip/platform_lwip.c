/* SPDX-License-Identifier: BSD-3-Clause */
/* The platform hooks that are about descriptors, where these are lwIP's in a POSIX process. */
#include <lwip/sockets.h>

#include "conformance_platform.h"
#include "stack.h"

/* All numbers below the lowest free one are taken. */
int conformance_exhaust_descriptors(void) {
    const evlet_fd lowest = evlet_port_socket(AF_INET, SOCK_DGRAM, 0, 0);
    if (lowest < 0) {
        return -1;
    }
    evlet_port_close(lowest);
    test_stack_limit_sockets(lowest);
    return 0;
}

void conformance_restore_descriptors(void) {
    test_stack_limit_sockets(0);
}

int conformance_exhaust_memory(void) {
    test_stack_limit_blocks(0);
    return 0;
}

void conformance_restore_memory(void) {
    test_stack_limit_blocks(-1);
}

int conformance_is_nonblocking(evlet_fd fd) {
    const int flags = lwip_fcntl(fd, F_GETFL, 0);
    return flags < 0 ? -1 : (flags & O_NONBLOCK) != 0;
}
