// SPDX-License-Identifier: BSD-3-Clause
// A lock for a bufferevent that was made without one. Who is in the middle of a call of it could
// not give back a lock that it did not take: so the socket moves to another bufferevent. Called by
// the room `ws`, for sessions that other threads send on.
#pragma once

#include "base/shared.h"
#include "stream/stream.h"

namespace evlet {

[[nodiscard]] inline bool has_lock(const bufferevent& bev) {
    return as_stream(bev).mutex.real();
}
// A bufferevent like this one, with a lock, that has no socket yet. nullptr: no locks, no memory,
// or a kind that is more than a socket.
[[nodiscard]] EVLET_SHARED bufferevent* make_locked(bufferevent& model);
// Moves the socket, and what was received and is to be sent, and frees `from`, which reads no more.
// Both go if that fails. Returns `to` or nullptr.
[[nodiscard]] EVLET_SHARED bufferevent* move_socket(bufferevent& to, bufferevent& from);

}  // namespace evlet
