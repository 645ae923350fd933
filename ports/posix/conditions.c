/* SPDX-License-Identifier: BSD-3-Clause */
/* Condition variables that measure time on the monotonic clock, so that setting the wall clock
 * neither stretches nor cuts a wait. */
#include "posix_features.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <evlet/port_os.h>

#include "posix_internal.h"

int evlet_port_cond_init(struct evlet_cond *cond) {
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);
    if (error == 0) {
        error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        if (error == 0) {
            error = pthread_cond_init(&cond->cond, &attributes);
        }
        pthread_condattr_destroy(&attributes);
    }
    if (error != 0) {
        errno = error;
        return -1;
    }
    return 0;
}

void evlet_port_cond_destroy(struct evlet_cond *cond) {
    pthread_cond_destroy(&cond->cond);
}

int evlet_port_cond_signal(struct evlet_cond *cond, int broadcast) {
    int error = broadcast ? pthread_cond_broadcast(&cond->cond) : pthread_cond_signal(&cond->cond);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return 0;
}

static int wait_until(struct evlet_cond *cond, struct evlet_lock *lock, int64_t timeout_ns) {
    struct timespec wait, deadline = {0, 0};

    evlet_posix_wait_to_timespec(timeout_ns, &wait);
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += wait.tv_sec;
    deadline.tv_nsec += wait.tv_nsec;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_nsec -= 1000000000;
        deadline.tv_sec += 1;
    }
    return pthread_cond_timedwait(&cond->cond, &lock->mutex, &deadline);
}

int evlet_port_cond_wait(struct evlet_cond *cond, struct evlet_lock *lock, int64_t timeout_ns) {
    int error = timeout_ns < 0 ? pthread_cond_wait(&cond->cond, &lock->mutex)
                               : wait_until(cond, lock, timeout_ns);
    if (error == 0) {
        return 0;
    }
    if (error == ETIMEDOUT) {
        /* A wait that was cut short is a spurious wake-up, not the end of the caller's time. */
        return timeout_ns <= EVLET_POSIX_LONGEST_WAIT_NS;
    }
    errno = error;
    return -1;
}
