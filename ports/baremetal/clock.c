/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time from a counter of 32 bits. Invariants: `last` is the counter at the last look; `seconds` and
 * `ticks`, which are less than a second's, are all that has passed until then. Each look adds what
 * the counter has gone on by, modulo 2^32, so a turn of the counter is no event. All divisions are
 * of 32 bits unless the rate asks for more.
 */
#include <evlet/port_os.h>

#include "evlet_baremetal.h"

#define NS_PER_SECOND 1000000000u

static struct {
    uint32_t last;
    uint32_t ticks;
    uint32_t seconds; /* 136 years */
} elapsed;

static void look(void) {
    const uint32_t rate = evlet_baremetal_tick_hz;
    uint32_t now = evlet_baremetal_ticks();
    uint32_t passed = now - elapsed.last;
    elapsed.last = now;
    elapsed.seconds += passed / rate;
    elapsed.ticks += passed % rate;
    if (elapsed.ticks >= rate) {
        elapsed.ticks -= rate;
        elapsed.seconds++;
    }
}

/* Nanoseconds of less than a second's ticks, rounded down. */
static uint32_t ns_of(uint32_t ticks) {
    const uint32_t rate = evlet_baremetal_tick_hz;
    const uint32_t whole = NS_PER_SECOND / rate, rest = NS_PER_SECOND % rate;
    /* ticks < rate, and rest < rate: below 2^16 their product is of 32 bits. */
    if (rest == 0 || rate <= 0x10000) {
        return ticks * whole + ticks * rest / rate;
    }
    return (uint32_t)((uint64_t)ticks * NS_PER_SECOND / rate);
}

int64_t evlet_port_monotonic_ns(void) {
    look();
    return (int64_t)((uint64_t)elapsed.seconds * NS_PER_SECOND + ns_of(elapsed.ticks));
}

int64_t evlet_port_monotonic_resolution_ns(void) {
    const uint32_t rate = evlet_baremetal_tick_hz;
    return (NS_PER_SECOND + rate - 1) / rate;
}
