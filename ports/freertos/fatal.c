/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the program. */
#include "freertos_internal.h"

EVLET_FREERTOS_WEAK void evlet_freertos_fatal(int status) {
    (void)status;
}

void evlet_port_fatal(int status) {
    evlet_freertos_fatal(status);
    taskDISABLE_INTERRUPTS();
    for (;;) {}
}
