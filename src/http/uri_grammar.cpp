// SPDX-License-Identifier: BSD-3-Clause
// The parts of a URI by the grammar of RFC 3986, appendix A.
#include "http/char_set.h"
#include "http/uri.h"
#include "net/address_text.h"

namespace evlet::http {
namespace {

// unreserved and sub-delims, which all parts share; each allows some more.
constexpr CharSet kShared("-._~!$&'()*+,;=");
constexpr CharSet kSchemeChars("+-.");

bool is_made_of(Text text, const char* more) {
    const Text allowed(more);
    for (size_t i = 0; i < text.size; ++i) {
        if (is_encoded_byte(text, i))
            i += 2;
        else if (!kShared.has(text[i]) && allowed.find(text[i]) == allowed.size)
            return false;
    }
    return true;
}

// EVHTTP_URI_NONCONFORMANT: what does not end the part goes. A NUL would cut it short, and the ends
// of lines would cut the message that it is sent in.
bool is_without(Text text, const char* ends) {
    return text.find('\0') == text.size && text.find('\r') == text.size &&
           text.find('\n') == text.size && find_any(text, ends) == text.size;
}

bool is_part(Text text, unsigned flags, const char* more, const char* ends) {
    return flags & EVHTTP_URI_NONCONFORMANT ? is_without(text, ends) : is_made_of(text, more);
}

bool is_version_letter(char c) {
    return to_lower(c) == 'v';
}

// IPvFuture: "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_future_address(Text text) {
    const size_t dot = text.find('.');
    if (dot < 2 || text.size - dot < 2)
        return false;
    for (size_t i = 1; i < dot; ++i) {
        if (digit_value(text[i]) >= 16)
            return false;
    }
    const Text address = text.from(dot + 1);
    return address.find('%') == address.size && is_made_of(address, ":");
}

// What is between the brackets of an IP-literal.
bool is_literal(Text text) {
    uint8_t bytes[kIpv6Size];
    if (!text.empty() && is_version_letter(text[0]))
        return is_future_address(text);
    return parse_ipv6(text, bytes);
}

bool is_bracketed(Text host) {
    return host.size >= 2 && host[0] == '[' && host[host.size - 1] == ']';
}

Text inside_brackets(Text host) {
    return host.before(host.size - 1).from(1);
}

}  // namespace

size_t find_any(Text text, const char* wanted) {
    const Text list(wanted);
    size_t at = 0;
    while (at < text.size && list.find(text[at]) == list.size)
        ++at;
    return at;
}

bool is_scheme(Text text) {
    if (text.empty() || !is_letter(text[0]))
        return false;
    for (size_t i = 1; i < text.size; ++i) {
        if (!kSchemeChars.has(text[i]))
            return false;
    }
    return true;
}

bool is_userinfo(Text text) {
    return is_made_of(text, ":");
}

bool is_host(Text text) {
    return is_bracketed(text) ? is_literal(inside_brackets(text)) : is_made_of(text, "");
}

bool is_unix_socket(Text text) {
    constexpr unsigned char kDelete = 0x7f;
    for (size_t i = 0; i < text.size; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < ' ' || c == kDelete || c == ':')
            return false;
    }
    return !text.empty();
}

bool is_path(Text text, unsigned flags) {
    return is_part(text, flags, ":@/", "?#");
}

bool is_query(Text text, unsigned flags) {
    return is_part(text, flags, ":@/?", "#");
}

bool is_fragment(Text text, unsigned flags) {
    return is_part(text, flags, ":@/?", "");
}

Text kept_host(Text host, unsigned flags) {
    // Without its brackets an address of the future could be a name.
    if (flags & EVHTTP_URI_HOST_STRIP_BRACKETS && is_bracketed(host) && !is_version_letter(host[1]))
        return inside_brackets(host);
    return host;
}

}  // namespace evlet::http
