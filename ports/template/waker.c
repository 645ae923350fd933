/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ending a wait from elsewhere. Two ways to write it:
 *   - a descriptor that becomes readable (a UDP socket connected to itself), which the loop
 *     watches like any other; then evlet_port_waker_descriptor() answers it and wait.c ignores
 *     the waker it is handed;
 *   - no descriptor: signal() sets a flag and releases whatever wait.c sleeps on (an event group,
 *     a task notification, WFE), and wait.c returns early. This is the one interrupts can use.
 */
#include <evlet/port_net.h>

#include "unsupported.h"

/* Unsupported: stays unopened. */
int evlet_port_waker_open(struct evlet_waker *waker) {
    (void)waker;
    return unsupported();
}

void evlet_port_waker_close(struct evlet_waker *waker) {
    (void)waker;
}

void evlet_port_waker_signal(struct evlet_waker *waker) {
    (void)waker;
}

void evlet_port_waker_drain(struct evlet_waker *waker) {
    (void)waker;
}

evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker) {
    (void)waker;
    return -1;
}

int evlet_port_waker_makes_edges(void) {
    return 0;
}
