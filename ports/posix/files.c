/* SPDX-License-Identifier: BSD-3-Clause */
/* Regular files: their size, bytes at a position, mappings. */
#include "posix_features.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <evlet/port_net.h>

/* Whether off_t has that position, and the `size` bytes from there on. */
static int position_fits(int64_t offset, size_t size) {
    const int64_t most = sizeof(off_t) < sizeof(int64_t) ? INT32_MAX : INT64_MAX;
    if (offset >= 0 && offset <= most && (uint64_t)(most - offset) >= size) {
        return 1;
    }
    errno = EOVERFLOW;
    return 0;
}

/* How far the offset lies behind the start of its page. */
static size_t behind_page(uint64_t offset) {
    return (size_t)(offset % (uint64_t)sysconf(_SC_PAGESIZE));
}

evlet_fd evlet_port_file_open(const char *path) {
    int fd;
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO has no size */
    } while (fd < 0 && errno == EINTR);
    return fd;
}

int64_t evlet_port_file_size(evlet_fd fd) {
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return -1;
    }
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    return status.st_size;
}

ssize_t evlet_port_file_read(evlet_fd fd, void *buffer, size_t size, int64_t offset) {
    ssize_t got;
    if (!position_fits(offset, size)) {
        return -1;
    }
    do {
        got = pread(fd, buffer, size, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

void *evlet_port_file_map(evlet_fd fd, int64_t offset, size_t size) {
    size_t behind;
    char *pages;
    if (!position_fits(offset, size)) {
        return NULL;
    }
    behind = behind_page((uint64_t)offset);
    if (size > SIZE_MAX - behind) {
        errno = ENOMEM;
        return NULL;
    }
    pages = mmap(NULL, size + behind, PROT_READ, MAP_PRIVATE, fd, (off_t)offset - (off_t)behind);
    return pages == MAP_FAILED ? NULL : pages + behind;
}

/* Mappings begin at pages, so the address tells how far behind its page the offset was. */
void evlet_port_file_unmap(void *mapping, size_t size) {
    size_t behind = behind_page((uintptr_t)mapping);
    int saved_errno = errno;
    munmap((char *)mapping - behind, size + behind);
    errno = saved_errno;
}
