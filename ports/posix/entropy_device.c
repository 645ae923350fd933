/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random bytes from a device file: /dev/urandom, or the one the program named (a chroot without
 * /dev). The name is written by evlet_port_entropy_set_device() alone, which the contract wants
 * called before other threads ask for entropy; hence no lock.
 */
#include "posix_features.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <evlet/port_os.h>

#include "posix_internal.h"

static char named_device[128];

int evlet_port_entropy_set_device(const char *path) {
    size_t length = strlen(path);
    if (length == 0) {
        errno = EINVAL;
        return -1;
    }
    if (length >= sizeof named_device) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(named_device, path, length + 1);
    return 0;
}

int evlet_posix_entropy_device_named(void) {
    return named_device[0] != '\0';
}

static int open_device(void) {
    const char *path = evlet_posix_entropy_device_named() ? named_device : "/dev/urandom";
    struct stat status;
    int fd;

    do {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return -1;
    }
    /* A plain file in its place (a broken chroot) would give everybody the same "secret". */
    if (fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode)) {
        close(fd);
        errno = ENODEV;
        return -1;
    }
    return fd;
}

int evlet_posix_entropy_from_device(void *buffer, size_t size) {
    unsigned char *next = buffer;
    int fd, saved_errno;

    if (size == 0) {
        return 0;
    }
    fd = open_device();
    if (fd < 0) {
        return -1;
    }
    while (size > 0) {
        ssize_t got = read(fd, next, size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            saved_errno = got == 0 ? EIO : errno;
            close(fd);
            errno = saved_errno;
            return -1;
        }
        next += got;
        size -= (size_t)got;
    }
    close(fd);
    return 0;
}
