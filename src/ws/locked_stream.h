// SPDX-License-Identifier: BSD-3-Clause
// A lock for a bufferevent that was made without one, for sessions that other threads send on. Who
// is in the middle of a call of the bufferevent could not give back a lock that it did not take: so
// the socket moves to another bufferevent. Called by the server's half of the handshake.
#pragma once

#include "event2/bufferevent.h"

namespace evlet::ws {

[[nodiscard]] bool has_lock(const bufferevent& bev);
// A bufferevent like this one, with a lock, that has no socket yet. nullptr: no locks, no memory,
// or a kind that is more than a socket.
[[nodiscard]] bufferevent* make_locked(bufferevent& model);
// Moves the socket, and what was received and is to be sent, and frees `from`, which reads no more.
// Both go if that fails. Returns `to` or nullptr.
[[nodiscard]] bufferevent* move_socket(bufferevent& to, bufferevent& from);

}  // namespace evlet::ws
