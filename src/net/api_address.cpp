// SPDX-License-Identifier: BSD-3-Clause
// Addresses as text: the shells over address_text.h, sockaddr_text.h and sockaddr_compare.h.
#include <errno.h>

#include "event2/util.h"
#include "net/address_text.h"
#include "net/sockaddr_compare.h"
#include "net/sockaddr_text.h"

using namespace evlet;

// One function a family, so that each is a small piece of its own for the linker.
static int read_ipv4(const char* src, void* dst) {
    uint8_t bytes[kIpv4Size];
    if (!parse_ipv4(Text(src), bytes))
        return 0;
    memcpy(dst, bytes, sizeof bytes);
    return 1;
}

static int unknown_family() {
    errno = EAFNOSUPPORT;
    return -1;
}

extern "C" {

const char* evutil_inet_ntop(int af, const void* src, char* dst, size_t len) {
    char text[kAddressTextSize];
    size_t length;
    if (af == AF_INET) {
        uint8_t bytes[kIpv4Size];
        memcpy(bytes, src, sizeof bytes);
        length = write_ipv4(bytes, text);
    } else if (af == AF_INET6) {
        uint8_t bytes[kIpv6Size];
        memcpy(bytes, src, sizeof bytes);
        length = write_ipv6(bytes, text);
    } else {
        unknown_family();
        return nullptr;
    }
    if (length >= len) {
        errno = ENOSPC;
        return nullptr;
    }
    memcpy(dst, text, length + 1);
    return dst;
}

int evutil_inet_pton(int af, const char* src, void* dst) {
    if (af == AF_INET)
        return read_ipv4(src, dst);
    if (af != AF_INET6)
        return unknown_family();
    uint8_t bytes[kIpv6Size];
    if (!parse_ipv6(Text(src), bytes))
        return 0;
    memcpy(dst, bytes, sizeof bytes);
    return 1;
}

int evutil_inet_pton_scope(int af, const char* src, void* dst, unsigned* indexp) {
    if (af != AF_INET6) {
        const int result = af == AF_INET ? read_ipv4(src, dst) : unknown_family();
        if (result == 1)
            *indexp = 0;
        return result;
    }
    uint8_t bytes[kIpv6Size];
    uint32_t scope;
    if (!parse_scoped_ipv6(Text(src), bytes, &scope))
        return 0;
    memcpy(dst, bytes, sizeof bytes);
    *indexp = scope;
    return 1;
}

int evutil_parse_sockaddr_port(const char* str, struct sockaddr* out, int* outlen) {
    SocketAddress address;
    if (!str || !out || !outlen || failed(parse_socket_address(Text(str), &address)) ||
        *outlen < static_cast<int>(address.size)) {
        errno = EINVAL;
        return -1;
    }
    // All of the room, so that a sockaddr_storage can be compared byte by byte.
    memset(out, 0, static_cast<size_t>(*outlen));
    memcpy(out, &address, address.size);  // the union comes first
    *outlen = static_cast<int>(address.size);
    return 0;
}

int evutil_sockaddr_cmp(const struct sockaddr* sa1, const struct sockaddr* sa2, int include_port) {
    return compare_addresses(sa1, sa2, include_port != 0);
}

}  // extern "C"
