/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines for whoever looks after the device, and no environment. */
#include "freertos_internal.h"

EVLET_FREERTOS_WEAK void evlet_freertos_log(int severity, const char *line) {
    (void)severity;
    (void)line;
}

void evlet_port_log(int severity, const char *line) {
    evlet_freertos_log(severity, line);
}

const char *evlet_port_getenv(const char *name) {
    (void)name;
    return NULL;
}
