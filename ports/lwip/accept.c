/* SPDX-License-Identifier: BSD-3-Clause */
/* Accepting, so that no connection is lost for want of a socket, and who connected is named in the
 * family of the listener. */
#include <string.h>

#include "lwip_internal.h"

/* Where sockets come from the heap, lwIP takes a connection off its queue, finds no socket for it,
 * and drops it. So there has to be one first: the connection waits in the queue until then. Two
 * threads that accept may still meet at the last one. Where they come from a table there is one for
 * each netconn, and so for each connection. */
#if defined(LWIP_SOCKET_OPEN_COUNT) && LWIP_SOCKET_OPEN_COUNT
static int socket_is_free(void) {
#if LWIP_IPV4
    const evlet_fd probe = evlet_port_socket(AF_INET, SOCK_DGRAM, 0, 0);
#else
    const evlet_fd probe = evlet_port_socket(AF_INET6, SOCK_DGRAM, 0, 0);
#endif
    if (probe < 0) {
        return 0;
    }
    lwip_close(probe);
    return 1;
}
#else
static int socket_is_free(void) {
    return 1;
}
#endif

union address {
    struct sockaddr any;
#if LWIP_IPV4
    struct sockaddr_in in;
#endif
#if LWIP_IPV6
    struct sockaddr_in6 in6;
#endif
};

/* lwip_accept() alone names a peer of IPv4 as such at a listener of IPv6. */
#if LWIP_IPV4 && LWIP_IPV6
static void map_ipv4(evlet_fd listener, union address *address, socklen_t *length) {
    union address own;
    socklen_t own_length = sizeof own;
    struct sockaddr_in6 mapped;
    unsigned char *bytes = (unsigned char *)&mapped.sin6_addr;
    if (address->any.sa_family != AF_INET ||
        lwip_getsockname(listener, &own.any, &own_length) != 0 || own.any.sa_family != AF_INET6) {
        return;
    }
    memset(&mapped, 0, sizeof mapped);
#ifdef IP6ADDR_SOCKADDR_SET_LEN
    IP6ADDR_SOCKADDR_SET_LEN(&mapped);
#else
    mapped.sin6_len = sizeof mapped;
#endif
    mapped.sin6_family = AF_INET6;
    mapped.sin6_port = address->in.sin_port;
    bytes[10] = bytes[11] = 0xff;
    memcpy(bytes + 12, &address->in.sin_addr, 4);
    address->in6 = mapped;
    *length = sizeof mapped;
}
#else
static void map_ipv4(evlet_fd listener, union address *address, socklen_t *length) {
    (void)listener;
    (void)address;
    (void)length;
}
#endif

evlet_fd evlet_port_accept(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length,
                           unsigned fd_flags) {
    evlet_fd accepted;
    union address peer;
    socklen_t peer_length;
    if (evlet_port_is_open(fd) && !socket_is_free()) {
        return -1;
    }
    do { /* ECONNABORTED took one dead connection off the queue; the next may be alive */
        peer_length = sizeof peer;
        accepted = lwip_accept(fd, &peer.any, &peer_length);
    } while (accepted < 0 && errno == ECONNABORTED);
    accepted = evlet_lwip_with_flags(accepted, fd_flags);
    if (accepted >= 0 && ret_address) {
        map_ipv4(fd, &peer, &peer_length);
        memcpy(ret_address, &peer, (size_t)(peer_length < *length ? peer_length : *length));
        *length = peer_length;
    }
    return accepted;
}
