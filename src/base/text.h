// SPDX-License-Identifier: BSD-3-Clause
// Text as protocols write it: ASCII letters and digits, whatever the locale. Called by every room
// that reads words or numbers from a program or from the network.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/shared.h"

namespace evlet {

// A piece of text that ends where `size` says; there need not be a NUL behind it.
struct Text {
    const char* data;
    size_t size;

    Text(const char* first, size_t length) : data(first), size(length) {}
    explicit Text(const char* terminated) : data(terminated), size(strlen(terminated)) {}
    [[nodiscard]] char operator[](size_t index) const { return data[index]; }
    [[nodiscard]] bool empty() const { return size == 0; }
    // The pieces before and from `index`, which is at most `size`.
    [[nodiscard]] Text before(size_t index) const { return {data, index}; }
    [[nodiscard]] Text from(size_t index) const { return {data + index, size - index}; }
    // Where `wanted` is first, or `size`.
    [[nodiscard]] EVLET_SHARED size_t find(char wanted) const;
};

[[nodiscard]] inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

[[nodiscard]] inline char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

[[nodiscard]] inline bool is_letter(char c) {
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'z';
}

// The value of a digit in any base up to 36, or 36 for a character that is none.
[[nodiscard]] inline unsigned digit_value(char c) {
    if (is_digit(c))
        return static_cast<unsigned>(c - '0');
    return is_letter(c) ? static_cast<unsigned>(to_lower(c) - 'a') + 10 : 36;
}

// A number of nothing but decimal digits, one at least, leading zeros allowed, no greater than
// `limit`. False leaves `*ret_value` as it was.
[[nodiscard]] EVLET_SHARED bool parse_decimal(Text text, uint32_t limit, uint32_t* ret_value);

// Compares `count` characters at most, or up to the NUL, without regard to the case of A to Z:
// less than 0, 0 or more than 0, in the order of the lower-case characters as unsigned bytes.
[[nodiscard]] EVLET_SHARED int compare_ignoring_case(const char* a, const char* b, size_t count);

// Room for the decimal digits of a port.
struct PortText {
    char text[sizeof "65535"];

    explicit PortText(int port) {
        char* at = text;
        for (int unit = 10000; unit; unit /= 10) {
            if (port >= unit || at != text || unit == 1)
                *at++ = static_cast<char>('0' + port / unit % 10);
        }
        *at = 0;
    }
};

enum class NumberOutcome : unsigned char { number, out_of_range, no_digits, bad_base };
struct Number {
    int64_t value;    // out of range: the nearest limit; otherwise without a number: 0
    const char* end;  // behind the last character taken; `text` if none was
    NumberOutcome outcome;
};
// The longest number at the start of `text` after blanks, in `base` 2 to 36, or 0 for what its
// prefix says (0x, 0). A sign is allowed.
[[nodiscard]] Number parse_number(const char* text, int base);

}  // namespace evlet
