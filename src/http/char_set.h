// SPDX-License-Identifier: BSD-3-Clause
// Sets of ASCII characters as grammars name them, one bit a character. Called by what checks header
// fields and URIs. The sets are made by the compiler.
#pragma once

#include <stdint.h>

namespace evlet::http {

struct CharSet {
    uint32_t bits[4] = {};

    // Letters, digits and the characters of `marks`.
    constexpr explicit CharSet(const char* marks) {
        for (unsigned c = 'a'; c <= 'z'; ++c) {
            add(c);
            add(c - 'a' + 'A');
        }
        for (unsigned c = '0'; c <= '9'; ++c)
            add(c);
        for (; *marks; ++marks)
            add(static_cast<unsigned char>(*marks));
    }
    [[nodiscard]] constexpr bool has(char c) const {
        const auto code = static_cast<unsigned char>(c);
        return code < 128 && (bits[code / 32] >> code % 32 & 1);
    }

private:
    constexpr void add(unsigned code) { bits[code / 32] |= uint32_t{1} << code % 32; }
};

}  // namespace evlet::http
