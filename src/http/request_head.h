// SPDX-License-Identifier: BSD-3-Clause
// From a head to a request of a server, in one block of memory. Called by serving.cpp.
#pragma once

#include "base/text.h"
#include "http/connection.h"

namespace evlet::http {

// A request with room for all that fill_request() places. nullptr without memory.
[[nodiscard]] Request* make_received_request(Text head, unsigned lines, Text peer);

// Takes the head apart: method, target, version, fields, host. 0, or the status that refuses it;
// then what has been understood is there. `may_lack_host` (or null) says of a method and a target
// whether they are good without the Host field that HTTP/1.1 requires.
[[nodiscard]] int fill_request(Request& request, Text head, Text peer, size_t target_limit,
                               evhttp_ext_method_cb more_methods,
                               bool (*may_lack_host)(ev_uint32_t type, Text target));

}  // namespace evlet::http
