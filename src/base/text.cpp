// SPDX-License-Identifier: BSD-3-Clause
#include "base/text.h"

namespace evlet {

size_t Text::find(char wanted) const {
    const void* found = size ? memchr(data, wanted, size) : nullptr;
    return found ? static_cast<size_t>(static_cast<const char*>(found) - data) : size;
}

bool parse_decimal(Text text, uint32_t limit, uint32_t* ret_value) {
    if (text.empty())
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < text.size; ++i) {
        if (!is_digit(text[i]))
            return false;
        value = value * 10 + digit_value(text[i]);
        if (value > limit)
            return false;
    }
    *ret_value = static_cast<uint32_t>(value);
    return true;
}

int compare_ignoring_case(const char* a, const char* b, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        const int left = static_cast<unsigned char>(to_lower(a[i]));
        const int right = static_cast<unsigned char>(to_lower(b[i]));
        if (left != right || left == 0)
            return left - right;
    }
    return 0;
}

namespace {

[[nodiscard]] bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// The base to use from here, and `digits` moved behind a 0x that hexadecimal digits follow; a 0x
// without them is the number 0 and an "x" that is not taken.
[[nodiscard]] unsigned settle_base(unsigned base, const char*& digits) {
    const bool zero = digits[0] == '0';
    if ((base == 0 || base == 16) && zero && to_lower(digits[1]) == 'x' &&
        digit_value(digits[2]) < 16) {
        digits += 2;
        return 16;
    }
    if (base == 0)
        return zero ? 8 : 10;
    return base;
}

}  // namespace

Number parse_number(const char* text, int base) {
    if (base < 0 || base == 1 || base > 36)
        return {0, text, NumberOutcome::bad_base};
    const char* next = text;
    while (is_blank(*next))
        ++next;
    const bool negative = *next == '-';
    if (negative || *next == '+')
        ++next;
    const unsigned radix = settle_base(static_cast<unsigned>(base), next);
    const char* const digits = next;
    // Counted downwards: the negative half of the range is the larger one.
    int64_t value = 0;
    bool fits = true;
    for (unsigned digit; (digit = digit_value(*next)) < radix; ++next) {
        if (fits)
            fits = !__builtin_mul_overflow(value, static_cast<int64_t>(radix), &value) &&
                   !__builtin_sub_overflow(value, static_cast<int64_t>(digit), &value);
    }
    if (next == digits)
        return {0, text, NumberOutcome::no_digits};
    if (!fits || (!negative && value == INT64_MIN))
        return {negative ? INT64_MIN : INT64_MAX, next, NumberOutcome::out_of_range};
    return {negative ? value : -value, next, NumberOutcome::number};
}

}  // namespace evlet
