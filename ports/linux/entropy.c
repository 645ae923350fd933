/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entropy from getrandom(), which needs neither /dev nor a descriptor and waits until the kernel
 * has gathered enough. Where it is refused (kernels before 3.17, sandboxes) the device serves;
 * where that is missing too, there is none, and the caller is told so.
 */
#include "../posix/posix_features.h"

#include <errno.h>
#include <sys/random.h>

#include <evlet/port_os.h>

#include "../posix/posix_internal.h"

static int from_kernel(unsigned char *next, size_t size) {
    while (size > 0) {
        ssize_t got = getrandom(next, size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return -1;
        }
        next += got;
        size -= (size_t)got;
    }
    return 0;
}

#if EVLET_PORT_HAS_FILES
int evlet_port_entropy(void *buffer, size_t size) {
    if (!evlet_posix_entropy_device_named() && from_kernel(buffer, size) == 0) {
        return 0;
    }
    return evlet_posix_entropy_from_device(buffer, size);
}
#else /* paired with a network half whose descriptors are not the kernel's */
int evlet_port_entropy(void *buffer, size_t size) {
    return from_kernel(buffer, size);
}

int evlet_port_entropy_set_device(const char *path) {
    (void)path;
    errno = ENOTSUP;
    return -1;
}
#endif
