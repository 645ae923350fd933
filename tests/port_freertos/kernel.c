/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A kernel with the FreeRTOS API on POSIX threads: every task is a thread, and a thread that calls
 * it is a task. It is as strict as the documentation: a call from the wrong context, a mutex given
 * by another than its owner, or a semaphore deleted under a waiter or used afterwards end the
 * program.
 *
 * Invariants: everything below, and semaphores, change under `host_kernel`; `changed` is signalled
 * to all whenever something that a task may wait for has changed. A waiter stands in `waiters` for
 * as long as it waits. `critical` is what a critical section or an interrupt holds, always taken
 * before `host_kernel`.
 *
 * Time: ticks are counted in 64 bits and shown cut to TickType_t, with the number of its wraps
 * beside it, as the kernel does. A clock that runs follows the host's; one that stands is moved by
 * tests.
 */
#define _GNU_SOURCE 1

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "host_internal.h"
#include "host_kernel.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define FOREVER UINT64_MAX

_Static_assert(sizeof(struct tskTaskControlBlock) <= sizeof(StaticTask_t), "StaticTask_t");

pthread_mutex_t host_kernel = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t critical; /* recursive: start() */
static pthread_cond_t changed;   /* on the monotonic clock: start() */
static struct waiter *waiters;
static int yields;

/* A running clock: ticks = shift + host time in ticks; a standing one: ticks = shift. */
static int frozen;
static uint64_t shift;

static __thread struct tskTaskControlBlock *current;
static __thread struct tskTaskControlBlock
    foreign; /* of a thread that was not made by xTaskCreate */
static __thread int critical_depth, in_interrupt;
static __thread void (*after_critical)(void);

void vAssertCalled(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: configASSERT: %s\n", file, line, condition);
    abort();
}

/* ---- Time ------------------------------------------------------------------------------------ */

static uint64_t host_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static uint64_t host_ns_in_ticks(void) {
    const uint64_t ns = host_ns();
    return ns / NS_PER_SECOND * HOST_TICK_RATE_HZ +
           ns % NS_PER_SECOND * HOST_TICK_RATE_HZ / NS_PER_SECOND;
}

__attribute__((constructor)) static void start(void) {
    pthread_mutexattr_t recursive;
    pthread_condattr_t attributes;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&critical, &recursive);
    pthread_mutexattr_destroy(&recursive);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
    shift = (uint64_t)configINITIAL_TICK_COUNT - host_ns_in_ticks();
}

static uint64_t now_ticks(void) {
    return frozen ? shift : shift + host_ns_in_ticks();
}

/* The host's time at which a running clock shows `ticks`, which are not in the past; cut to a day.
 */
static struct timespec host_time_of(uint64_t ticks) {
    struct timespec time;
    const uint64_t day = UINT64_C(86400) * HOST_TICK_RATE_HZ, left = ticks - now_ticks();
    const uint64_t at = host_ns_in_ticks() + (left < day ? left : day);
    time.tv_sec = (time_t)(at / HOST_TICK_RATE_HZ);
    time.tv_nsec = (long)((at % HOST_TICK_RATE_HZ * NS_PER_SECOND + HOST_TICK_RATE_HZ - 1) /
                          HOST_TICK_RATE_HZ);
    if (time.tv_nsec == (long)NS_PER_SECOND) {
        time.tv_nsec = 0;
        time.tv_sec++;
    }
    return time;
}

static void set_clock(int stands, uint64_t ticks) {
    pthread_mutex_lock(&host_kernel);
    frozen = stands;
    shift = stands ? ticks : ticks - host_ns_in_ticks();
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&host_kernel);
}

void host_freeze(uint64_t ticks) {
    set_clock(1, ticks);
}

void host_thaw(void) {
    set_clock(0, host_ticks());
}

void host_advance(uint64_t ticks) {
    configASSERT(frozen);
    set_clock(1, host_ticks() + ticks);
}

uint64_t host_ticks(void) {
    uint64_t ticks;
    pthread_mutex_lock(&host_kernel);
    ticks = now_ticks();
    pthread_mutex_unlock(&host_kernel);
    return ticks;
}

TickType_t xTaskGetTickCount(void) {
    return (TickType_t)host_ticks();
}

void vTaskSetTimeOutState(TimeOut_t *ret_now) {
    const uint64_t ticks = host_ticks();
    configASSERT(!in_interrupt);
    ret_now->xOverflowCount = (BaseType_t)(ticks >> (8 * sizeof(TickType_t)));
    ret_now->xTimeOnEntering = (TickType_t)ticks;
}

/* ---- Contexts -------------------------------------------------------------------------------- */

TaskHandle_t host_self(void) {
    return current ? current : &foreign;
}

/* Kernel calls of tasks are not for critical sections. */
void host_must_be_task(void) {
    configASSERT(!in_interrupt);
    configASSERT(critical_depth == 0);
}

BaseType_t xPortIsInsideInterrupt(void) {
    return in_interrupt ? pdTRUE : pdFALSE;
}

void vPortEnterCritical(void) {
    configASSERT(!in_interrupt);
    pthread_mutex_lock(&critical);
    critical_depth++;
}

void vPortExitCritical(void) {
    void (*hook)(void) = after_critical;
    configASSERT(!in_interrupt && critical_depth > 0);
    critical_depth--;
    pthread_mutex_unlock(&critical);
    if (hook && critical_depth == 0) {
        after_critical = NULL;
        hook();
    }
}

void host_after_critical(void (*hook)(void)) {
    after_critical = hook;
}

UBaseType_t uxPortEnterCriticalFromISR(void) {
    configASSERT(in_interrupt);
    return (UBaseType_t)critical_depth++;
}

void vPortExitCriticalFromISR(UBaseType_t state) {
    configASSERT(in_interrupt && critical_depth == (int)state + 1);
    critical_depth--;
}

/* Nothing happens any more. */
void vPortDisableInterrupts(void) {
    pthread_mutex_lock(&critical);
}

void vPortYieldFromISR(BaseType_t switch_required) {
    configASSERT(in_interrupt);
    yields += switch_required != pdFALSE;
}

int host_yields(void) {
    int seen;
    pthread_mutex_lock(&critical);
    seen = yields;
    pthread_mutex_unlock(&critical);
    return seen;
}

void host_interrupt(void (*handler)(void)) {
    configASSERT(!in_interrupt && critical_depth == 0);
    pthread_mutex_lock(&critical);
    in_interrupt = 1;
    handler();
    configASSERT(critical_depth == 0);
    in_interrupt = 0;
    pthread_mutex_unlock(&critical);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static int has_come(const struct waiter *waiter) {
    return (waiter->semaphore && waiter->semaphore->count > 0) ||
           (waiter->task && waiter->task->notified > 0);
}

/* Waits, `host_kernel` held, until what `waiter` is for has come or its ticks are over. */
int host_wait_for(struct waiter *waiter, TickType_t ticks) {
    struct waiter **place;
    waiter->deadline = ticks == portMAX_DELAY ? FOREVER : now_ticks() + ticks;
    waiter->next = waiters;
    waiters = waiter;
    while (!has_come(waiter) && now_ticks() < waiter->deadline) {
        if (frozen || waiter->deadline == FOREVER) {
            pthread_cond_wait(&changed, &host_kernel);
        } else {
            const struct timespec until = host_time_of(waiter->deadline);
            pthread_cond_timedwait(&changed, &host_kernel, &until);
        }
    }
    for (place = &waiters; *place != waiter; place = &(*place)->next) {}
    *place = waiter->next;
    return has_come(waiter);
}

/* Tells those who wait for it. Whether there are any. */
int host_announce(const struct QueueDefinition *semaphore, const struct tskTaskControlBlock *task) {
    const struct waiter *each;
    int found = 0;
    for (each = waiters; each; each = each->next) {
        found |= (semaphore && each->semaphore == semaphore) || (task && each->task == task);
    }
    pthread_cond_broadcast(&changed);
    return found;
}

int host_waiting(void) {
    const struct waiter *each;
    int count = 0;
    pthread_mutex_lock(&host_kernel);
    for (each = waiters; each; each = each->next) {
        count += !has_come(each) && now_ticks() < each->deadline;
    }
    pthread_mutex_unlock(&host_kernel);
    return count;
}

void vTaskDelay(TickType_t ticks) {
    struct waiter waiter = {NULL, NULL, NULL, 0};
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    host_wait_for(&waiter, ticks);
    pthread_mutex_unlock(&host_kernel);
}

/* ---- Tasks ----------------------------------------------------------------------------------- */

static void *run(void *task) {
    current = task;
    current->body(current->argument);
    configASSERT(!"a task returned instead of deleting itself");
    return NULL;
}

static int start_task(TaskHandle_t task, TaskFunction_t body, void *argument, int on_heap) {
    pthread_attr_t attributes;
    pthread_t thread;
    int error;
    task->body = body;
    task->argument = argument;
    task->notified = 0;
    task->on_heap = on_heap;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    error = pthread_create(&thread, &attributes, run, task);
    pthread_attr_destroy(&attributes);
    return error;
}

BaseType_t xTaskCreate(TaskFunction_t body, const char *name, uint32_t stack_depth, void *argument,
                       UBaseType_t priority, TaskHandle_t *ret_task) {
    TaskHandle_t task;
    host_must_be_task();
    configASSERT(name && stack_depth > 0 && priority < configMAX_PRIORITIES);
    task = malloc(sizeof *task);
    if (task == NULL || start_task(task, body, argument, 1) != 0) {
        free(task);
        return pdFAIL;
    }
    if (ret_task != NULL) {
        *ret_task = task;
    }
    return pdPASS;
}

TaskHandle_t xTaskCreateStatic(TaskFunction_t body, const char *name, uint32_t stack_depth,
                               void *argument, UBaseType_t priority, StackType_t *stack,
                               StaticTask_t *storage) {
    TaskHandle_t task = (TaskHandle_t)(void *)storage;
    host_must_be_task();
    configASSERT(name && stack_depth > 0 && priority < configMAX_PRIORITIES && stack && storage);
    return start_task(task, body, argument, 0) == 0 ? task : NULL;
}

/* Tasks end themselves; to end others is more than a port needs. */
void vTaskDelete(TaskHandle_t task) {
    host_must_be_task();
    configASSERT((task == NULL || task == current) && current != NULL);
    if (current->on_heap) {
        free(current);
    }
    pthread_exit(NULL);
}

/* Tasks run as soon as they are made, so this has only to stay away. */
void vTaskStartScheduler(void) {
    host_must_be_task();
    for (;;) {
        vTaskDelay(portMAX_DELAY);
    }
}

TaskHandle_t xTaskGetCurrentTaskHandle(void) {
    return host_self();
}

/* ---- Notifications --------------------------------------------------------------------------- */

uint32_t ulTaskNotifyTake(BaseType_t clear_on_exit, TickType_t ticks) {
    struct waiter waiter = {NULL, NULL, host_self(), 0};
    uint32_t value;
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    if (host_self()->notified == 0 && ticks != 0) {
        (void)host_wait_for(&waiter, ticks);
    }
    value = host_self()->notified;
    if (value > 0) {
        host_self()->notified = clear_on_exit ? 0 : value - 1;
    }
    pthread_mutex_unlock(&host_kernel);
    return value;
}

BaseType_t xTaskNotifyGive(TaskHandle_t task) {
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    task->notified++;
    (void)host_announce(NULL, task);
    pthread_mutex_unlock(&host_kernel);
    return pdPASS;
}

void vTaskNotifyGiveFromISR(TaskHandle_t task, BaseType_t *ret_woken) {
    configASSERT(in_interrupt);
    pthread_mutex_lock(&host_kernel);
    task->notified++;
    if (host_announce(NULL, task) && ret_woken != NULL) {
        *ret_woken = pdTRUE;
    }
    pthread_mutex_unlock(&host_kernel);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static long blocks_left = -1;

void host_limit_heap(long blocks) {
    pthread_mutex_lock(&host_kernel);
    blocks_left = blocks;
    pthread_mutex_unlock(&host_kernel);
}

void *pvPortMalloc(size_t size) {
    int refused;
    host_must_be_task();
    pthread_mutex_lock(&host_kernel);
    refused = blocks_left == 0;
    blocks_left -= blocks_left > 0;
    pthread_mutex_unlock(&host_kernel);
    return refused ? NULL : malloc(size);
}

void vPortFree(void *block) {
    host_must_be_task();
    free(block);
}
