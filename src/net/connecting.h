// SPDX-License-Identifier: BSD-3-Clause
// Connecting a stream socket, and what else the room `stream` needs of the port, which it may not
// call itself. Errors are those of EVUTIL_SOCKET_ERROR().
#pragma once

#include "base/shared.h"
#include "event2/util.h"

struct sockaddr;

namespace evlet {

enum class Connect : unsigned char {
    done,         // there is a connection
    in_progress,  // the socket becomes writable when it is decided: finish_connect()
    refused,      // nobody listens there; last_error() tells more, as for the next
    failed,
};

// Never waits on a nonblocking socket. An interrupted connect goes on by itself: in_progress.
[[nodiscard]] Connect start_connect(evutil_socket_t fd, const sockaddr* address, int length);
// How a connect in progress ended. Called when the socket was reported writable, at most once: the
// system forgets the error when it has told it.
[[nodiscard]] Connect finish_connect(evutil_socket_t fd);

// A nonblocking stream socket that programs started by exec do not get; -1 with an error.
[[nodiscard]] EVLET_SHARED evutil_socket_t open_stream_socket(int family);
// The same bound to an address.
[[nodiscard]] EVLET_SHARED evutil_socket_t open_bound_socket(const sockaddr* address, int length);
// The family of a socket, whether it has an address or not; -1 if it is none.
[[nodiscard]] int family_of(evutil_socket_t fd);
// Keeps the last error. -1 is nothing to close.
EVLET_SHARED void close_socket(evutil_socket_t fd);

// The peer sees the end of the stream behind what was sent; receiving goes on.
EVLET_SHARED void end_sending(evutil_socket_t fd);
// The address of the peer; `*length` is the room, then the size. False if there is none.
[[nodiscard]] EVLET_SHARED bool peer_of(evutil_socket_t fd, sockaddr* ret_address, int* length);

// One receive or send of a piece of memory: the number of bytes, 0 for the end of the stream or an
// empty datagram, or -1.
[[nodiscard]] EVLET_SHARED ev_ssize_t receive_bytes(evutil_socket_t fd, void* ret_bytes,
                                                    size_t size);
[[nodiscard]] EVLET_SHARED ev_ssize_t send_bytes(evutil_socket_t fd, const void* bytes,
                                                 size_t size);

// Whether the last receive or send only has to be tried again, later.
[[nodiscard]] EVLET_SHARED bool last_error_is_again();
[[nodiscard]] EVLET_SHARED int last_error();
EVLET_SHARED void set_last_error(int error);

}  // namespace evlet
