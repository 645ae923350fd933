/* SPDX-License-Identifier: BSD-3-Clause */
/* The date, from the firmware. */
#include "freertos_internal.h"

EVLET_FREERTOS_WEAK int64_t evlet_freertos_wall_ns(void) {
    return evlet_port_monotonic_ns();
}

int64_t evlet_port_wall_ns(void) {
    return evlet_freertos_wall_ns();
}
