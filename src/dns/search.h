// SPDX-License-Identifier: BSD-3-Clause
// Search lists: domains that are tried behind a name (resolv.conf(5), `search` and `ndots`). A list
// is shared by the base and the requests that began with it, and is not changed then but replaced.
#pragma once

#include "dns/base.h"

namespace evlet::dns {

struct Search {
    unsigned refs;
    int ndots;  // dots from which on a name is tried as it is first
    unsigned count;
    Name names[1];  // `count` of them
};

constexpr int kDefaultDots = 1;
constexpr unsigned kMostDomains = 64;

// `invalid`: no name, or too many of them.
Status add_domain(evdns_base& base, Text domain);
Status set_ndots(evdns_base& base, int ndots);
void clear_domains(evdns_base& base);
// The name that is asked for, and whatever list goes with it. `invalid`: it is no name.
Status set_name(evdns_request& request, Text text);

}  // namespace evlet::dns
