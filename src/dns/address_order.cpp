// SPDX-License-Identifier: BSD-3-Clause
#include "dns/address_order.h"

#include <string.h>

#include "dns/system.h"
#include "net/address_types.h"

namespace evlet::dns {
namespace {

constexpr unsigned kMostAddresses = 32;
constexpr uint16_t kAnyPort = 9;  // nothing is sent there

// Of section 2.1, in the order in which they are looked at.
struct Policy {
    uint8_t bits;
    uint8_t precedence;
    uint8_t label;
    uint8_t prefix[kIpv6Size];
};
constexpr Policy kPolicies[] = {
    {128, 50, 0, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
    {96, 35, 4, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}},
    {96, 1, 3, {0}},
    {16, 30, 2, {0x20, 0x02}},
    {32, 5, 5, {0x20, 0x01}},
    {7, 3, 13, {0xfc}},
    {10, 1, 11, {0xfe, 0xc0}},
    {16, 1, 12, {0x3f, 0xfe}},
    {0, 40, 1, {0}},
};

struct Destination {
    evutil_addrinfo* entry;
    uint8_t bytes[kIpv6Size];  // IPv4 mapped
    uint8_t source[kIpv6Size];
    bool reachable;
};

unsigned common_bits(const uint8_t* a, const uint8_t* b, unsigned most) {
    for (unsigned bit = 0; bit < most; ++bit) {
        if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8)) & 1)
            return bit;
    }
    return most;
}

const Policy& policy_of(const uint8_t* bytes) {
    const Policy* policy = kPolicies;
    while (common_bits(bytes, policy->prefix, policy->bits) < policy->bits)
        ++policy;
    return *policy;
}

bool is_mapped(const uint8_t* bytes) {
    return common_bits(bytes, kPolicies[1].prefix, 96) == 96;
}

// Section 3.1 and 3.2: the numbers of multicast scopes.
int scope_of(const uint8_t* bytes) {
    constexpr int kLink = 2, kSite = 5, kGlobal = 14;
    if (is_mapped(bytes)) {
        const uint8_t* const v4 = bytes + 12;
        return v4[0] == 127 || (v4[0] == 169 && v4[1] == 254) ? kLink : kGlobal;
    }
    if (bytes[0] == 0xff)
        return bytes[1] & 15;
    if ((bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) ||
        common_bits(bytes, kPolicies[0].prefix, 128) == 128)
        return kLink;
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0 ? kSite : kGlobal;
}

void map(const sockaddr* address, uint8_t (&ret_bytes)[kIpv6Size]) {
    if (address->sa_family == AF_INET6) {
        memcpy(ret_bytes, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, kIpv6Size);
        return;
    }
    memcpy(ret_bytes, kPolicies[1].prefix, 12);
    memcpy(ret_bytes + 12, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, kIpv4Size);
}

// What the system would send from: it says so of a socket that is connected, without a packet.
void find_source(Destination& destination) {
    const evutil_addrinfo& entry = *destination.entry;
    SocketAddress address;
    memcpy(&address, entry.ai_addr, entry.ai_addrlen);
    address.size = entry.ai_addrlen;
    if (entry.ai_family == AF_INET)
        address.ipv4.sin_port = network_order(kAnyPort);
    else
        address.ipv6.sin6_port = network_order(kAnyPort);
    map(&address.generic, destination.bytes);
    const evutil_socket_t fd = open_datagram_socket(entry.ai_family, 0, 0);
    SocketAddress source;
    destination.reachable = fd >= 0 && connect_socket(fd, address) && local_address(fd, &source);
    if (fd >= 0)
        close_socket(fd);
    if (destination.reachable)
        map(&source.generic, destination.source);
}

// Whether `a` has to come before `b`: section 6, rules 1, 2, 5, 6, 8 and 9.
bool goes_before(const Destination& a, const Destination& b) {
    if (a.reachable != b.reachable)
        return a.reachable;
    if (!a.reachable)
        return false;
    const int scope_a = scope_of(a.bytes);
    const int scope_b = scope_of(b.bytes);
    const bool scope_fits_a = scope_a == scope_of(a.source);
    const bool scope_fits_b = scope_b == scope_of(b.source);
    if (scope_fits_a != scope_fits_b)
        return scope_fits_a;
    const Policy& policy_a = policy_of(a.bytes);
    const Policy& policy_b = policy_of(b.bytes);
    const bool label_fits_a = policy_a.label == policy_of(a.source).label;
    const bool label_fits_b = policy_b.label == policy_of(b.source).label;
    if (label_fits_a != label_fits_b)
        return label_fits_a;
    if (policy_a.precedence != policy_b.precedence)
        return policy_a.precedence > policy_b.precedence;
    if (scope_a != scope_b)
        return scope_a < scope_b;
    if (is_mapped(a.bytes) || is_mapped(b.bytes))
        return false;
    // Beyond the first half is the host's own part.
    return common_bits(a.bytes, a.source, 64) > common_bits(b.bytes, b.source, 64);
}

}  // namespace

void order_addresses(evutil_addrinfo*& list) {
    Destination sorted[kMostAddresses];
    unsigned count = 0;
    // Addresses of IPv4 are all alike to these rules, and their nameserver's order spreads the
    // load.
    const evutil_addrinfo* other = list;
    while (other && other->ai_family == AF_INET)
        other = other->ai_next;
    if (!other || !list->ai_next)
        return;
    for (evutil_addrinfo* entry = list; entry; entry = entry->ai_next) {
        if (count == kMostAddresses)
            return;
        Destination destination;
        destination.entry = entry;
        // The same address once more, for another kind of socket, is as good as the one before.
        if (count && entry->ai_addrlen == sorted[count - 1].entry->ai_addrlen &&
            memcmp(entry->ai_addr, sorted[count - 1].entry->ai_addr, entry->ai_addrlen) == 0) {
            destination = sorted[count - 1];
            destination.entry = entry;
        } else {
            find_source(destination);
        }
        sorted[count++] = destination;
    }
    char* const name = list->ai_canonname;
    list->ai_canonname = nullptr;
    // By insertion, which keeps the order of equals.
    for (unsigned i = 1; i < count; ++i) {
        const Destination moved = sorted[i];
        unsigned at = i;
        for (; at && goes_before(moved, sorted[at - 1]); --at)
            sorted[at] = sorted[at - 1];
        sorted[at] = moved;
    }
    for (unsigned i = 0; i < count; ++i)
        sorted[i].entry->ai_next = i + 1 < count ? sorted[i + 1].entry : nullptr;
    list = sorted[0].entry;
    list->ai_canonname = name;
}

}  // namespace evlet::dns
