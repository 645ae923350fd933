/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpredictable bytes, from the firmware or from nowhere. */
#include <errno.h>

#include "freertos_internal.h"

EVLET_FREERTOS_WEAK int evlet_freertos_entropy(void *buffer, size_t size) {
    (void)buffer;
    (void)size;
    return -1;
}

int evlet_port_entropy(void *buffer, size_t size) {
    if (size == 0 || evlet_freertos_entropy(buffer, size) == 0) {
        return 0;
    }
    errno = ENOSYS;
    return -1;
}

int evlet_port_entropy_set_device(const char *path) {
    (void)path;
    errno = ENOSYS;
    return -1;
}
