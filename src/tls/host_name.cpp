// SPDX-License-Identifier: BSD-3-Clause
#include "tls/host_name.h"

#include <string.h>

#include "net/address_text.h"

namespace evlet {
namespace {

constexpr size_t kLabelSize = 63;

bool is_label_byte(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

// Labels of letters, digits, hyphens and underscores.
bool is_name(Text text) {
    if (text.empty() || text.size > kHostNameSize)
        return false;
    size_t label = 0;
    for (size_t i = 0; i < text.size; ++i) {
        if (text[i] == '.') {
            if (label == 0)
                return false;
            label = 0;
        } else if (!is_label_byte(text[i]) || ++label > kLabelSize) {
            return false;
        }
    }
    return label > 0;
}

bool equal(Text pattern, Text name) {
    return pattern.size == name.size &&
           compare_ignoring_case(pattern.data, name.data, name.size) == 0;
}

}  // namespace

bool parse_host_name(const char* text, HostName* ret_name) {
    uint8_t v4[kIpv4Size];
    uint8_t v6[kIpv6Size];
    const Text whole(text);
    if (parse_ipv4(whole, v4)) {
        *ret_name = {};
        memcpy(ret_name->address, v4, sizeof v4);
        ret_name->address_size = sizeof v4;
        return true;
    }
    if (parse_ipv6(whole.before(whole.find('%')), v6)) {
        *ret_name = {};
        memcpy(ret_name->address, v6, sizeof v6);
        ret_name->address_size = sizeof v6;
        return true;
    }
    const bool final_dot = !whole.empty() && whole[whole.size - 1] == '.';
    const Text name = whole.before(final_dot ? whole.size - 1 : whole.size);
    if (!is_name(name) || parse_ipv4(name, v4))  // an address has no final dot
        return false;
    *ret_name = {};
    for (size_t i = 0; i < name.size; ++i)
        ret_name->text[i] = to_lower(name[i]);
    return true;
}

bool name_stands_for(Text pattern, const HostName& name) {
    const Text host(name.text);
    if (host.empty() || pattern.empty())
        return false;
    if (pattern[0] != '*')
        return is_name(pattern) && equal(pattern, host);
    if (pattern.size < 2 || pattern[1] != '.')
        return false;
    const Text rest = pattern.from(2);
    const size_t dot = host.find('.');
    return is_name(rest) && rest.find('.') < rest.size && dot < host.size &&
           equal(rest, host.from(dot + 1));
}

bool same_host(const HostName& a, const HostName& b) {
    return a.address_size == b.address_size &&
           memcmp(a.address, b.address, sizeof a.address) == 0 && strcmp(a.text, b.text) == 0;
}

}  // namespace evlet
