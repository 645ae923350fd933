/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the Linux port embeds in Evlet's objects: as the POSIX port, but for a waker of one
 * descriptor. Included by evlet/port_os.h and evlet/port_net.h.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include "../posix/posix_types.h"

/* An eventfd, stored plus one, so that zeroed storage is a closed waker. */
struct evlet_waker {
    evlet_fd descriptor_plus_one;
};

#endif
