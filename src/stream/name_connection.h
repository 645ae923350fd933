// SPDX-License-Identifier: BSD-3-Clause
// Connecting a socket bufferevent to a host given by its name. Called by api_connect_name.cpp.
#pragma once

#include "event2/util.h"
#include "stream/stream.h"

struct evdns_base;

namespace evlet {

// What a name was found to stand for, before anybody connects.
struct ResolvedName {
    evutil_addrinfo* list;  // owned by whoever holds this; null if there is none
    int error;              // EVUTIL_EAI_*
    bool pending;           // only `resolver` can tell
};

// Begins to connect; the outcome is reported by the loop, as stream.h says. Takes the list over,
// on failure too. With `name.pending`, `resolver` is asked for `host` and `service`.
Status connect_by_name(Stream& stream, const ResolvedName& name, evdns_base* resolver,
                       const char* host, const char* service, const evutil_addrinfo& hints);

}  // namespace evlet
