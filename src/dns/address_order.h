// SPDX-License-Identifier: BSD-3-Clause
// The order in which addresses of a host are to be tried.
#pragma once

#include "event2/util.h"

namespace evlet::dns {

// Sorts by the rules of RFC 6724 section 6 that need nothing but the source address the system
// would take: an address that cannot be reached goes last; then scope, label, precedence, the
// smaller scope, for IPv6 the longer common prefix; else the order stays. Never fails: with too
// many addresses, or without sockets, the order stays as well.
void order_addresses(evutil_addrinfo*& list);

}  // namespace evlet::dns
