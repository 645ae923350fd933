/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines for whoever looks after the device (a serial port, a ring buffer), the end of the program,
 * and the environment. */
#include <evlet/port_os.h>

/* Unsupported: every line is dropped. */
void evlet_port_log(int severity, const char *line) {
    (void)severity;
    (void)line;
}

/* The one function that cannot refuse. A device would store the status and reset. */
void evlet_port_fatal(int status) {
    volatile int halted = status;
    for (;;) {
        halted = status;
        (void)halted;
    }
}

/* Stays as it is where there is no environment. */
const char *evlet_port_getenv(const char *name) {
    (void)name;
    return NULL;
}
