// SPDX-License-Identifier: BSD-3-Clause
// Finds the end of a head (start line and fields) or of a trailer section in the bytes that have
// come so far, and refuses those that no head may have, as early as they are there. Every byte is
// looked at once, however slowly they come. Used by reading.cpp.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "buffer/buffer.h"

namespace evlet::http {

struct HeadLimits {
    size_t size;  // of the whole, in bytes
    size_t first_line;
    size_t count;  // of fields
};

// Where it has got to. All zero: at the beginning.
struct HeadScan {
    size_t scanned;  // bytes looked at
    size_t start;    // behind the empty lines before a start line
    size_t line;     // where the present line begins
    unsigned lines;  // that have ended
    bool after_cr;
};

enum class Scanned : unsigned char {
    more,      // wait for the rest
    complete,  // `scanned` bytes are the head with its empty line
    bad,       // a byte or an end of a line that RFC 9112 section 2.2 does not allow
    too_large,
    line_too_large,  // the first line
};

// What stands at the front of what is scanned.
enum class Start : unsigned char {
    request_line,  // which empty lines may precede
    status_line,
    none,  // a trailer section, whose first line may be the empty one
};

[[nodiscard]] Scanned scan_head(HeadScan& scan, const evbuffer& buffer, const HeadLimits& limits,
                                Start start);

}  // namespace evlet::http
