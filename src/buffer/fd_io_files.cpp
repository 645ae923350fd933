// SPDX-License-Identifier: BSD-3-Clause
#include "buffer/fd_io_files.h"

#include <errno.h>

#include "evlet/port_net.h"

namespace evlet {

namespace {

// The file is shorter than it was.
void note_truncation() {
    evlet_port_set_last_error(EIO);
}

}  // namespace

ev_off_t file_size(int fd) {
    const int64_t size = evlet_port_file_size(fd);
    const auto result = static_cast<ev_off_t>(size);
    if (result == size)
        return result;
    evlet_port_set_last_error(EOVERFLOW);
    return -1;
}

Status read_file(int fd, ev_off_t offset, uint8_t* ret_bytes, size_t count) {
    while (count > 0) {
        const ssize_t got = evlet_port_file_read(fd, ret_bytes, count, offset);
        if (got == 0)
            note_truncation();
        if (got <= 0)
            return Status::system;
        ret_bytes += got;
        offset = static_cast<ev_off_t>(offset + got);
        count -= static_cast<size_t>(got);
    }
    return Status::ok;
}

uint8_t* map_file(int fd, ev_off_t offset, size_t count) {
    return static_cast<uint8_t*>(evlet_port_file_map(fd, offset, count));
}

void unmap_file(uint8_t* bytes, size_t count) {
    evlet_port_file_unmap(bytes, count);
}

ev_ssize_t send_file(evutil_socket_t to, int fd, ev_off_t offset, size_t count,
                     bool* ret_impossible) {
    const ssize_t sent = evlet_port_send_file(to, fd, offset, count);
    if (sent > 0)
        return sent;
    if (sent == 0) {
        note_truncation();
        return -1;
    }
    const int error = evlet_port_last_error();
    *ret_impossible = error == ENOTSUP || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
    return -1;
}

ev_ssize_t send_bytes(evutil_socket_t to, uint8_t* bytes, size_t count) {
    const iovec piece = {bytes, count};
    return evlet_port_sendv(to, &piece, 1);
}

void close_file(int fd) {
    const int error = evlet_port_last_error();
    evlet_port_close(fd);
    evlet_port_set_last_error(error);
}

}  // namespace evlet
