// SPDX-License-Identifier: BSD-3-Clause
// The names under which addresses are looked up: RFC 1035 section 3.5, RFC 3596 section 2.5.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace evlet::dns {

constexpr size_t kReverseTextSize = 32 * 2 + sizeof "ip6.arpa";

// `bytes` are the 4 or 16 of the address.
void write_reverse_ipv4(const uint8_t* bytes, char (&ret_text)[kReverseTextSize]);
void write_reverse_ipv6(const uint8_t* bytes, char (&ret_text)[kReverseTextSize]);

}  // namespace evlet::dns
