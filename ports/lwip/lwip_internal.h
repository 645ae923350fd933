/* SPDX-License-Identifier: BSD-3-Clause */
/* What the C files of this folder share among themselves. */
#ifndef EVLET_LWIP_INTERNAL_H
#define EVLET_LWIP_INTERNAL_H

#include <stdint.h>

#include <lwip/errno.h>

#include <evlet/port_net.h>

/* What a function answers that the stack has nothing for. */
static inline int evlet_lwip_unsupported(void) {
    errno = EOPNOTSUPP;
    return -1;
}

/* What a call of lwIP answered as a new socket, with flags; -1 if it is none, or cannot have them. */
evlet_fd evlet_lwip_with_flags(evlet_fd fd, unsigned fd_flags);

/* A wait as the milliseconds that lwIP counts in, rounded up, since a wait that ends early makes
 * the loop spin until its timer is due; -1: for ever. Cut to a day: the caller looks at its clock
 * after every wait. */
static inline int evlet_lwip_wait_ms(int64_t timeout_ns) {
    const int64_t longest_ns = INT64_C(86400) * 1000000000;
    if (timeout_ns < 0) {
        return -1;
    }
    if (timeout_ns > longest_ns) {
        timeout_ns = longest_ns;
    }
    return (int)((timeout_ns + 999999) / 1000000);
}

/* What is noted of a socket; see notes.c. A new socket and a closed one have no notes. */
enum {
    EVLET_LWIP_CONNECTING = 1, /* its connect goes on */
    EVLET_LWIP_ENDED = 2       /* the end of its stream was received */
};
void evlet_lwip_note(evlet_fd fd, unsigned note);
int evlet_lwip_noted(evlet_fd fd, unsigned note);
void evlet_lwip_forget(evlet_fd fd, unsigned forgotten);
#define EVLET_LWIP_ALL_NOTES 0xffu

#endif
