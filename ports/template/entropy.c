/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpredictable bytes: a hardware generator, or a generator seeded from one. Never a counter, the
 * time or rand(): DNS ids and WebSocket keys come from here, and "none" is a good answer. */
#include <evlet/port_os.h>

#include "unsupported.h"

/* Unsupported: there are none. */
int evlet_port_entropy(void *buffer, size_t size) {
    (void)buffer;
    (void)size;
    return unsupported();
}

/* Stays as it is where there are no device files. */
int evlet_port_entropy_set_device(const char *path) {
    (void)path;
    return unsupported();
}
