/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting for a semaphore, and giving one. The longest TickType_t means "for ever" to the kernel,
 * if INCLUDE_vTaskSuspend is 1, and else just that many ticks; hence one less at a time, and a
 * deadline of 64 bits. With 16-bit ticks a wait of more than a minute takes several turns.
 */
#include "freertos_internal.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define HZ ((uint64_t)configTICK_RATE_HZ)
#define LONGEST ((TickType_t)(portMAX_DELAY - 1))

/* Rounded up. Waiting n ticks ends with the n-th tick from now, when the tick clock has gone on by
 * exactly n. */
static uint64_t ticks_of(uint64_t ns) {
    if (NS_PER_SECOND % HZ == 0) {
        return ns / (NS_PER_SECOND / HZ) + (ns % (NS_PER_SECOND / HZ) != 0);
    }
    return ns / NS_PER_SECOND * HZ + (ns % NS_PER_SECOND * HZ + NS_PER_SECOND - 1) / NS_PER_SECOND;
}

static int take_for(SemaphoreHandle_t semaphore, TickType_t ticks) {
    if (semaphore != NULL) {
        return xSemaphoreTake(semaphore, ticks) == pdTRUE;
    }
    vTaskDelay(ticks);
    return 0;
}

int evlet_freertos_take(SemaphoreHandle_t semaphore, int64_t timeout_ns) {
    uint64_t now, deadline, left;
    if (timeout_ns == 0) { /* the common look in passing: no clock */
        return semaphore != NULL && xSemaphoreTake(semaphore, 0) == pdTRUE;
    }
    now = evlet_freertos_ticks();
    deadline = timeout_ns < 0 ? UINT64_MAX : now + ticks_of((uint64_t)timeout_ns);
    for (;;) {
        left = deadline - now;
        if (take_for(semaphore, left < LONGEST ? (TickType_t)left : LONGEST)) {
            return 1;
        }
        now = evlet_freertos_ticks();
        if (now >= deadline) {
            return 0;
        }
    }
}

void evlet_freertos_give(SemaphoreHandle_t semaphore) {
    if (EVLET_FREERTOS_IN_ISR()) {
        BaseType_t woken = pdFALSE;
        (void)xSemaphoreGiveFromISR(semaphore, &woken);
        portYIELD_FROM_ISR(woken);
    } else {
        (void)xSemaphoreGive(semaphore); /* fails if it is given already, which is as good */
    }
}
