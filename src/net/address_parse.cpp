// SPDX-License-Identifier: BSD-3-Clause
#include "net/address_text.h"
#include "net/system_names.h"

namespace evlet {

bool parse_ipv4(Text text, uint8_t (&ret_bytes)[kIpv4Size]) {
    uint8_t bytes[kIpv4Size];
    for (size_t i = 0; i < kIpv4Size; ++i) {
        const size_t length = text.find('.');
        const bool last = i + 1 == kIpv4Size;
        uint32_t value;
        if (length > 3 || !parse_decimal(text.before(length), 255, &value))
            return false;
        if (length > 1 && text[0] == '0')
            return false;
        if (last != (length == text.size))
            return false;
        bytes[i] = static_cast<uint8_t>(value);
        if (!last)
            text = text.from(length + 1);
    }
    memcpy(ret_bytes, bytes, sizeof bytes);
    return true;
}

namespace {

// Up to four hexadecimal digits at the start of `text`; the number of them, 0 if there are none
// or too many.
[[nodiscard]] size_t parse_group(Text text, uint8_t* ret_pair) {
    unsigned value = 0;
    size_t length = 0;
    while (length < text.size && digit_value(text[length]) < 16) {
        if (length == 4)
            return 0;
        value = value << 4 | digit_value(text[length++]);
    }
    if (length == 0)
        return 0;
    ret_pair[0] = static_cast<uint8_t>(value >> 8);
    ret_pair[1] = static_cast<uint8_t>(value & 0xff);
    return length;
}

// What has been read of an IPv6 address: `used` bytes, and where "::" was, if it was.
struct Ipv6Reader {
    uint8_t bytes[kIpv6Size] = {};
    size_t used = 0;
    size_t gap = kIpv6Size + 1;

    [[nodiscard]] bool has_gap() const { return gap <= kIpv6Size; }
    [[nodiscard]] bool read(Text text);
    [[nodiscard]] bool read_dotted_end(Text text);
    [[nodiscard]] bool fill_gap();
};

bool Ipv6Reader::read_dotted_end(Text text) {
    uint8_t ipv4[kIpv4Size];
    if (used + kIpv4Size > kIpv6Size || !parse_ipv4(text, ipv4))
        return false;
    memcpy(bytes + used, ipv4, sizeof ipv4);
    used += sizeof ipv4;
    return true;
}

bool Ipv6Reader::read(Text text) {
    const auto starts_with_gap = [](Text rest) {
        return rest.size >= 2 && rest[0] == ':' && rest[1] == ':';
    };
    // Each turn is at a group, or at the "::" before one.
    while (!text.empty()) {
        if (starts_with_gap(text)) {
            if (has_gap())
                return false;
            gap = used;
            text = text.from(2);
            if (text.empty())
                break;
        }
        const size_t colon = text.find(':');
        if (colon == text.size && text.find('.') != text.size)
            return read_dotted_end(text) && fill_gap();
        if (used == kIpv6Size)
            return false;
        const size_t length = parse_group(text, bytes + used);
        if (length == 0 || length != colon)
            return false;
        used += 2;
        text = text.from(length);
        if (!text.empty() && !starts_with_gap(text)) {
            text = text.from(1);
            if (text.empty())
                return false;
        }
    }
    return fill_gap();
}

bool Ipv6Reader::fill_gap() {
    if (!has_gap())
        return used == kIpv6Size;
    if (used == kIpv6Size)
        return false;
    const size_t behind = used - gap;
    memmove(bytes + kIpv6Size - behind, bytes + gap, behind);
    memset(bytes + gap, 0, kIpv6Size - used);
    return true;
}

[[nodiscard]] bool parse_scope(Text text, uint32_t* ret_scope) {
    const unsigned index = interface_index(text);
    if (index != 0) {
        *ret_scope = index;
        return true;
    }
    return parse_decimal(text, UINT32_MAX, ret_scope);
}

}  // namespace

bool parse_ipv6(Text text, uint8_t (&ret_bytes)[kIpv6Size]) {
    Ipv6Reader reader;
    if (!reader.read(text))
        return false;
    memcpy(ret_bytes, reader.bytes, sizeof reader.bytes);
    return true;
}

bool parse_scoped_ipv6(Text text, uint8_t (&ret_bytes)[kIpv6Size], uint32_t* ret_scope) {
    const size_t percent = text.find('%');
    uint8_t bytes[kIpv6Size];
    uint32_t scope = 0;
    if (!parse_ipv6(text.before(percent), bytes))
        return false;
    if (percent != text.size && !parse_scope(text.from(percent + 1), &scope))
        return false;
    memcpy(ret_bytes, bytes, sizeof bytes);
    *ret_scope = scope;
    return true;
}

}  // namespace evlet
