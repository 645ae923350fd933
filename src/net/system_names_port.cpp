// SPDX-License-Identifier: BSD-3-Clause
// Hosts and services as the system's resolver knows them.
#include "evlet/port_net.h"
#include "net/addrinfo.h"
#include "net/system_names.h"

namespace evlet {

int service_port(const char* name, const char* protocol) {
    return evlet_port_service_port(name, protocol);
}

unsigned configured_families() {
    const int families = evlet_port_configured_families();
    return families > 0 ? static_cast<unsigned>(families) : 0;
}

namespace {

[[nodiscard]] int copy_list(const addrinfo* entry, const AddrinfoRequest& request,
                            AddrinfoList& list) {
    if ((request.flags & EVUTIL_AI_CANONNAME) && entry && entry->ai_canonname)
        if (!list.set_canonical_name(entry->ai_canonname))
            return EVUTIL_EAI_MEMORY;
    for (; entry; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6)
            continue;
        if (!list.add(entry->ai_addr, static_cast<size_t>(entry->ai_addrlen), request))
            return EVUTIL_EAI_MEMORY;
    }
    return list.empty() ? EVUTIL_EAI_NONAME : 0;
}

}  // namespace

// The system is asked for addresses alone, each once; what they are for is the request's.
int look_up_host(const char* node, const AddrinfoRequest& request, AddrinfoList& list) {
    addrinfo hints;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = request.family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = request.flags & EVUTIL_AI_CANONNAME;
    if (request.family == AF_INET6)
        hints.ai_flags |= request.flags & (EVUTIL_AI_V4MAPPED | EVUTIL_AI_ALL);
    addrinfo* found = nullptr;
    const int error = evlet_port_getaddrinfo(node, nullptr, &hints, &found);
    if (error != 0)
        return error;
    const int result = copy_list(found, request, list);
    evlet_port_freeaddrinfo(found);
    return result;
}

}  // namespace evlet
