/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Evlet on FreeRTOS: what a firmware may give, and what it gets beside the API.
 *
 * All of it has a default; a firmware replaces one by defining the function itself. A device that
 * needs secrets (DNS, WebSocket keys, hash seeds) must define evlet_freertos_entropy().
 *
 * Contexts: tasks call all of Evlet, once evthread_use_pthreads() has been called if there are
 * several. Interrupts call evlet_freertos_raise() and nothing else of Evlet's.
 *
 * Events from interrupts: an interrupt must not touch a base, so it does not call event_active().
 * It raises a number, and the program waits for that number as for a signal:
 *
 *     enum { BUTTON = 1 };
 *     void EXTI0_IRQHandler(void) { clear_it(); evlet_freertos_raise(BUTTON); }
 *     ...
 *     event_add(evsignal_new(base, BUTTON, on_button, NULL), NULL);
 *
 * The loop calls on_button() once for each time, up to 32767 of them at once; none is lost between
 * the loop's last look and its sleep. Nothing is allocated in the interrupt.
 *
 * This header stands alone; a firmware includes it beside event2/event.h.
 */
#ifndef EVLET_FREERTOS_H
#define EVLET_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Delivers interrupt number `source` (1 to EVLET_FREERTOS_SOURCES - 1) to every base with an
 * EV_SIGNAL event for it; without one, and for other numbers, nothing happens. From tasks, and from
 * interrupts that may call the kernel (not above configMAX_SYSCALL_INTERRUPT_PRIORITY). Asks for
 * a context switch where the loop's task is due (portYIELD_FROM_ISR), so with kernel ports where
 * that has to be an interrupt's last statement this call has to be it. Takes a bounded time. */
void evlet_freertos_raise(int source);

/* ==== What the firmware may replace =========================================================== */

/** Fills `buffer` with `size` (at least 1) bytes fit for keys from a generator in hardware. 0, or
 * -1 if it cannot. Called from any task. Default: -1, so whatever needs secrets fails. Never answer
 * a counter or the time. */
int evlet_freertos_entropy(void *buffer, size_t size);

/** Nanoseconds since 1970 UTC. Default: the monotonic time, for a machine that does not know. */
int64_t evlet_freertos_wall_ns(void);

/** Shows a line, without its end; `severity` is EVENT_LOG_*. From any task, several at once. Must
 * keep errno. Default: drops it. */
void evlet_freertos_log(int severity, const char *line);

/** Ends the program, after an error that cannot be survived; does not return. A device resets.
 * Default: stops all interrupts and stays there. */
void evlet_freertos_fatal(int status);

#ifdef __cplusplus
}
#endif
#endif
