/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What tests may do with the kernel on the host beyond the FreeRTOS API: turn its clock, be an
 * interrupt, and look at what it saw. Included by the tests of this folder alone.
 */
#ifndef EVLET_HOST_KERNEL_H
#define EVLET_HOST_KERNEL_H

#include <FreeRTOS.h>

/* Stops the clock at `ticks` since the start, counted without wrapping around; from then on only
 * host_advance() moves it. While no task waits. */
void host_freeze(uint64_t ticks);
/* Lets the clock run again from where it is. */
void host_thaw(void);
/* Moves a clock that stands, and wakes those whose time is up. */
void host_advance(uint64_t ticks);
uint64_t host_ticks(void);
/* How many tasks wait now for something that has not come: a time, a semaphore, a notification. */
int host_waiting(void);

/* Calls `hook` once, when the calling task next has left a critical section: what comes between two
 * steps of the code under test. */
void host_after_critical(void (*hook)(void));

/* Runs `handler` as an interrupt does: not while a task is in a critical section, and with only the
 * FromISR calls allowed. On a thread that is no task of its own. */
void host_interrupt(void (*handler)(void));
/* How many interrupts asked for a context switch so far because a task was due. */
int host_yields(void);

/* After that many more blocks the heap gives none; below 0: it gives all that is asked for. */
void host_limit_heap(long blocks);

#endif
