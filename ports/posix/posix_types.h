/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of `evlet_port_types.h` that the POSIX and the Linux port share: everything but the
 * waker. Included by their evlet_port_types.h alone.
 *
 * Needs the POSIX declarations of the system's headers: C++, -std=gnu99 and later have them;
 * under -std=c99 define _POSIX_C_SOURCE=200809L.
 */
#ifndef EVLET_POSIX_TYPES_H
#define EVLET_POSIX_TYPES_H

#include <netdb.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "posix_os_types.h"

#define EVLET_PORT_SYSTEM_DESCRIPTORS 1
#define EVLET_PORT_HAS_SIGNALS 1
#define EVLET_PORT_HAS_FORK 1
#define EVLET_PORT_HAS_FILES 1
#define EVLET_PORT_HAS_UNIX_SOCKETS 1
#define EVLET_PORT_HAS_GETADDRINFO 1
#define EVLET_PORT_HAS_POLL 1
#define EVLET_PORT_HAS_SELECT 1
#define EVLET_PORT_WAKER_FROM_ISR 1

#define EVLET_PORT_FIRST_FD 0
#define EVLET_PORT_SELECT_LIMIT FD_SETSIZE

typedef int evlet_fd;

#endif
