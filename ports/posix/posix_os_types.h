/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operating-system part of `evlet_port_types.h` with POSIX threads, whatever network half it is
 * paired with. Included by posix_types.h and by the evlet_port_types.h of such pairs, which say
 * themselves whether EVLET_PORT_HAS_SIGNALS and EVLET_PORT_HAS_FORK: both depend on the other half.
 */
#ifndef EVLET_POSIX_OS_TYPES_H
#define EVLET_POSIX_OS_TYPES_H

#include <pthread.h>
#include <signal.h>

#define EVLET_PORT_HAS_THREADS 1

struct evlet_lock {
    pthread_mutex_t mutex;
};

struct evlet_cond {
    pthread_cond_t cond;
};

struct evlet_signal_saved {
    struct sigaction action;
};

#endif
