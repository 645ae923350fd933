// SPDX-License-Identifier: BSD-3-Clause
// Tags and integers as bytes: the format is in event2/tag.h. Nothing here knows of buffers.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace evlet::rpc {

constexpr size_t kMostTag = 5;
constexpr size_t kMostInt = 9;
constexpr unsigned kNibbles32 = 8;
constexpr unsigned kNibbles64 = 16;

// Write at `at`, where there is room for kMostTag and for kMostInt bytes; what lies behind those in
// use may be overwritten too. The number of bytes in use.
[[nodiscard]] inline size_t put_tag(uint8_t* at, uint32_t tag) {
    size_t size = 0;
    for (; tag >= 0x80; tag >>= 7)
        at[size++] = static_cast<uint8_t>(tag | 0x80);
    at[size++] = static_cast<uint8_t>(tag);
    return size;
}

// Exchanges the half bytes of each byte.
[[nodiscard]] inline uint64_t swap_nibbles(uint64_t value) {
    constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
    return (value & kLow) << 4 | (value >> 4 & kLow);
}

[[nodiscard]] inline size_t put_int(uint8_t* at, uint64_t number) {
    // Half bytes behind the first one.
    const unsigned more = static_cast<unsigned>(63 - __builtin_clzll(number | 1)) / 4;
    at[0] = static_cast<uint8_t>(more << 4 | (number & 15));
    const uint64_t rest = swap_nibbles(number >> 4);
    for (unsigned i = 0; i < 8; ++i)
        at[1 + i] = static_cast<uint8_t>(rest >> 8 * i);
    return 1 + (more + 1) / 2;
}

// Read what begins at `at` and is within `size` bytes. The number of bytes it takes, or 0 if it is
// cut off or does not fit.
[[nodiscard]] inline size_t get_tag(const uint8_t* at, size_t size, uint32_t* ret_tag) {
    uint32_t tag = 0;
    for (size_t i = 0; i < size && i < kMostTag; ++i) {
        const uint8_t byte = at[i];
        // Of the fifth byte four bits are left.
        if (i == kMostTag - 1 && byte > 0x0f)
            return 0;
        tag |= static_cast<uint32_t>(byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            *ret_tag = tag;
            return i + 1;
        }
    }
    return 0;
}

[[nodiscard]] inline size_t get_int(const uint8_t* at, size_t size, unsigned most_nibbles,
                                    uint64_t* ret_number) {
    const unsigned nibbles = size ? (at[0] >> 4) + 1u : 0;
    const size_t used = nibbles / 2 + 1;
    if (nibbles == 0 || nibbles > most_nibbles || used > size)
        return 0;
    uint64_t rest = 0;
    for (size_t i = 1; i < used; ++i)
        rest |= static_cast<uint64_t>(at[i]) << 8 * (i - 1);
    const uint64_t number = swap_nibbles(rest) << 4 | (at[0] & 15u);
    *ret_number = number & UINT64_MAX >> 4 * (kNibbles64 - nibbles);
    return used;
}

}  // namespace evlet::rpc
