/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wraps the clock of the POSIX port, whose clock.c is compiled with
 * -Devlet_port_monotonic_ns=posix_monotonic_ns.
 *
 * Invariant: frozen_at >= 0 exactly while the clock is stopped; the time is then
 * frozen_at + pushed, else the POSIX time + pushed. Neither term ever goes down.
 */
#include "step_clock.h"

#include <evlet/port_os.h>

int64_t posix_monotonic_ns(void);

static int64_t frozen_at = -1;
static int64_t pushed;
static unsigned long reads;

void step_clock_freeze(void) {
    if (frozen_at < 0) {
        frozen_at = posix_monotonic_ns();
    }
}

void step_clock_advance(int64_t ns) {
    pushed += ns;
}

unsigned long step_clock_reads(void) {
    return reads;
}

int64_t evlet_port_monotonic_ns(void) {
    reads++;
    return (frozen_at >= 0 ? frozen_at : posix_monotonic_ns()) + pushed;
}
