// SPDX-License-Identifier: BSD-3-Clause
// The socket address types of the port, and how to fill them in. Everything in this room that
// looks into an address goes through here.
#pragma once

#include <event2/event-config.h>

#include <stdint.h>
#include <string.h>
#ifdef EVENT__HAVE_NETINET_IN_H
#include <netinet/in.h>
#endif

#include "evlet/port_net.h"

namespace evlet {

constexpr size_t kIpv4Size = 4;
constexpr size_t kIpv6Size = 16;

// The integer whose bytes in memory are those of `value` in network order.
[[nodiscard]] inline uint16_t network_order(uint16_t value) {
    const uint8_t bytes[2] = {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value & 0xff)};
    memcpy(&value, bytes, sizeof value);
    return value;
}

namespace detail {
// Some systems keep the length in the address itself.
template <class Address>
auto note_length(Address& address, int) -> decltype(void(address.sin_len)) {
    address.sin_len = sizeof address;
}
template <class Address>
auto note_length(Address& address, int) -> decltype(void(address.sin6_len)) {
    address.sin6_len = sizeof address;
}
template <class Address>
void note_length(Address&, long) {}
}  // namespace detail

[[nodiscard]] inline sockaddr_in make_ipv4(const uint8_t (&bytes)[kIpv4Size], uint16_t port) {
    sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = network_order(port);
    memcpy(&address.sin_addr, bytes, sizeof bytes);
    detail::note_length(address, 0);
    return address;
}

// ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2) into bytes that are 0.
inline void map_ipv4(const void* ipv4, uint8_t (&ret_bytes)[kIpv6Size]) {
    ret_bytes[10] = ret_bytes[11] = 0xff;
    memcpy(ret_bytes + kIpv6Size - kIpv4Size, ipv4, kIpv4Size);
}

[[nodiscard]] inline sockaddr_in6 make_ipv6(const uint8_t (&bytes)[kIpv6Size], uint32_t scope,
                                            uint16_t port) {
    sockaddr_in6 address;
    memset(&address, 0, sizeof address);
    address.sin6_family = AF_INET6;
    address.sin6_port = network_order(port);
    memcpy(&address.sin6_addr, bytes, sizeof bytes);
    address.sin6_scope_id = scope;
    detail::note_length(address, 0);
    return address;
}

}  // namespace evlet
