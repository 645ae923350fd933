/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's sockets in a process on Linux: the operating-system half is that of the Linux port, the
 * network half lwIP's. Included by evlet/port_os.h and evlet/port_net.h.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include "../lwip/lwip_types.h"
#include "../posix/posix_os_types.h"

/* A handler could not wake the loop: the waker is lwIP's. */
#define EVLET_PORT_HAS_SIGNALS 0
/* A child has no thread that runs the stack. */
#define EVLET_PORT_HAS_FORK 0

#endif
