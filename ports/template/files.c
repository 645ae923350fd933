/* SPDX-License-Identifier: BSD-3-Clause */
/* Files. Stays as it is with EVLET_PORT_HAS_FILES 0. */
#include <evlet/port_net.h>

#include "unsupported.h"

evlet_fd evlet_port_file_open(const char *path) {
    (void)path;
    return unsupported();
}

int64_t evlet_port_file_size(evlet_fd fd) {
    (void)fd;
    return unsupported();
}

/* Without a read at a position: seek, read, seek back, under a lock of the port's own. */
ssize_t evlet_port_file_read(evlet_fd fd, void *buffer, size_t size, int64_t offset) {
    (void)fd;
    (void)buffer;
    (void)size;
    (void)offset;
    return unsupported();
}

/* May stay as it is: what cannot be mapped is read. */
void *evlet_port_file_map(evlet_fd fd, int64_t offset, size_t size) {
    (void)fd;
    (void)offset;
    (void)size;
    (void)unsupported();
    return NULL;
}

void evlet_port_file_unmap(void *mapping, size_t size) {
    (void)mapping;
    (void)size;
}

/* May stay as it is: what cannot be sent from the file is read and sent. */
ssize_t evlet_port_send_file(evlet_fd fd, evlet_fd file, int64_t offset, size_t size) {
    (void)fd;
    (void)file;
    (void)offset;
    (void)size;
    return unsupported();
}
