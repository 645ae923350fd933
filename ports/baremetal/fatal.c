/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the program. */
#include <evlet/port_os.h>

#include "evlet_baremetal.h"
#include "weak.h"

EVLET_WEAK void evlet_baremetal_fatal(int status) {
    (void)status;
}

void evlet_port_fatal(int status) {
    evlet_baremetal_fatal(status);
    (void)evlet_baremetal_enter_critical();
    for (;;) {}
}
