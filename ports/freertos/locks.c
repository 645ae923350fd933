/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks are the kernel's mutexes, plain or recursive, in storage of Evlet's objects. All of them
 * lend priority, asked for or not. */
#include <errno.h>

#include "freertos_internal.h"

int evlet_port_lock_init(struct evlet_lock *lock, unsigned flags) {
    SemaphoreHandle_t handle;
    const unsigned recursive = flags & EVLET_LOCK_RECURSIVE;
    if (flags & ~(EVLET_LOCK_RECURSIVE | EVLET_LOCK_PRIO_INHERIT)) {
        errno = ENOTSUP;
        return -1;
    }
    handle = recursive ? xSemaphoreCreateRecursiveMutexStatic(&lock->storage)
                       : xSemaphoreCreateMutexStatic(&lock->storage);
    if (handle == NULL) {
        errno = EINVAL;
        return -1;
    }
    lock->handle = handle;
    lock->recursive = recursive != 0;
    return 0;
}

void evlet_port_lock_destroy(struct evlet_lock *lock) {
    vSemaphoreDelete((SemaphoreHandle_t)lock->handle);
}

static int take(struct evlet_lock *lock, TickType_t ticks) {
    const SemaphoreHandle_t handle = lock->handle;
    return (lock->recursive ? xSemaphoreTakeRecursive(handle, ticks)
                            : xSemaphoreTake(handle, ticks)) == pdTRUE;
}

int evlet_port_lock_acquire(struct evlet_lock *lock, int try_only) {
    if (try_only) {
        return take(lock, 0) ? 0 : EBUSY;
    }
    while (!take(lock, portMAX_DELAY)) {} /* not for ever where INCLUDE_vTaskSuspend is 0 */
    return 0;
}

int evlet_port_lock_release(struct evlet_lock *lock) {
    const SemaphoreHandle_t handle = lock->handle;
    return (lock->recursive ? xSemaphoreGiveRecursive(handle) : xSemaphoreGive(handle)) == pdTRUE
               ? 0
               : EPERM;
}

/* The task's control block: two that are alive have two. */
unsigned long evlet_port_thread_id(void) {
    return (unsigned long)(uintptr_t)xTaskGetCurrentTaskHandle();
}
