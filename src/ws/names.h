// SPDX-License-Identifier: BSD-3-Clause
// What both halves of the handshake ask of fields.
#pragma once

#include "base/text.h"
#include "event2/keyvalq_struct.h"

namespace evlet::ws {

// The value of the only field with this name; nullptr: there is none, or there are several.
[[nodiscard]] const char* only_value(const evkeyvalq& fields, const char* name);
// Whether a list of values that is in one field or in several has the element, in any case.
[[nodiscard]] bool any_has(const evkeyvalq& fields, const char* name, const char* element);

// Lists of subprotocols, separated by commas; their names are case-sensitive (RFC 6455 section
// 4.1).

// Takes the first name off a list that is not empty; the name may be.
[[nodiscard]] Text take_name(Text& list);
[[nodiscard]] bool has_name(Text list, Text name);
// Whether the list has a name and nothing but tokens in it.
[[nodiscard]] bool is_list_of_names(Text list);

}  // namespace evlet::ws
