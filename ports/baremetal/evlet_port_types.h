/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the port for machines without an operating system has, and the types that Evlet embeds.
 * What a firmware writes for it is in evlet_baremetal.h.
 *
 * There are no sockets by default: the address types below let everything compile, and every
 * function that would need a network refuses. A firmware with a stack of its own links that stack's
 * functions instead of sockets.c; the types here are then what it has to speak.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* ---- What there is -------------------------------------------------------------------------- */

#define EVLET_PORT_HAS_THREADS 0
/* Signals are interrupts: evlet_baremetal_raise(). */
#define EVLET_PORT_HAS_SIGNALS 1
#define EVLET_PORT_HAS_FORK 0
#define EVLET_PORT_HAS_FILES 0
#define EVLET_PORT_SYSTEM_DESCRIPTORS 0
#define EVLET_PORT_HAS_UNIX_SOCKETS 0
#define EVLET_PORT_HAS_GETADDRINFO 0
#define EVLET_PORT_HAS_POLL 0
#define EVLET_PORT_HAS_SELECT 1
#define EVLET_PORT_WAKER_FROM_ISR 1
/* 1 when the firmware links sockets of its own. */
#ifndef EVLET_PORT_HAS_SOCKETS
#define EVLET_PORT_HAS_SOCKETS 0
#endif

#define EVLET_PORT_FIRST_FD 0
#define EVLET_PORT_SELECT_LIMIT 1024

/* Numbers of interrupts that the program can wait for are 1 to this less one. Each costs 4 bytes
 * of static memory in a firmware that waits for any, and 8 of the arena. */
#ifndef EVLET_BAREMETAL_SOURCES
#define EVLET_BAREMETAL_SOURCES 32
#endif

typedef int evlet_fd;

/* ---- Address types -------------------------------------------------------------------------- */

/* The port also builds on a desktop, for tests; there the system's own. */
#ifndef EVLET_BAREMETAL_SYSTEM_SOCKETS
#if defined(__unix__) || defined(__APPLE__)
#define EVLET_BAREMETAL_SYSTEM_SOCKETS 1
#else
#define EVLET_BAREMETAL_SYSTEM_SOCKETS 0
#endif
#endif

#if EVLET_BAREMETAL_SYSTEM_SOCKETS
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#else
#include "evlet_address_types.h"
#endif

struct addrinfo; /* never looked into without EVLET_PORT_HAS_GETADDRINFO */

/* ---- What Evlet embeds in its objects ------------------------------------------------------- */

/* Nobody looks inside; C wants a member. */
struct evlet_lock {
    unsigned char unused;
};
struct evlet_cond {
    unsigned char unused;
};

/* Bytes of their own, since an interrupt writes one of them. */
struct evlet_waker {
    volatile unsigned char open;
    volatile unsigned char signalled;
};

struct evlet_signal_saved {
    void (*handler)(int);
};

#endif
