/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket addresses for a C library without <sys/socket.h>, as far as Evlet looks into them
 * (RFC 3493). Included by evlet_port_types.h alone. */
#ifndef EVLET_ADDRESS_TYPES_H
#define EVLET_ADDRESS_TYPES_H

#include <stdint.h>
#include <sys/types.h> /* ssize_t */

typedef uint32_t socklen_t;
typedef uint16_t sa_family_t;
typedef uint16_t in_port_t;

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define PF_UNSPEC AF_UNSPEC
#define PF_INET AF_INET
#define PF_INET6 AF_INET6

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3

#define IPPROTO_IP 0
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41

#define INADDR_ANY ((uint32_t)0)
#define INADDR_LOOPBACK ((uint32_t)0x7f000001)

struct in_addr {
    uint32_t s_addr; /* network order */
};
struct in6_addr {
    uint8_t s6_addr[16];
};

struct sockaddr {
    sa_family_t sa_family;
    char sa_data[14];
};
struct sockaddr_in {
    sa_family_t sin_family;
    in_port_t sin_port; /* network order, as all that follows */
    struct in_addr sin_addr;
    unsigned char sin_zero[8];
};
struct sockaddr_in6 {
    sa_family_t sin6_family;
    in_port_t sin6_port;
    uint32_t sin6_flowinfo;
    struct in6_addr sin6_addr;
    uint32_t sin6_scope_id;
};
/* Room and alignment for either. */
struct sockaddr_storage {
    sa_family_t ss_family;
    uint16_t ss_pad[3];
    uint32_t ss_rest[6];
};

struct iovec {
    void *iov_base;
    size_t iov_len;
};

#endif
