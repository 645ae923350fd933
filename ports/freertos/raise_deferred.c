/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Raising where the waker belongs to a network stack, which interrupts may not enter: an interrupt
 * counts and notifies a small task, which calls the handlers. A notification always succeeds,
 * unlike the kernel's timer queue or a mailbox of the stack, so that no wake-up is lost under load.
 * The task is there from the first handler on, never ends, and is not linked into a firmware that
 * waits for no interrupts.
 *
 * Invariant: `waiting` changes only in critical sections.
 */
#include <errno.h>

#include "freertos_internal.h"

/* A handler needs little more than what the stack needs to give a semaphore. In words. */
#ifndef EVLET_FREERTOS_RAISE_STACK
#define EVLET_FREERTOS_RAISE_STACK (configMINIMAL_STACK_SIZE + 128)
#endif
/* What an interrupt wanted to be done comes before what tasks do. */
#ifndef EVLET_FREERTOS_RAISE_PRIORITY
#define EVLET_FREERTOS_RAISE_PRIORITY (configMAX_PRIORITIES - 1)
#endif

static unsigned short waiting[EVLET_FREERTOS_SOURCES];
static TaskHandle_t volatile deliverer;
static StaticTask_t deliverer_storage;
static StackType_t deliverer_stack[EVLET_FREERTOS_RAISE_STACK];

static unsigned take_waiting(int source) {
    unsigned count;
    taskENTER_CRITICAL();
    count = waiting[source];
    waiting[source] = 0;
    taskEXIT_CRITICAL();
    return count;
}

static void deliver(int source) {
    unsigned count = take_waiting(source);
    for (; count > 0; count--) {
        void (*handler)(int) = evlet_freertos_handler(source);
        if (handler != NULL) {
            handler(source);
        }
    }
}

static void deliver_for_ever(void *unused) {
    (void)unused;
    for (;;) {
        int source;
        (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
        for (source = 1; source < EVLET_FREERTOS_SOURCES; source++) {
            deliver(source);
        }
    }
}

/* Evlet installs handlers under a lock. */
int evlet_freertos_prepare_raise(void) {
    if (deliverer == NULL) {
        deliverer =
            xTaskCreateStatic(deliver_for_ever, "evlet", EVLET_FREERTOS_RAISE_STACK, NULL,
                              EVLET_FREERTOS_RAISE_PRIORITY, deliverer_stack, &deliverer_storage);
    }
    return deliverer == NULL ? ENOMEM : 0;
}

static void count_from_isr(int source) {
    BaseType_t woken = pdFALSE;
    const UBaseType_t state = taskENTER_CRITICAL_FROM_ISR();
    if (waiting[source] < INT16_MAX) { /* more than Evlet counts */
        waiting[source]++;
    }
    taskEXIT_CRITICAL_FROM_ISR(state);
    vTaskNotifyGiveFromISR(deliverer, &woken);
    portYIELD_FROM_ISR(woken);
}

void evlet_freertos_raise(int source) {
    void (*handler)(int) = evlet_freertos_handler(source);
    if (handler == NULL) {
        return;
    }
    if (EVLET_FREERTOS_IN_ISR()) {
        count_from_isr(source);
    } else {
        handler(source);
    }
}
