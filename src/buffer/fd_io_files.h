// SPDX-License-Identifier: BSD-3-Clause
// Files, as this room uses them: the port's functions with an outcome that needs no second look.
// fd_io_files.cpp, or fd_io_files_none.cpp where the port has no files: there the first question
// about a file fails with ENOTSUP. Failures leave the reason in errno.
#pragma once

#include "base/status.h"
#include "event2/util.h"

namespace evlet {

// How many bytes the file has now, or -1.
[[nodiscard]] ev_off_t file_size(int fd);
// All of them, or nothing that counts: a file that ends before is an error.
Status read_file(int fd, ev_off_t offset, uint8_t* ret_bytes, size_t count);
// The bytes for reading; nullptr if the system cannot map this file.
[[nodiscard]] uint8_t* map_file(int fd, ev_off_t offset, size_t count);
void unmap_file(uint8_t* bytes, size_t count);
// From the file to a socket: how many, at least 1, or -1, also for a file that ends at `offset`.
// `ret_impossible` is whether these two descriptors can never do so.
[[nodiscard]] ev_ssize_t send_file(evutil_socket_t to, int fd, ev_off_t offset, size_t count,
                                   bool* ret_impossible);
// As evlet_port_sendv() with one piece.
[[nodiscard]] ev_ssize_t send_bytes(evutil_socket_t to, uint8_t* bytes, size_t count);
// Keeps errno.
void close_file(int fd);

}  // namespace evlet
