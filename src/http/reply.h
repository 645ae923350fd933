// SPDX-License-Identifier: BSD-3-Clause
// Writing replies. Called by the shells, by refusal.cpp and by reply_chunked.cpp.
#pragma once

#include "http/server.h"

namespace evlet::http {

constexpr int64_t kUnknownLength = -1;

// Writes status line and fields, and a body of known length behind them. `length`: of the body,
// kUnknownLength: it follows in pieces; `body` may be null. request.sending says what may follow.
// False without memory; the connection is of no use then.
[[nodiscard]] bool write_reply_head(evhttp_connection& connection, Request& request, int code,
                                    const char* reason, int64_t length, evbuffer* body);

// The connection of a request that may be replied to; nullptr with a warning if it has been, or
// without one if nobody waits for it any more: the request may be gone then.
[[nodiscard]] evhttp_connection* begin_reply(Request& request);
// All has been written, or could not be.
void end_reply(evhttp_connection& connection, Request& request, bool written);

// A whole reply. The body, or null, is drained.
void send_reply(Request& request, int code, const char* reason, evbuffer* body);

}  // namespace evlet::http
