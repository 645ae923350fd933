/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks, conditions, thread ids. Stays as it is with EVLET_PORT_HAS_THREADS 0, and can then be left
 * out of the build: a core built with -Dno-threads=true calls nothing of it. */
#include <evlet/port_os.h>

#include "unsupported.h"

int evlet_port_lock_init(struct evlet_lock *lock, unsigned flags) {
    (void)lock;
    (void)flags;
    return unsupported();
}

void evlet_port_lock_destroy(struct evlet_lock *lock) {
    (void)lock;
}

/* These two answer the error itself, as their kind does in most systems. */
int evlet_port_lock_acquire(struct evlet_lock *lock, int try_only) {
    (void)lock;
    (void)try_only;
    return ENOSYS;
}

int evlet_port_lock_release(struct evlet_lock *lock) {
    (void)lock;
    return ENOSYS;
}

int evlet_port_cond_init(struct evlet_cond *cond) {
    (void)cond;
    return unsupported();
}

void evlet_port_cond_destroy(struct evlet_cond *cond) {
    (void)cond;
}

int evlet_port_cond_signal(struct evlet_cond *cond, int broadcast) {
    (void)cond;
    (void)broadcast;
    return unsupported();
}

int evlet_port_cond_wait(struct evlet_cond *cond, struct evlet_lock *lock, int64_t timeout_ns) {
    (void)cond;
    (void)lock;
    (void)timeout_ns;
    return unsupported();
}

/* The one thread there is. */
unsigned long evlet_port_thread_id(void) {
    return 1;
}
