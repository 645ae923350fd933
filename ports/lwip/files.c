/* SPDX-License-Identifier: BSD-3-Clause */
/* Files: none of lwIP's descriptors is one. */
#include "lwip_internal.h"

int64_t evlet_port_file_size(evlet_fd fd) {
    (void)fd;
    return evlet_lwip_unsupported();
}

ssize_t evlet_port_file_read(evlet_fd fd, void *buffer, size_t size, int64_t offset) {
    (void)fd;
    (void)buffer;
    (void)size;
    (void)offset;
    return evlet_lwip_unsupported();
}

void *evlet_port_file_map(evlet_fd fd, int64_t offset, size_t size) {
    (void)fd;
    (void)offset;
    (void)size;
    (void)evlet_lwip_unsupported();
    return NULL;
}

void evlet_port_file_unmap(void *mapping, size_t size) {
    (void)mapping;
    (void)size;
}

ssize_t evlet_port_send_file(evlet_fd fd, evlet_fd file, int64_t offset, size_t size) {
    (void)fd;
    (void)file;
    (void)offset;
    (void)size;
    return evlet_lwip_unsupported();
}
