// SPDX-License-Identifier: BSD-3-Clause
// What this room has to say to the operator.
#pragma once

namespace evlet::dns {

// A warning, to the program's function (evdns_set_log_fn) or the log. `about` may be empty.
void warn(const char* what, const char* about);

}  // namespace evlet::dns
