/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The types and capabilities of the example's port. -Dport-include= names the folder of this file
 * when Evlet is built; the example's own files include it the same way.
 *
 * The port uses most C files of Evlet's POSIX port, which look at these members: `mutex` of a lock,
 * `cond` of a condition, `read_end`, `write_end` and `open` of a waker, `action` of a saved signal.
 * Beside them a port may keep what it likes.
 */
#ifndef EVLET_PORT_TYPES_H
#define EVLET_PORT_TYPES_H

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#define EVLET_PORT_SYSTEM_DESCRIPTORS 1
#define EVLET_PORT_HAS_THREADS 1
#define EVLET_PORT_HAS_SIGNALS 1
#define EVLET_PORT_HAS_FORK 1
#define EVLET_PORT_HAS_FILES 1
#define EVLET_PORT_HAS_UNIX_SOCKETS 1
#define EVLET_PORT_HAS_GETADDRINFO 1
#define EVLET_PORT_HAS_POLL 1
#define EVLET_PORT_HAS_SELECT 1
#define EVLET_PORT_WAKER_FROM_ISR 1

#define EVLET_PORT_FIRST_FD 0
#define EVLET_PORT_SELECT_LIMIT FD_SETSIZE

typedef int evlet_fd;

struct evlet_lock {
    pthread_mutex_t mutex;
    unsigned long waits; /* how often somebody found it taken; written by the holder */
};

struct evlet_cond {
    pthread_cond_t cond;
};

struct evlet_waker {
    evlet_fd read_end;
    evlet_fd write_end;
    int open;
};

struct evlet_signal_saved {
    struct sigaction action;
};

#endif
