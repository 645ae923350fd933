// SPDX-License-Identifier: BSD-3-Clause
// How a resolver that does not block plugs in. Set by the room that has one when the program makes
// an evdns_base; read by whoever is given an evdns_base, and by nobody else, so that a program
// without names does not link a resolver.
#pragma once

#include "base/hidden.h"
#include "base/shared.h"
#include "event2/util.h"

struct evdns_base;

namespace evlet {

// `result` is 0 and `list` not empty, freed by the callee with evutil_freeaddrinfo(), or `result`
// is an EVUTIL_EAI_* code and `list` null.
using ResolvedCallback = void (*)(int result, evutil_addrinfo* list, void* argument);

struct AsyncResolver {
    // As getaddrinfo. The callback is called exactly once for each start, cancelled or not, unless
    // the evdns_base is freed without failing its requests; perhaps before start() returns. It may
    // come from any thread, and no lock of the resolver is held meanwhile. `node`, `service` and
    // `hints` are copied. nullptr: nothing can be cancelled, the callback has been called.
    void* (*start)(evdns_base* base, const char* node, const char* service,
                   const evutil_addrinfo* hints, ResolvedCallback callback, void* argument);
    // Never waits. The callback follows, with EVUTIL_EAI_CANCEL or with what was found already.
    // A request is valid until its callback returns.
    void (*cancel)(void* request);
};

// Null while there is none.
EVLET_HIDDEN extern const AsyncResolver* g_async_resolver;
EVLET_SHARED void set_async_resolver(const AsyncResolver* resolver);

}  // namespace evlet
