// SPDX-License-Identifier: BSD-3-Clause
// What getaddrinfo has learned, by name and family, for as long as it may be believed: addresses,
// and that there are none (RFC 2308). Bounded: the entry that would be the first to go makes room
// for another. With and without a dot at the end are two names: a search list tells them apart.
#pragma once

#include <limits.h>

#include "dns/base.h"
#include "net/addrinfo.h"

namespace evlet::dns {

constexpr unsigned kAnyEpoch = UINT_MAX;  // of what the program writes

// Keeps the addresses of `family` that a list has, or, if it has none, the error; besides the
// canonical name, null if nobody asked for it. It counts as long as the base is in `epoch`, that in
// which it was asked for. False: out of memory.
[[nodiscard]] bool write_cache(evdns_base& base, Text name, int family, const evutil_addrinfo* list,
                               const char* canonical, int error, uint32_t ttl, unsigned epoch);
// Adds what is known to the list, the canonical name too if it is wanted. 0 if there are addresses;
// EVUTIL_EAI_NONAME or _NODATA if it is known that there are none; kNeedsLookup; EVUTIL_EAI_MEMORY.
[[nodiscard]] int look_up_cache(evdns_base& base, Text name, const AddrinfoRequest& request,
                                AddrinfoList& list);

}  // namespace evlet::dns
