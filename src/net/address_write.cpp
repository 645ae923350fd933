// SPDX-License-Identifier: BSD-3-Clause
#include "net/address_text.h"

namespace evlet {

namespace {

constexpr size_t kGroups = kIpv6Size / 2;

char* write_octet(char* next, unsigned value) {
    if (value >= 100)
        *next++ = static_cast<char>('0' + value / 100);
    if (value >= 10)
        *next++ = static_cast<char>('0' + value / 10 % 10);
    *next++ = static_cast<char>('0' + value % 10);
    return next;
}

char* write_dotted(char* next, const uint8_t* bytes) {
    for (size_t i = 0; i < kIpv4Size; ++i) {
        if (i > 0)
            *next++ = '.';
        next = write_octet(next, bytes[i]);
    }
    return next;
}

// Lower case, without leading zeros (RFC 5952 sections 4.1 and 4.3).
char* write_group(char* next, unsigned value) {
    for (int shift = 12; shift >= 0; shift -= 4) {
        if (value >> shift != 0 || shift == 0)
            *next++ = "0123456789abcdef"[value >> shift & 0xf];
    }
    return next;
}

struct ZeroRun {
    size_t start;
    size_t count;
};

// What "::" replaces: the longest run of zero groups, the first of equals, never a single group
// (RFC 5952 section 4.2).
[[nodiscard]] ZeroRun longest_zero_run(const unsigned (&groups)[kGroups]) {
    ZeroRun best = {kGroups, 1};
    for (size_t start = 0; start < kGroups;) {
        size_t end = start;
        while (end < kGroups && groups[end] == 0)
            ++end;
        if (end - start > best.count)
            best = {start, end - start};
        start = end + 1;
    }
    return best;
}

[[nodiscard]] bool carries_ipv4(const unsigned (&groups)[kGroups], ZeroRun zeros) {
    return zeros.start == 0 && (zeros.count == 6 || (zeros.count == 5 && groups[5] == 0xffff));
}

}  // namespace

size_t write_ipv4(const uint8_t (&bytes)[kIpv4Size], char (&ret_text)[kAddressTextSize]) {
    char* end = write_dotted(ret_text, bytes);
    *end = '\0';
    return static_cast<size_t>(end - ret_text);
}

size_t write_ipv6(const uint8_t (&bytes)[kIpv6Size], char (&ret_text)[kAddressTextSize]) {
    unsigned groups[kGroups];
    for (size_t i = 0; i < kGroups; ++i)
        groups[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    const ZeroRun zeros = longest_zero_run(groups);
    const size_t in_hex = carries_ipv4(groups, zeros) ? kGroups - 2 : kGroups;
    char* next = ret_text;
    for (size_t i = 0; i < in_hex;) {
        if (i == zeros.start) {
            *next++ = ':';
            i += zeros.count;
            if (i == kGroups)
                *next++ = ':';
            continue;
        }
        if (i > 0)
            *next++ = ':';
        next = write_group(next, groups[i++]);
    }
    if (in_hex < kGroups) {
        *next++ = ':';
        next = write_dotted(next, bytes + kIpv6Size - kIpv4Size);
    }
    *next = '\0';
    return static_cast<size_t>(next - ret_text);
}

}  // namespace evlet
