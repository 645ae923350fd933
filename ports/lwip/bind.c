/* SPDX-License-Identifier: BSD-3-Clause */
/* Binding. lwIP takes any address, even one of another host, to which nothing would ever come. */
#include <string.h>

#include "lwip_internal.h"

#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>

#if LWIP_IPV4
/* With the core lock. Of all, of one interface, of all hosts at one, of a group. */
static int is_own_ipv4(const ip4_addr_t *address) {
    const struct netif *netif;
    if (ip4_addr_isany_val(*address) || ip4_addr_ismulticast(address)) {
        return 1;
    }
#if LWIP_NETIF_LOOPBACK && !LWIP_HAVE_LOOPIF
    /* Any interface takes it in. */
    if (ip4_addr_get_u32(address) == PP_HTONL(IPADDR_LOOPBACK)) {
        return netif_list != NULL;
    }
#endif
    NETIF_FOREACH(netif) {
        if (ip4_addr_cmp(address, netif_ip4_addr(netif)) || ip4_addr_isbroadcast(address, netif)) {
            return 1;
        }
    }
    return 0;
}
#endif

#if LWIP_IPV6
static int interface_has(struct netif *netif, const ip6_addr_t *address) {
    int i;
    for (i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        if (!ip6_addr_isinvalid(netif_ip6_addr_state(netif, i)) &&
            ip6_addr_cmp_zoneless(address, netif_ip6_addr(netif, i))) {
            return 1;
        }
    }
    return 0;
}

/* The zone of a scoped address is lwIP's to choose or to check. */
static int is_own_ipv6(const ip6_addr_t *address) {
    struct netif *netif;
    if (ip6_addr_isany_val(*address) || ip6_addr_ismulticast(address)) {
        return 1;
    }
#if LWIP_IPV4
    if (ip6_addr_isipv4mappedipv6(address)) {
        ip4_addr_t unmapped;
        unmap_ipv4_mapped_ipv6(&unmapped, address);
        return is_own_ipv4(&unmapped);
    }
#endif
    NETIF_FOREACH(netif) {
        if (interface_has(netif, address)) {
            return 1;
        }
    }
    return 0;
}
#endif

/* What is no address is left for lwIP to refuse. */
static int is_own(const struct sockaddr *address, socklen_t length) {
    int own = 1;
    LOCK_TCPIP_CORE();
#if LWIP_IPV4
    if (address->sa_family == AF_INET && length >= (socklen_t)sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        ip4_addr_t ipv4;
        memcpy(&in, address, sizeof in);
        ip4_addr_set_u32(&ipv4, in.sin_addr.s_addr);
        own = is_own_ipv4(&ipv4);
    }
#endif
#if LWIP_IPV6
    if (address->sa_family == AF_INET6 && length >= (socklen_t)sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in6;
        ip6_addr_t ipv6;
        memcpy(&in6, address, sizeof in6);
        memset(&ipv6, 0, sizeof ipv6);
        memcpy(ipv6.addr, &in6.sin6_addr, sizeof ipv6.addr);
        own = is_own_ipv6(&ipv6);
    }
#endif
    UNLOCK_TCPIP_CORE();
    return own;
}

int evlet_port_bind(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    if (evlet_port_is_open(fd) && !is_own(address, length)) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    return lwip_bind(fd, address, length);
}
