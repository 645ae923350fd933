/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks are pthread mutexes: plain ones unless a flag asks for more. */
#include "posix_features.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include <evlet/port_os.h>

static int lend_priority(pthread_mutexattr_t *attributes) {
#if defined(_POSIX_THREAD_PRIO_INHERIT) && _POSIX_THREAD_PRIO_INHERIT >= 0
    return pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT);
#else
    (void)attributes;
    return ENOTSUP;
#endif
}

static int init_with_attributes(pthread_mutex_t *mutex, unsigned flags) {
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (error != 0) {
        return error;
    }
    if (flags & EVLET_LOCK_RECURSIVE) {
        error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    }
    if (error == 0 && (flags & EVLET_LOCK_PRIO_INHERIT)) {
        error = lend_priority(&attributes);
    }
    if (error == 0) {
        error = pthread_mutex_init(mutex, &attributes);
    }
    pthread_mutexattr_destroy(&attributes);
    return error;
}

int evlet_port_lock_init(struct evlet_lock *lock, unsigned flags) {
    int error;
    if (flags & ~(EVLET_LOCK_RECURSIVE | EVLET_LOCK_PRIO_INHERIT)) {
        error = ENOTSUP;
    } else if (flags == 0) {
        error = pthread_mutex_init(&lock->mutex, NULL);
    } else {
        error = init_with_attributes(&lock->mutex, flags);
    }
    if (error != 0) {
        errno = error;
        return -1;
    }
    return 0;
}

void evlet_port_lock_destroy(struct evlet_lock *lock) {
    pthread_mutex_destroy(&lock->mutex);
}

int evlet_port_lock_acquire(struct evlet_lock *lock, int try_only) {
    return try_only ? pthread_mutex_trylock(&lock->mutex) : pthread_mutex_lock(&lock->mutex);
}

int evlet_port_lock_release(struct evlet_lock *lock) {
    return pthread_mutex_unlock(&lock->mutex);
}

/* Not the system's number of the thread: that costs a system call each time it is asked for. */
unsigned long evlet_port_thread_id(void) {
    return (unsigned long)pthread_self();
}
