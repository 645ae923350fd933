/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network part of `evlet_port_types.h` for ports that stand on lwIP's sockets: its address
 * types, what this lwIP can do (as its lwipopts.h says), the waker. The operating-system part comes
 * from the port that lwIP is paired with; see ports/linux-lwip/evlet_port_types.h.
 *
 * ports/README.md says which lwipopts.h it takes, and why.
 */
#ifndef EVLET_LWIP_TYPES_H
#define EVLET_LWIP_TYPES_H

#include <lwip/sockets.h>

#include <lwip/init.h>

/* ---- What lwipopts.h must say ---------------------------------------------------------------- */

#if LWIP_VERSION_MAJOR < 2 || (LWIP_VERSION_MAJOR == 2 && LWIP_VERSION_MINOR < 1)
#error "ports/lwip needs lwIP 2.1 or later: earlier ones have no poll and other waits."
#endif
#if NO_SYS || !LWIP_SOCKET || !LWIP_TCP || !LWIP_UDP
#error "ports/lwip needs sockets over TCP and UDP: NO_SYS 0, LWIP_SOCKET, LWIP_TCP and LWIP_UDP 1."
#endif
#if !LWIP_TCPIP_CORE_LOCKING
#error "ports/lwip needs LWIP_TCPIP_CORE_LOCKING 1 (lwIP's default): a waker may not need memory."
#endif
#if LWIP_COMPAT_SOCKETS == 1
#error "Set LWIP_COMPAT_SOCKETS to 0 (or 2): its macros would rename every function called close()."
#endif
#if !LWIP_SOCKET_POLL && !LWIP_SOCKET_SELECT
#error "ports/lwip needs LWIP_SOCKET_POLL or LWIP_SOCKET_SELECT 1: there is nothing to wait with."
#endif

/* ---- What it can do -------------------------------------------------------------------------- */

#define EVLET_PORT_SYSTEM_DESCRIPTORS 0
#define EVLET_PORT_HAS_FILES 0
#define EVLET_PORT_HAS_UNIX_SOCKETS 0
#define EVLET_PORT_HAS_GETADDRINFO 0
/* The waker takes lwIP's core lock. */
#define EVLET_PORT_WAKER_FROM_ISR 0

#if LWIP_SOCKET_POLL
#define EVLET_PORT_HAS_POLL 1
#else
#define EVLET_PORT_HAS_POLL 0
#endif
#if LWIP_SOCKET_SELECT
#define EVLET_PORT_HAS_SELECT 1
#else
#define EVLET_PORT_HAS_SELECT 0
#endif

#define EVLET_PORT_FIRST_FD LWIP_SOCKET_OFFSET

/* lwIP's own fd_set counts from the offset, the C library's from 0. Sockets that come from the heap
 * (Debian's LWIP_SOCKET_OPEN_COUNT) have no other bound than the set. */
#if defined(LWIP_SOCKET_OPEN_COUNT) && LWIP_SOCKET_OPEN_COUNT
#define EVLET_PORT_SELECT_LIMIT (FD_SETSIZE - LWIP_SOCKET_OFFSET)
#else
#define EVLET_PORT_SELECT_LIMIT MEMP_NUM_NETCONN
#endif

/* The C library's <poll.h> may have it; lwIP never reports it. */
#undef POLLRDHUP

typedef int evlet_fd;

/* A socket that is never bound, for the sake of its readiness. All bytes 0: not open. */
struct netconn;
struct evlet_waker {
    struct netconn *connection;
    evlet_fd descriptor;
    int signalled; /* under lwIP's core lock */
};

struct addrinfo; /* never looked into: no getaddrinfo() */

#endif
