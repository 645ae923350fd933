// SPDX-License-Identifier: BSD-3-Clause
// Takes heads apart that head_scan.h has found: every line ends in CR LF, and there are no control
// bytes but tabs. Called by serving.cpp and replies.cpp. Nothing is allocated.
#pragma once

#include <stddef.h>

#include "base/text.h"
#include "event2/keyvalq_struct.h"

namespace evlet::http {

struct Version {
    char major;
    char minor;
    // Chunked bodies, Host and persistence go by this (RFC 9112).
    [[nodiscard]] bool at_least_11() const { return major == 1 && minor >= 1; }
};

struct RequestLine {
    Text method;
    Text target;
    Version version;
};

struct StatusLine {
    Version version;
    int code;
    Text reason;
};

// Cuts the first line off; it is without its end.
[[nodiscard]] Text take_line(Text& block);

// RFC 9112 section 3. 0, or the status that refuses it.
[[nodiscard]] int parse_request_line(Text line, RequestLine* ret_line);
// RFC 9112 section 4. A missing space before an empty reason is taken for there.
[[nodiscard]] bool parse_status_line(Text line, StatusLine* ret_line);

// How much room parse_fields() needs for a block of this size and so many lines.
[[nodiscard]] size_t fields_room(size_t block_size, unsigned lines);
// RFC 9112 section 5, up to the end of the block or the empty line. Places each field at `room`,
// which is moved behind them. False, with some fields placed, if one is not well formed.
[[nodiscard]] bool parse_fields(Text block, evkeyvalq& fields, char*& room);
// Whether the connection ends with this message (RFC 9112 section 9.3).
[[nodiscard]] bool says_close(const evkeyvalq& fields, bool at_least_11);
// As parse_fields() for fields that nobody wants, those of trailers.
[[nodiscard]] bool check_fields(Text block);

}  // namespace evlet::http
