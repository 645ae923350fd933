/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operating-system part of `evlet_port_types.h` on FreeRTOS, whatever network half it is paired
 * with: capabilities, locks and conditions. Included by the evlet_port_types.h of such ports.
 *
 * FreeRTOS.h brings the firmware's FreeRTOSConfig.h; what that has to say is checked here, so that
 * a build stops with a sentence instead of a missing function. ports/README.md says why of each.
 */
#ifndef EVLET_FREERTOS_OS_TYPES_H
#define EVLET_FREERTOS_OS_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include <FreeRTOS.h>

#if !configSUPPORT_STATIC_ALLOCATION
#error "ports/freertos needs configSUPPORT_STATIC_ALLOCATION 1: locks live in Evlet's objects."
#endif
#if !configUSE_MUTEXES || !configUSE_RECURSIVE_MUTEXES
#error "ports/freertos needs configUSE_MUTEXES 1 and configUSE_RECURSIVE_MUTEXES 1."
#endif
#if !INCLUDE_vTaskDelay
#error "ports/freertos needs INCLUDE_vTaskDelay 1: a wait without anything to wait for is a delay."
#endif

/* ---- What there is -------------------------------------------------------------------------- */

#define EVLET_PORT_HAS_THREADS 1
/* Signals are interrupts: evlet_freertos_raise(). */
#define EVLET_PORT_HAS_SIGNALS 1
#define EVLET_PORT_HAS_FORK 0

/* Numbers of interrupts that the program can wait for are 1 to this less one. Each costs a pointer
 * of static memory in a firmware that waits for any, and 8 bytes of heap. */
#ifndef EVLET_FREERTOS_SOURCES
#define EVLET_FREERTOS_SOURCES 32
#endif

/* ---- What Evlet embeds in its objects ------------------------------------------------------- */

/* `handle` is what the kernel calls `storage`, kept as void * so that whoever includes this gets
 * FreeRTOS.h and nothing more. */
struct evlet_lock {
    StaticSemaphore_t storage;
    void *handle;
    unsigned char recursive;
};

/* A queue of those who wait; see conditions.c. */
struct evlet_freertos_waiter;
struct evlet_cond {
    struct evlet_freertos_waiter *first;
    struct evlet_freertos_waiter **end;
};

struct evlet_signal_saved {
    void (*handler)(int);
};

#endif
