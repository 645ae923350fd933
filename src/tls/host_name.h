// SPDX-License-Identifier: BSD-3-Clause
// Whom a client wants to talk to, and whether a name in a certificate is that one (RFC 9525).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

namespace evlet {

// Longest name in DNS without the final dot (RFC 1035 section 2.3.4).
constexpr size_t kHostNameSize = 253;

struct HostName {
    char text[kHostNameSize + 1];  // lower case, without a final dot; "" for an address, or for none
    uint8_t address[16];
    uint8_t address_size;  // 4 or 16; 0: it is no address
};

// From a host name or an IP address, which may have a scope ("%eth0"), which is no part of what a
// certificate says. False, for anything else, leaves the output as it was.
[[nodiscard]] bool parse_host_name(const char* text, HostName* ret_name);

// Whether the name of a certificate, in which "*" may be the whole left-most label, stands for the
// host. Two labels at least have to follow it. The text may hold any bytes.
[[nodiscard]] bool name_stands_for(Text pattern, const HostName& name);

[[nodiscard]] bool same_host(const HostName& a, const HostName& b);

}  // namespace evlet
