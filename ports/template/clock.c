/* SPDX-License-Identifier: BSD-3-Clause */
/* Time. Write this file first: nothing works without a clock.
 *
 * A tick counter of 32 bits wraps: keep the high half in a variable that is updated, under a
 * critical section, whenever the counter is seen to have gone back. */
#include <evlet/port_os.h>

/* Unsupported: time stands still. */
int64_t evlet_port_monotonic_ns(void) {
    return 0;
}

int64_t evlet_port_monotonic_resolution_ns(void) {
    return 1;
}

/* Stays as it is on a machine that does not know the date. */
int64_t evlet_port_wall_ns(void) {
    return evlet_port_monotonic_ns();
}
