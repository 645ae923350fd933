// SPDX-License-Identifier: BSD-3-Clause
#include "dns/name.h"

#include <string.h>

namespace evlet::dns {
namespace {

// The byte that an escape stands for, behind the backslash; `*at` is moved past it. -1: none.
int take_escape(Text text, size_t* at) {
    const size_t left = text.size - *at;
    if (left == 0)
        return -1;
    if (!is_digit(text[*at]))
        return static_cast<uint8_t>(text[(*at)++]);
    uint32_t value;
    if (left < 3 || !parse_decimal(text.from(*at).before(3), 255, &value))
        return -1;
    *at += 3;
    return static_cast<int>(value);
}

bool is_plain(uint8_t byte) {
    return byte > ' ' && byte < 0x7f && byte != '.' && byte != '\\';
}

}  // namespace

bool parse_name(Text text, Name* ret_name) {
    uint8_t* const bytes = ret_name->bytes;
    size_t size = 1;    // the length of the first label goes before it
    size_t length = 0;  // of the present label
    if (text.size == 1 && text[0] == '.')
        text = text.before(0);
    else if (text.empty())
        return false;
    for (size_t at = 0; at < text.size; ++size) {
        // The root's byte has to fit behind.
        if (size == kMostName)
            return false;
        int byte = static_cast<uint8_t>(text[at++]);
        if (byte == '.') {
            if (length == 0)
                return false;
            bytes[size - 1 - length] = static_cast<uint8_t>(length);
            length = 0;
        } else {
            if (byte == '\\')
                byte = take_escape(text, &at);
            if (byte < 0 || ++length > kMostLabel)
                return false;
            bytes[size] = static_cast<uint8_t>(byte);
        }
    }
    if (length) {
        bytes[size - 1 - length] = static_cast<uint8_t>(length);
        ++size;
    }
    if (size > kMostName)
        return false;
    bytes[size - 1] = 0;
    ret_name->size = static_cast<uint8_t>(size);
    return true;
}

size_t write_name(const Name& name, char (&ret_text)[kNameTextSize]) {
    char* out = ret_text;
    for (size_t at = 0; name.bytes[at]; at += size_t(1) + name.bytes[at]) {
        if (out != ret_text)
            *out++ = '.';
        for (size_t i = 1; i <= name.bytes[at]; ++i) {
            const uint8_t byte = name.bytes[at + i];
            if (is_plain(byte)) {
                *out++ = static_cast<char>(byte);
                continue;
            }
            *out++ = '\\';
            if (byte == '.' || byte == '\\') {
                *out++ = static_cast<char>(byte);
                continue;
            }
            *out++ = static_cast<char>('0' + byte / 100);
            *out++ = static_cast<char>('0' + byte / 10 % 10);
            *out++ = static_cast<char>('0' + byte % 10);
        }
    }
    if (out == ret_text)
        *out++ = '.';
    *out = 0;
    return static_cast<size_t>(out - ret_text);
}

bool same_bytes(const Name& a, const Name& b) {
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

bool same_name(const Name& a, const Name& b) {
    if (a.size != b.size)
        return false;
    // Lengths are below 'A', so they compare as they are.
    for (size_t i = 0; i < a.size; ++i) {
        if (to_lower(static_cast<char>(a.bytes[i])) != to_lower(static_cast<char>(b.bytes[i])))
            return false;
    }
    return true;
}

}  // namespace evlet::dns
