// SPDX-License-Identifier: BSD-3-Clause
// The one rule that says where the body of a message ends (RFC 9112 section 6.3). Called by the
// server for requests and by the client for replies; nobody else looks at these fields.
#pragma once

#include <stdint.h>

#include "event2/keyvalq_struct.h"

namespace evlet::http {

enum class Framing : unsigned char {
    none,            // there is no body
    length,          // so many bytes
    chunked,         // up to the last chunk
    until_close,     // up to the end of the connection
    bad,             // nobody can tell, or two readers would tell differently
    unknown_coding,  // chunked at the end, of something that is not understood here
};

struct MessageLength {
    Framing framing;
    int64_t length;  // with Framing::length, above 0
};

enum class Kind : unsigned char {
    request,
    reply,
    bodyless_reply,  // to HEAD, 1xx, 204, 304, 2xx to CONNECT
};

[[nodiscard]] MessageLength message_length(const evkeyvalq& fields, Kind kind, bool at_least_11);

// The value of a Content-Length field; below 0 if it is none (RFC 9110 section 8.6).
[[nodiscard]] int64_t parse_content_length(const char* text);

}  // namespace evlet::http
