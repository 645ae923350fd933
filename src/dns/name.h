// SPDX-License-Identifier: BSD-3-Clause
// A domain name in the form it has on the wire, without compression: labels, each behind its
// length, and the empty one of the root at the end (RFC 1035 section 3.1). Everything in this room
// compares, keeps and sends names in this form; text is for the program.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

namespace evlet::dns {

constexpr size_t kMostName = 255;  // bytes on the wire, the root's included
constexpr size_t kMostLabel = 63;
// A byte that is no letter, digit, hyphen ... may take four characters ("\000"); with the NUL.
constexpr size_t kNameTextSize = 4 * kMostName + 1;

struct Name {
    uint8_t size;  // 1 at least
    uint8_t bytes[kMostName];
};

// "host.example", with or without a dot at the end; "." is the root. "\." and "\065" are a dot in a
// label and a byte (RFC 1035 section 5.1). False for an empty label, one that is too long, and a
// name that is; the output is undefined then.
[[nodiscard]] bool parse_name(Text text, Name* ret_name);
// Without a dot at the end, but for the root. The result is the length without the NUL.
size_t write_name(const Name& name, char (&ret_text)[kNameTextSize]);

[[nodiscard]] bool same_bytes(const Name& a, const Name& b);
// Without regard to case (RFC 4343).
[[nodiscard]] bool same_name(const Name& a, const Name& b);

}  // namespace evlet::dns
