/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FreeRTOS without a network: timers, tasks, interrupts and whatever else the program activates.
 * The pair with lwIP is ports/freertos-lwip. Included by evlet/port_os.h and evlet/port_net.h.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include "freertos_os_types.h"

#define EVLET_PORT_SYSTEM_DESCRIPTORS 0
#define EVLET_PORT_HAS_SOCKETS 0
#define EVLET_PORT_HAS_FILES 0
#define EVLET_PORT_HAS_UNIX_SOCKETS 0
#define EVLET_PORT_HAS_GETADDRINFO 0
#define EVLET_PORT_HAS_POLL 0
#define EVLET_PORT_HAS_SELECT 1
#define EVLET_PORT_WAKER_FROM_ISR 1

#define EVLET_PORT_FIRST_FD 0
#define EVLET_PORT_SELECT_LIMIT 32

typedef int evlet_fd;

/* Nothing is connected to them, but everything has to compile. */
#ifndef EVLET_FREERTOS_SYSTEM_SOCKETS
#define EVLET_FREERTOS_SYSTEM_SOCKETS 0
#if defined(__has_include)
#if __has_include(<sys/socket.h>) && __has_include(<netinet/in.h>) && __has_include(<sys/uio.h>)
#undef EVLET_FREERTOS_SYSTEM_SOCKETS
#define EVLET_FREERTOS_SYSTEM_SOCKETS 1
#endif
#endif
#endif
#if EVLET_FREERTOS_SYSTEM_SOCKETS
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#else
#include "../baremetal/evlet_address_types.h"
#endif

struct addrinfo; /* never looked into without EVLET_PORT_HAS_GETADDRINFO */

/* All bytes 0: not open. */
struct evlet_waker {
    StaticSemaphore_t storage;
    void *semaphore;
    unsigned char signalled; /* read and written with the two functions of waker.h */
};

#endif
