/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the POSIX port embeds in Evlet's objects, and what it can do. Included by
 * evlet/port_os.h and evlet/port_net.h.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include "posix_types.h"

/* A pipe. `open` is 0 for a waker that is not open, so that zeroed storage is a closed waker. */
struct evlet_waker {
    evlet_fd read_end;
    evlet_fd write_end;
    int open;
};

#endif
