/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wraps the locks of the POSIX port, whose locks.c is compiled with
 * -Devlet_port_lock_init=posix_lock_init and so on.
 *
 * Invariant: `waits` of a lock is written only by the thread that holds the lock; the totals are
 * atomic, as different locks have different holders.
 */
#include "counting_lock.h"

#include <errno.h>
#include <stdatomic.h>

#include <evlet/port_os.h>

int posix_lock_init(struct evlet_lock *lock, unsigned flags);
int posix_lock_acquire(struct evlet_lock *lock, int try_only);

static atomic_ulong made, taken, waits;

unsigned long counting_lock_made(void) {
    return atomic_load(&made);
}

unsigned long counting_lock_taken(void) {
    return atomic_load(&taken);
}

unsigned long counting_lock_waits(void) {
    return atomic_load(&waits);
}

int evlet_port_lock_init(struct evlet_lock *lock, unsigned flags) {
    int result = posix_lock_init(lock, flags);
    if (result == 0) {
        lock->waits = 0;
        atomic_fetch_add(&made, 1);
    }
    return result;
}

int evlet_port_lock_acquire(struct evlet_lock *lock, int try_only) {
    int error = posix_lock_acquire(lock, 1);
    if (error == EBUSY) {
        atomic_fetch_add(&waits, 1);
        if (!try_only) {
            error = posix_lock_acquire(lock, 0);
            if (error == 0) {
                lock->waits++;
            }
        }
    }
    if (error == 0) {
        atomic_fetch_add(&taken, 1);
    }
    return error;
}
