/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ending a wait: a flag that lasts until drained, and a binary semaphore that wait.c sleeps on. Not
 * a notification of the loop's task: those belong to the program. The flag is set before the
 * semaphore is given; one that is left over ends a later wait early, and nothing worse.
 */
#include "waker.h"
#include "freertos_internal.h"

int evlet_port_waker_open(struct evlet_waker *waker) {
    evlet_freertos_set_signalled(waker, 0);
    waker->semaphore = xSemaphoreCreateBinaryStatic(&waker->storage);
    return waker->semaphore != NULL ? 0 : -1;
}

void evlet_port_waker_close(struct evlet_waker *waker) {
    if (waker->semaphore != NULL) {
        vSemaphoreDelete((SemaphoreHandle_t)waker->semaphore);
        waker->semaphore = NULL;
    }
}

void evlet_port_waker_signal(struct evlet_waker *waker) {
    if (waker->semaphore != NULL) {
        evlet_freertos_set_signalled(waker, 1);
        evlet_freertos_give(waker->semaphore);
    }
}

/* In this order a signal in between leaves the flag, the semaphore or both. */
void evlet_port_waker_drain(struct evlet_waker *waker) {
    evlet_freertos_set_signalled(waker, 0);
    (void)evlet_freertos_take(waker->semaphore, 0);
}

evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker) {
    (void)waker;
    return -1;
}

int evlet_port_waker_makes_edges(void) {
    return 0;
}
