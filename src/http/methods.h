// SPDX-License-Identifier: BSD-3-Clause
// The methods of enum evhttp_cmd_type and their names. Called by the request parser, by who refuses
// a method, and by the client.
#pragma once

#include "base/text.h"
#include "event2/http.h"

namespace evlet::http {

// What a program may be asked for beside them; all zero is no method.
struct Method {
    Text name;
    ev_uint32_t type;   // one bit; 0: unknown
    ev_uint16_t flags;  // EVHTTP_METHOD_*
};

// By name, which is case-sensitive (RFC 9110 section 9.1); `more` may be null.
[[nodiscard]] Method find_method(Text name, evhttp_ext_method_cb more);
// By type. An unknown one has an empty name.
[[nodiscard]] Method find_method(ev_uint32_t type, evhttp_ext_method_cb more);

}  // namespace evlet::http
