// SPDX-License-Identifier: BSD-3-Clause
#include "net/sockaddr_text.h"

namespace evlet {

namespace {

// The text taken apart: `host` is what an address parser gets.
struct Parts {
    Text host{"", 0};
    Text port{"", 0};
    bool has_port = false;
    bool ipv6 = false;
};

// "[host]" or "[host]:port"
[[nodiscard]] bool split_bracketed(Text text, Parts* ret_parts) {
    const size_t bracket = text.find(']');
    if (bracket == text.size)
        return false;
    ret_parts->ipv6 = true;
    ret_parts->host = text.before(bracket).from(1);
    const Text behind = text.from(bracket + 1);
    if (behind.empty())
        return true;
    if (behind[0] != ':')
        return false;
    ret_parts->has_port = true;
    ret_parts->port = behind.from(1);
    return true;
}

[[nodiscard]] bool split(Text text, Parts* ret_parts) {
    if (!text.empty() && text[0] == '[')
        return split_bracketed(text, ret_parts);
    const size_t colon = text.find(':');
    ret_parts->host = text;
    if (colon == text.size)
        return true;
    const Text behind = text.from(colon + 1);
    if (behind.find(':') != behind.size) {
        ret_parts->ipv6 = true;  // two colons: no room for a port without brackets
        return true;
    }
    ret_parts->host = text.before(colon);
    ret_parts->port = behind;
    ret_parts->has_port = true;
    return true;
}

}  // namespace

Status parse_socket_address(Text text, SocketAddress* ret_address) {
    Parts parts;
    uint32_t port = 0;
    if (!split(text, &parts))
        return Status::invalid;
    if (parts.has_port && (!parse_decimal(parts.port, 65535, &port) || port == 0))
        return Status::invalid;
    if (parts.ipv6) {
        uint8_t bytes[kIpv6Size];
        uint32_t scope;
        if (!parse_scoped_ipv6(parts.host, bytes, &scope))
            return Status::invalid;
        ret_address->ipv6 = make_ipv6(bytes, scope, static_cast<uint16_t>(port));
        ret_address->size = sizeof ret_address->ipv6;
    } else {
        uint8_t bytes[kIpv4Size];
        if (!parse_ipv4(parts.host, bytes))
            return Status::invalid;
        ret_address->ipv4 = make_ipv4(bytes, static_cast<uint16_t>(port));
        ret_address->size = sizeof ret_address->ipv4;
    }
    return Status::ok;
}

}  // namespace evlet
