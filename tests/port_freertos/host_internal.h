/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the kernel on the host share; kernel.c says what holds. */
#ifndef EVLET_HOST_INTERNAL_H
#define EVLET_HOST_INTERNAL_H

#include <pthread.h>

#include <semphr.h>
#include <task.h>

struct tskTaskControlBlock {
    TaskFunction_t body;
    void *argument;
    uint32_t notified;
    int on_heap;
};

struct QueueDefinition {
    int kind;
    unsigned count; /* 1: can be taken */
    unsigned depth; /* how often its owner has taken a recursive one */
    TaskHandle_t owner;
};

/* One of the first two, or neither for a delay. */
struct waiter {
    struct waiter *next;
    const struct QueueDefinition *semaphore;
    const struct tskTaskControlBlock *task;
    uint64_t deadline;
};

extern pthread_mutex_t host_kernel;

TaskHandle_t host_self(void);
/* Kernel calls of tasks are not for critical sections. */
void host_must_be_task(void);
/* Waits, `host_kernel` held, until what `waiter` is for has come (1) or its ticks are over (0). */
int host_wait_for(struct waiter *waiter, TickType_t ticks);
/* Tells those who wait for it, `host_kernel` held. Whether there are any. */
int host_announce(const struct QueueDefinition *semaphore, const struct tskTaskControlBlock *task);

#endif
