/* SPDX-License-Identifier: BSD-3-Clause */
/* The date, from the firmware. */
#include <evlet/port_os.h>

#include "evlet_baremetal.h"
#include "weak.h"

EVLET_WEAK int64_t evlet_baremetal_wall_ns(void) {
    return evlet_port_monotonic_ns();
}

int64_t evlet_port_wall_ns(void) {
    return evlet_baremetal_wall_ns();
}
