// SPDX-License-Identifier: BSD-3-Clause
// What only the system can say about names: hosts, services, interfaces. The files ending in _port
// ask the port; system_names_none.cpp, for a port without EVLET_PORT_HAS_GETADDRINFO, knows
// none. Called by address_parse.cpp (scopes) and the files of getaddrinfo.
#pragma once

#include "base/text.h"

namespace evlet {

class AddrinfoList;
struct AddrinfoRequest;

// The index of an interface, 0 if there is none of that name.
[[nodiscard]] unsigned interface_index(Text name);

// The port of a service such as "http" over "tcp" or "udp", -1 if it is unknown.
[[nodiscard]] int service_port(const char* name, const char* protocol);

enum : unsigned { kHasIpv4 = 1, kHasIpv6 = 2 };
// Which families this machine has addresses of that lead out: kHas... or-ed, 0 if that is unknown.
[[nodiscard]] unsigned configured_families();

// Adds the addresses of a host to `list`, waiting for the system's answer. 0 or an EVUTIL_EAI_*
// code; the list may then hold a part of the answer.
[[nodiscard]] int look_up_host(const char* node, const AddrinfoRequest& request,
                               AddrinfoList& list);

}  // namespace evlet
