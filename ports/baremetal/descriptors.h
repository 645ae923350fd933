/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a network half for this port gives beside the functions of evlet/port_net.h: its readiness.
 * sockets.c is the network half of a machine that has no network; a firmware with a stack replaces
 * the whole of that file.
 */
#ifndef EVLET_BAREMETAL_DESCRIPTORS_H
#define EVLET_BAREMETAL_DESCRIPTORS_H

#include <evlet/port_net.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What evlet_port_select() answers if it does not wait. Asked again after every interrupt, so a
 * stack that is polled is polled here. With 0 the sets are left as they are. */
int evlet_baremetal_ready(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set);

#ifdef __cplusplus
}
#endif
#endif
