/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A clock that a test can stop and push on, in front of the POSIX port's. Called by the program;
 * Evlet sees only evlet_port_monotonic_ns(). Not for several threads at once.
 */
#ifndef STEP_CLOCK_H
#define STEP_CLOCK_H

#include <stdint.h>

/* Stops the clock at its present time. */
void step_clock_freeze(void);
/* Moves it on by `ns` (>= 0) nanoseconds, frozen or running. */
void step_clock_advance(int64_t ns);
/* How often it has been read. */
unsigned long step_clock_reads(void);

#endif
