/* SPDX-License-Identifier: BSD-3-Clause */
/* Which address families this machine can reach others with. */
#include "posix_features.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <evlet/port_net.h>

enum { HAS_IPV4 = 1, HAS_IPV6 = 2 };

/* Private networks (RFC 1918) count: they lead somewhere. */
static int ipv4_leads_out(const struct sockaddr *address) {
    struct sockaddr_in v4;
    uint32_t host;
    memcpy(&v4, address, sizeof v4);
    host = ntohl(v4.sin_addr.s_addr);
    return host >> 24 != 0 && host >> 24 != 127 /* this host, loopback (RFC 1122) */
           && host >> 16 != 0xa9fe              /* link-local, 169.254/16 (RFC 3927) */
           && host >> 28 < 14;                  /* multicast and reserved (RFC 1112) */
}

static int ipv6_leads_out(const struct sockaddr *address) {
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    return !IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) && !IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) &&
           !IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) && !IN6_IS_ADDR_SITELOCAL(&v6.sin6_addr) &&
           !IN6_IS_ADDR_MULTICAST(&v6.sin6_addr) && !IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
}

int evlet_port_configured_families(void) {
    struct ifaddrs *list, *entry;
    int families = 0;

    if (getifaddrs(&list) != 0) {
        return -1;
    }
    for (entry = list; entry != NULL; entry = entry->ifa_next) {
        const struct sockaddr *address = entry->ifa_addr;
        if (address == NULL || !(entry->ifa_flags & IFF_UP)) {
            continue;
        }
        if (address->sa_family == AF_INET && ipv4_leads_out(address)) {
            families |= HAS_IPV4;
        } else if (address->sa_family == AF_INET6 && ipv6_leads_out(address)) {
            families |= HAS_IPV6;
        }
    }
    freeifaddrs(list);
    return families;
}
