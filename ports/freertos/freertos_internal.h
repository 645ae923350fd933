/* SPDX-License-Identifier: BSD-3-Clause */
/* What the C files of the FreeRTOS ports share among themselves. */
#ifndef EVLET_FREERTOS_INTERNAL_H
#define EVLET_FREERTOS_INTERNAL_H

#include <evlet/port_os.h>

#include <semphr.h>
#include <task.h>

#include "api/evlet_freertos.h"

/* The mark of a default that the firmware may replace, however the objects are linked. */
#define EVLET_FREERTOS_WEAK __attribute__((weak))

/*
 * Whether the processor is in an interrupt. Most kernels' ports for Cortex-M have the function; for
 * another, FreeRTOSConfig.h defines the macro.
 */
#ifndef EVLET_FREERTOS_IN_ISR
#define EVLET_FREERTOS_IN_ISR() (xPortIsInsideInterrupt() != pdFALSE)
#endif

/* Ticks since the kernel started, without wrapping around. */
uint64_t evlet_freertos_ticks(void);

/* Takes `semaphore`, or only lets time pass if it is NULL, for at most `timeout_ns` rounded up to
 * ticks; < 0: for ever. 1 when taken, 0 when the time is up. */
int evlet_freertos_take(SemaphoreHandle_t semaphore, int64_t timeout_ns);

/* Gives a semaphore, from tasks and from interrupts. */
void evlet_freertos_give(SemaphoreHandle_t semaphore);

/* The handler that the program installed for an interrupt number, or NULL. */
void (*evlet_freertos_handler(int source))(int);
/* Whatever evlet_freertos_raise() needs before the first handler is installed. 0, or an errno
 * value. */
int evlet_freertos_prepare_raise(void);

#endif
