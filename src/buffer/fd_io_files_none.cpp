// SPDX-License-Identifier: BSD-3-Clause
// For ports without files: no segment can be made, so nothing but the size is ever asked for.
#include <errno.h>

#include "buffer/fd_io_files.h"

namespace evlet {

ev_off_t file_size(int) {
    errno = ENOTSUP;
    return -1;
}

Status read_file(int, ev_off_t, uint8_t*, size_t) {
    return Status::unsupported;
}

uint8_t* map_file(int, ev_off_t, size_t) {
    return nullptr;
}

void unmap_file(uint8_t*, size_t) {}

ev_ssize_t send_file(evutil_socket_t, int, ev_off_t, size_t, bool*) {
    return -1;
}

ev_ssize_t send_bytes(evutil_socket_t, uint8_t*, size_t) {
    return -1;
}

void close_file(int) {}

}  // namespace evlet
