// SPDX-License-Identifier: BSD-3-Clause
// The lines of the chunked coding (RFC 9112 section 7.1). Called by reading.cpp and by the fuzz
// target of the decoder.
#pragma once

#include <stdint.h>

#include "base/text.h"

namespace evlet::http {

// A line that begins a chunk may have so many bytes without its end: the size and its extensions.
constexpr size_t kMostChunkLine = 256;

// The size in `line`, which is without its end: digits, then extensions, which are checked and
// ignored. Below 0 if it is malformed or above any body.
[[nodiscard]] int64_t parse_chunk_line(Text line);

}  // namespace evlet::http
