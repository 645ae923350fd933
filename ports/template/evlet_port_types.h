/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The start of a port: copy this folder, then replace each choice below by what your system has.
 * As it stands it asks for nothing but a C99 compiler with <stddef.h>, <stdint.h> and <errno.h>.
 * Included by evlet/port_os.h and evlet/port_net.h, from C and from C++.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* ---- What the system can do; each is 0 or 1. Begin with 0 and raise one at a time. ----------- */

/* Locks, conditions and thread ids work. 0 asks for -Dno-threads=true. */
#define EVLET_PORT_HAS_THREADS 0
/* There are POSIX-like signals to catch. */
#define EVLET_PORT_HAS_SIGNALS 0
/* The program can call fork(). */
#define EVLET_PORT_HAS_FORK 0
/* There is a file system with open() and read(). */
#define EVLET_PORT_HAS_FILES 0
/* Descriptors are the operating system's: read(), dup() and epoll take them. */
#define EVLET_PORT_SYSTEM_DESCRIPTORS 0
/* AF_UNIX exists. 0: evlet_port_socketpair() makes a TCP pair. */
#define EVLET_PORT_HAS_UNIX_SOCKETS 0
/* The system resolves names by itself. */
#define EVLET_PORT_HAS_GETADDRINFO 0
/* evlet_port_poll() exists; the types header then also declares struct pollfd. */
#define EVLET_PORT_HAS_POLL 0
/* evlet_port_select() exists. One of the two must: select needs no type of the system. */
#define EVLET_PORT_HAS_SELECT 1
/* evlet_port_waker_signal() may be called from interrupts (or signal handlers). */
#define EVLET_PORT_WAKER_FROM_ISR 0

/* ---- Descriptors ---------------------------------------------------------------------------- */

/* The lowest number a descriptor can have (lwIP: LWIP_SOCKET_OFFSET), and for how many from there
 * on select works. A small limit keeps the sets of a loop small. */
#define EVLET_PORT_FIRST_FD 0
#define EVLET_PORT_SELECT_LIMIT 32

typedef int evlet_fd;

/* ---- Address types -------------------------------------------------------------------------- */

/* A network stack brings its own: include its header here instead of all this (lwIP:
 * "lwip/sockets.h"). Where the C library has the BSD headers they are taken, so that the template
 * compiles beside programs that include them; else the least that the declarations need. */
#ifndef EVLET_TEMPLATE_SYSTEM_SOCKETS
#define EVLET_TEMPLATE_SYSTEM_SOCKETS 0
#if defined(__has_include)
#if __has_include(<sys/socket.h>) && __has_include(<sys/uio.h>)
#undef EVLET_TEMPLATE_SYSTEM_SOCKETS
#define EVLET_TEMPLATE_SYSTEM_SOCKETS 1
#endif
#endif
#endif

#if EVLET_TEMPLATE_SYSTEM_SOCKETS
#include <sys/types.h>

#include <sys/socket.h>
#include <sys/uio.h>
#else
typedef uint32_t socklen_t;
typedef ptrdiff_t ssize_t;
struct sockaddr {
    uint16_t sa_family;
    char sa_data[26]; /* holds an IPv6 address */
};
struct iovec {
    void *iov_base;
    size_t iov_len;
};
#endif

struct addrinfo; /* never looked into without EVLET_PORT_HAS_GETADDRINFO */

/* ---- What Evlet embeds in its objects ------------------------------------------------------- */

/* Without threads nobody looks inside; C wants a member. FreeRTOS would have a StaticSemaphore_t.
 */
struct evlet_lock {
    unsigned char unused;
};
struct evlet_cond {
    unsigned char unused;
};

/* All bytes 0 must mean "not open". The least a loop on one core needs is a flag that an
 * interrupt sets and the wait looks at. */
struct evlet_waker {
    unsigned char open;
    volatile unsigned char signalled;
};

struct evlet_signal_saved; /* never looked into without EVLET_PORT_HAS_SIGNALS */

#endif
