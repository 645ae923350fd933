/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The part of the FreeRTOS API that ports/freertos and its tests use: types, constants and what a
 * kernel port defines. Declarations follow the documentation of the API; kernel.c beside this
 * folder makes them work in a process of the host. No firmware is built with these.
 */
#ifndef INC_FREERTOS_H
#define INC_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#include <FreeRTOSConfig.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef unsigned long StackType_t;
#if configUSE_16_BIT_TICKS
typedef uint16_t TickType_t;
#define portMAX_DELAY ((TickType_t)0xffff)
#else
typedef uint32_t TickType_t;
#define portMAX_DELAY ((TickType_t)0xffffffff)
#endif

#define pdFALSE ((BaseType_t)0)
#define pdTRUE ((BaseType_t)1)
#define pdFAIL pdFALSE
#define pdPASS pdTRUE
#define pdMS_TO_TICKS(ms) ((TickType_t)((uint64_t)(ms)*configTICK_RATE_HZ / 1000u))

#define portBYTE_ALIGNMENT 16
#define portTICK_PERIOD_MS ((TickType_t)1000 / configTICK_RATE_HZ)

typedef void (*TaskFunction_t)(void *);

/* Room for what kernel.c keeps; a firmware may look at neither. */
typedef struct xSTATIC_TCB {
    uint64_t room[16];
} StaticTask_t;
typedef struct xSTATIC_QUEUE {
    uint64_t room[8];
} StaticSemaphore_t;

void *pvPortMalloc(size_t size);
void vPortFree(void *block);

BaseType_t xPortIsInsideInterrupt(void);
/* Asks for another look at who runs, when the interrupt has ended. */
void vPortYieldFromISR(BaseType_t switch_required);
#define portYIELD_FROM_ISR(switch_required) vPortYieldFromISR(switch_required)

/* A wrong call ends the program. */
void vAssertCalled(const char *file, int line, const char *condition);
#define configASSERT(condition)                                                                    \
    ((condition) ? (void)0 : vAssertCalled(__FILE__, __LINE__, #condition))

#ifdef __cplusplus
}
#endif
#endif
