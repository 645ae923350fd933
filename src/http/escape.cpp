// SPDX-License-Identifier: BSD-3-Clause
#include "http/escape.h"

#include <errno.h>

#include "event2/util.h"
#include "http/char_set.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

constexpr CharSet kUnreserved("-._~");

char* make_block(size_t size) {
    return static_cast<char*>(mem::allocate(size + 1));
}

// Whether a result in which each byte becomes `growth` of them might not be countable.
bool is_too_long(Text text, size_t growth) {
    if (text.size < EV_SSIZE_MAX / growth)
        return false;
    errno = ENOMEM;
    return true;
}

const char* entity(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#039;";
    default:
        return nullptr;
    }
}

}  // namespace

char* percent_encode(Text text, bool plus) {
    constexpr size_t kEncoded = sizeof "%00" - 1;
    const auto stays = [plus](char c) { return kUnreserved.has(c) || (plus && c == ' '); };
    if (is_too_long(text, kEncoded))
        return nullptr;
    size_t size = text.size;
    for (size_t i = 0; i < text.size; ++i) {
        if (!stays(text[i]))
            size += kEncoded - 1;
    }
    char* const block = make_block(size);
    char* to = block;
    for (size_t i = 0; block && i < text.size; ++i) {
        const char c = text[i];
        if (stays(c)) {
            *to++ = c == ' ' ? '+' : c;
            continue;
        }
        const auto code = static_cast<unsigned char>(c);
        *to++ = '%';
        *to++ = "0123456789ABCDEF"[code >> 4];
        *to++ = "0123456789ABCDEF"[code & 15];
    }
    if (block)
        *to = 0;
    return block;
}

char* escape_html(Text text) {
    if (is_too_long(text, sizeof "&quot;" - 1))
        return nullptr;
    size_t size = text.size;
    for (size_t i = 0; i < text.size; ++i) {
        if (const char* const escaped = entity(text[i]))
            size += strlen(escaped) - 1;
    }
    char* const block = make_block(size);
    char* to = block;
    for (size_t i = 0; block && i < text.size; ++i) {
        const char* const escaped = entity(text[i]);
        if (!escaped) {
            *to++ = text[i];
            continue;
        }
        const size_t length = strlen(escaped);
        memcpy(to, escaped, length);
        to += length;
    }
    if (block)
        *to = 0;
    return block;
}

}  // namespace evlet::http
