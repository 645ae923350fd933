// SPDX-License-Identifier: BSD-3-Clause
// Options by name, of the program and of resolv.conf.
#pragma once

#include "dns/base.h"

namespace evlet::dns {

// `name` may end with a colon. `which` is of DNS_OPTION_*: those that are meant; others are left as
// they are, and that is no failure. `invalid`: no such option, or no value for it.
Status set_option(evdns_base& base, Text name, Text value, int which);

}  // namespace evlet::dns
