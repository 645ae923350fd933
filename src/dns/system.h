// SPDX-License-Identifier: BSD-3-Clause
// What this room needs of the port beside net/connecting.h: datagrams, connections to nameservers, and
// small files. The one place in it that calls the port. Errors are those of EVUTIL_SOCKET_ERROR().
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event2/util.h"
#include "net/connecting.h"
#include "net/sockaddr_text.h"

namespace evlet::dns {

// Nonblocking, not for programs started by exec. -1 with an error. Sizes of 0 are the system's own;
// a size that cannot be had is no failure.
[[nodiscard]] evutil_socket_t open_datagram_socket(int family, int receive_buffer, int send_buffer);
[[nodiscard]] bool bind_socket(evutil_socket_t fd, const SocketAddress& address);
// Of a stream: true when it goes on by itself, too.
[[nodiscard]] bool connect_socket(evutil_socket_t fd, const SocketAddress& address);
// Whether a connection that went on by itself stands.
[[nodiscard]] bool is_connected(evutil_socket_t fd);
[[nodiscard]] bool local_address(evutil_socket_t fd, SocketAddress* ret_address);

[[nodiscard]] bool send_datagram(evutil_socket_t fd, const void* packet, size_t size);
// From and to anybody.
[[nodiscard]] ptrdiff_t receive_from(evutil_socket_t fd, void* buffer, size_t size,
                                     SocketAddress* ret_from);
[[nodiscard]] bool send_to(evutil_socket_t fd, const void* packet, size_t size,
                           const SocketAddress& to);

enum class FileOutcome : uint8_t { ok, cannot_open, no_size, too_large, no_memory, short_read };
// A whole file of at most `most` bytes, with a NUL behind, for mem::release().
[[nodiscard]] FileOutcome read_file(const char* path, size_t most, char** ret_text,
                                    size_t* ret_size);

}  // namespace evlet::dns
