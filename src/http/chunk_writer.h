// SPDX-License-Identifier: BSD-3-Clause
// Writing the chunked coding (RFC 9112 section 7.1). Called for replies of a server and for bodies
// of a client.
#pragma once

#include <stddef.h>

#include "event2/bufferevent.h"

namespace evlet::http {

constexpr char kLastChunk[] = "0\r\n\r\n";

// Moves all of `body` (not empty) to the output, as one chunk or as it is. False without memory;
// the connection is of no use then.
[[nodiscard]] bool send_body(bufferevent* to, evbuffer* body, bool chunked);

}  // namespace evlet::http
