// SPDX-License-Identifier: BSD-3-Clause
#include "net/sockaddr_compare.h"

namespace evlet {

namespace {

// Network order is the order of the numbers. The addresses may lie at any alignment.
[[nodiscard]] int compare_ipv4(const sockaddr* a, const sockaddr* b, bool with_port) {
    sockaddr_in left, right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    const int order = memcmp(&left.sin_addr, &right.sin_addr, kIpv4Size);
    if (order != 0 || !with_port)
        return order;
    return memcmp(&left.sin_port, &right.sin_port, sizeof left.sin_port);
}

[[nodiscard]] int compare_ipv6(const sockaddr* a, const sockaddr* b, bool with_port) {
    sockaddr_in6 left, right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    const int order = memcmp(&left.sin6_addr, &right.sin6_addr, kIpv6Size);
    if (order != 0 || !with_port)
        return order;
    return memcmp(&left.sin6_port, &right.sin6_port, sizeof left.sin6_port);
}

}  // namespace

int compare_addresses(const sockaddr* a, const sockaddr* b, bool with_port) {
    if (a->sa_family != b->sa_family)
        return a->sa_family < b->sa_family ? -1 : 1;
    if (a->sa_family == AF_INET)
        return compare_ipv4(a, b, with_port);
    if (a->sa_family == AF_INET6)
        return compare_ipv6(a, b, with_port);
    return 1;
}

}  // namespace evlet
