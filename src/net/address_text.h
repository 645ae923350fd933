// SPDX-License-Identifier: BSD-3-Clause
// IP addresses from text and to text. Called by the shells in api_address.cpp, by getaddrinfo,
// and by the resolver for its configuration. Strict: what is read has no second reading, so a
// filter and the network agree about it. No function here copies text, so none can cut it.
#pragma once

#include "base/shared.h"
#include "base/text.h"
#include "net/address_types.h"

namespace evlet {

// Four decimal numbers of up to 255 without leading zeros. False leaves the output as it was, in
// all functions here.
[[nodiscard]] EVLET_SHARED bool parse_ipv4(Text text, uint8_t (&ret_bytes)[kIpv4Size]);

// The forms of RFC 4291 section 2.2; "::" stands for one group of zeros at least.
[[nodiscard]] EVLET_SHARED bool parse_ipv6(Text text, uint8_t (&ret_bytes)[kIpv6Size]);

// parse_ipv6() with an optional "%scope" behind (RFC 4007 section 11): an interface's name, or
// its number. Without one `*ret_scope` is 0.
[[nodiscard]] bool parse_scoped_ipv6(Text text, uint8_t (&ret_bytes)[kIpv6Size],
                                     uint32_t* ret_scope);

// Room for any address as text, with its NUL: "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
constexpr size_t kAddressTextSize = 46;

// Write the address and a NUL; the result is the length without it.
EVLET_SHARED size_t write_ipv4(const uint8_t (&bytes)[kIpv4Size], char (&ret_text)[kAddressTextSize]);
// As RFC 5952 wants it, with a dotted end where the address carries an IPv4 address: v4-mapped
// (::ffff:1.2.3.4) and v4-compatible (::1.2.3.4), the choice of the C libraries.
EVLET_SHARED size_t write_ipv6(const uint8_t (&bytes)[kIpv6Size], char (&ret_text)[kAddressTextSize]);

}  // namespace evlet
