/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines for whoever looks after the device, and the end of the program. */
#include <evlet/port_os.h>

#include "evlet_baremetal.h"
#include "weak.h"

EVLET_WEAK void evlet_baremetal_log(int severity, const char *line) {
    (void)severity;
    (void)line;
}

void evlet_port_log(int severity, const char *line) {
    evlet_baremetal_log(severity, line);
}

const char *evlet_port_getenv(const char *name) {
    (void)name;
    return NULL;
}
