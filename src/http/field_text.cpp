// SPDX-License-Identifier: BSD-3-Clause
// What names, values and lists are made of.
#include "http/char_set.h"
#include "http/fields.h"

namespace evlet::http {
namespace {

constexpr CharSet kTokenChars("!#$%&'*+-.^_`|~");

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Where the list element that `list` begins with ends: at a comma that is not in a quoted string.
size_t element_size(Text list) {
    bool quoted = false;
    size_t at = 0;
    for (; at < list.size; ++at) {
        const char c = list[at];
        if (c == '"')
            quoted = !quoted;
        else if (quoted && c == '\\')
            ++at;
        else if (!quoted && c == ',')
            return at;
    }
    return list.size;
}

Text without_blanks(Text text) {
    while (text.size && is_blank(text[0]))
        text = text.from(1);
    while (text.size && is_blank(text[text.size - 1]))
        --text.size;
    return text;
}

}  // namespace

bool is_token_char(char c) {
    return kTokenChars.has(c);
}

bool is_token(Text text) {
    for (size_t i = 0; i < text.size; ++i) {
        if (!is_token_char(text[i]))
            return false;
    }
    return !text.empty();
}

bool is_field_value(Text text) {
    constexpr unsigned char kDelete = 0x7f;
    for (size_t i = 0; i < text.size; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c < ' ' && c != '\t') || c == kDelete)
            return false;
    }
    return true;
}

bool same_name(Text a, Text b) {
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; ++i) {
        if (to_lower(a[i]) != to_lower(b[i]))
            return false;
    }
    return true;
}

bool same_name(const char* a, const char* b) {
    while (to_lower(*a) == to_lower(*b)) {
        if (!*a)
            return true;
        ++a;
        ++b;
    }
    return false;
}

bool list_has(const char* list, const char* element) {
    return list_has(Text(list), Text(element));
}

bool list_has(Text list, Text element) {
    while (!list.empty()) {
        const size_t size = element_size(list);
        if (same_name(without_blanks(list.before(size)), element))
            return true;
        list = list.from(size < list.size ? size + 1 : size);
    }
    return false;
}

}  // namespace evlet::http
