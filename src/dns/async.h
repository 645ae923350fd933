// SPDX-License-Identifier: BSD-3-Clause
// The resolver as the rooms below know it (net/async_resolver.h).
#pragma once

#include "net/async_resolver.h"

namespace evlet::dns {

EVLET_HIDDEN extern const AsyncResolver kAsyncResolver;

// The one of event2/dns_compat.h, or null.
EVLET_HIDDEN extern evdns_base* g_current_base;

}  // namespace evlet::dns
