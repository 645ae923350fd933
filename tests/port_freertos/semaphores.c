/* SPDX-License-Identifier: BSD-3-Clause */
/* Semaphores and mutexes of the kernel on the host. `count` is 1 while one can be taken. */
#include "host_internal.h"

enum kind { DELETED = 0x5e, BINARY, MUTEX, RECURSIVE };

_Static_assert(sizeof(struct QueueDefinition) <= sizeof(StaticSemaphore_t), "StaticSemaphore_t");

static SemaphoreHandle_t create(StaticSemaphore_t *storage, enum kind kind) {
    struct QueueDefinition *semaphore = (struct QueueDefinition *)(void *)storage;
    host_must_be_task();
    semaphore->kind = kind;
    semaphore->count = kind != BINARY;
    semaphore->depth = 0;
    semaphore->owner = NULL;
    return semaphore;
}

SemaphoreHandle_t xSemaphoreCreateBinaryStatic(StaticSemaphore_t *storage) {
    return create(storage, BINARY);
}

SemaphoreHandle_t xSemaphoreCreateMutexStatic(StaticSemaphore_t *storage) {
    return create(storage, MUTEX);
}

SemaphoreHandle_t xSemaphoreCreateRecursiveMutexStatic(StaticSemaphore_t *storage) {
    return create(storage, RECURSIVE);
}

static void must_exist(const struct QueueDefinition *semaphore) {
    configASSERT(semaphore != NULL && semaphore->kind > DELETED && semaphore->kind <= RECURSIVE);
}

void vSemaphoreDelete(SemaphoreHandle_t semaphore) {
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    must_exist(semaphore);
    configASSERT(!host_announce(semaphore, NULL));
    semaphore->kind = DELETED;
    pthread_mutex_unlock(&host_kernel);
}

static BaseType_t take(SemaphoreHandle_t semaphore, TickType_t ticks) {
    struct waiter waiter = {NULL, semaphore, NULL, 0};
    host_must_be_task();
    must_exist(semaphore);
    if (semaphore->count == 0 && (ticks == 0 || !host_wait_for(&waiter, ticks))) {
        return pdFALSE;
    }
    semaphore->count = 0;
    semaphore->owner = semaphore->kind == BINARY ? NULL : host_self();
    return pdTRUE;
}

static BaseType_t give(SemaphoreHandle_t semaphore) {
    if (semaphore->count == 1) {
        return pdFALSE;
    }
    semaphore->count = 1;
    semaphore->owner = NULL;
    (void)host_announce(semaphore, NULL);
    return pdTRUE;
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks) {
    BaseType_t taken;
    pthread_mutex_lock(&host_kernel);
    configASSERT(semaphore->kind != RECURSIVE);
    taken = take(semaphore, ticks);
    pthread_mutex_unlock(&host_kernel);
    return taken;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore) {
    BaseType_t given;
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    must_exist(semaphore);
    configASSERT(semaphore->kind != RECURSIVE);
    configASSERT(semaphore->kind == BINARY || semaphore->owner == host_self());
    given = give(semaphore);
    pthread_mutex_unlock(&host_kernel);
    return given;
}

BaseType_t xSemaphoreGiveFromISR(SemaphoreHandle_t semaphore, BaseType_t *ret_woken) {
    BaseType_t given;
    configASSERT(xPortIsInsideInterrupt());
    pthread_mutex_lock(&host_kernel);
    must_exist(semaphore);
    configASSERT(semaphore->kind == BINARY); /* mutexes have owners, interrupts are none */
    if (semaphore->count == 0 && host_announce(semaphore, NULL)) {
        *ret_woken = pdTRUE;
    }
    given = give(semaphore);
    pthread_mutex_unlock(&host_kernel);
    return given;
}

BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t mutex, TickType_t ticks) {
    BaseType_t taken = pdTRUE;
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    must_exist(mutex);
    configASSERT(mutex->kind == RECURSIVE);
    if (mutex->owner != host_self()) {
        taken = take(mutex, ticks);
    }
    mutex->depth += taken == pdTRUE;
    pthread_mutex_unlock(&host_kernel);
    return taken;
}

BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t mutex) {
    BaseType_t given = pdFALSE;
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    must_exist(mutex);
    configASSERT(mutex->kind == RECURSIVE);
    if (mutex->owner == host_self()) {
        given = pdTRUE;
        if (--mutex->depth == 0) {
            (void)give(mutex);
        }
    }
    pthread_mutex_unlock(&host_kernel);
    return given;
}
