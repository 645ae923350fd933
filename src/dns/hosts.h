// SPDX-License-Identifier: BSD-3-Clause
// What hosts files say: addresses of names, for getaddrinfo.
#pragma once

#include "dns/base.h"
#include "net/addrinfo.h"

namespace evlet::dns {

// Adds the addresses of a name to the list, in the order of the files. 0: some were found;
// kNeedsLookup: the name is not there, or not with this family; EVUTIL_EAI_MEMORY.
[[nodiscard]] int look_up_hosts(const evdns_base& base, Text name, const AddrinfoRequest& request,
                                AddrinfoList& list);
// Takes what the lines say; false: out of memory, and what came before has been taken.
[[nodiscard]] bool take_hosts(evdns_base& base, Text text);

}  // namespace evlet::dns
