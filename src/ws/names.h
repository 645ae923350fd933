// SPDX-License-Identifier: BSD-3-Clause
// Lists of subprotocol names, separated by commas; names are case-sensitive (RFC 6455 section 4.1).
// Called by both halves of the handshake.
#pragma once

#include "base/text.h"

namespace evlet::ws {

// Takes the first name off a list that is not empty; the name may be.
[[nodiscard]] Text take_name(Text& list);
[[nodiscard]] bool has_name(Text list, Text name);
// Whether the list has a name and nothing but tokens in it.
[[nodiscard]] bool is_list_of_names(Text list);

}  // namespace evlet::ws
