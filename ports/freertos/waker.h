/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flag of a waker, which a task or an interrupt writes while another task reads. It needs no
 * order of its own: the semaphore that is given behind it and slept on is never missed. Included by
 * waker.c and wait.c.
 */
#ifndef EVLET_FREERTOS_WAKER_H
#define EVLET_FREERTOS_WAKER_H

#include <evlet/port_net.h>

static inline int evlet_freertos_is_signalled(const struct evlet_waker *waker) {
    return __atomic_load_n(&waker->signalled, __ATOMIC_RELAXED);
}

static inline void evlet_freertos_set_signalled(struct evlet_waker *waker, int signalled) {
    __atomic_store_n(&waker->signalled, (unsigned char)signalled, __ATOMIC_RELAXED);
}

#endif
