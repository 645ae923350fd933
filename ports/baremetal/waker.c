/* SPDX-License-Identifier: BSD-3-Clause */
/* Ending a wait from an interrupt: a flag, which wait.c looks at with interrupts held off. */
#include <evlet/port_net.h>

int evlet_port_waker_open(struct evlet_waker *waker) {
    waker->signalled = 0;
    waker->open = 1;
    return 0;
}

void evlet_port_waker_close(struct evlet_waker *waker) {
    waker->open = 0;
    waker->signalled = 0;
}

/* One store of a byte; the interrupt itself is what ends the sleep. */
void evlet_port_waker_signal(struct evlet_waker *waker) {
    if (waker->open) {
        waker->signalled = 1;
    }
}

void evlet_port_waker_drain(struct evlet_waker *waker) {
    waker->signalled = 0;
}

evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker) {
    (void)waker;
    return -1;
}

int evlet_port_waker_makes_edges(void) {
    return 0;
}
