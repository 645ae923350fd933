// SPDX-License-Identifier: BSD-3-Clause
// Socket addresses, an IP address with an optional port, from text. Called by api_address.cpp and
// by the resolver for the addresses of nameservers.
#pragma once

#include "base/shared.h"
#include "base/status.h"
#include "net/address_text.h"

namespace evlet {

// A socket address of either family, and how much of it is in use.
struct SocketAddress {
    union {
        sockaddr generic;
        sockaddr_in ipv4;
        sockaddr_in6 ipv6;
    };
    size_t size;
};

// "1.2.3.4", "1.2.3.4:80", "::1", "[::1]", "[::1]:80", IPv6 with a scope. A port is 1 to 65535
// and 0 if there is none. `invalid` leaves the output as it was.
EVLET_SHARED Status parse_socket_address(Text text, SocketAddress* ret_address);

}  // namespace evlet
