// SPDX-License-Identifier: BSD-3-Clause
// Two bufferevents that are connected to each other. Used by api_pair.cpp.
#pragma once

#include "stream/stream.h"

namespace evlet {

// Both ends, or neither.
Status make_pair(event_base* base, int options, Stream* ret_ends[2]);
// nullptr if it was freed, or the stream is of no pair.
[[nodiscard]] Stream* partner_of(Stream& stream);

}  // namespace evlet
