/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals. Stays as it is with EVLET_PORT_HAS_SIGNALS 0, and can be left out of the build. */
#include <evlet/port_os.h>

#include "unsupported.h"

/* Unsupported: no number is a signal. */
int evlet_port_signal_count(void) {
    return 0;
}

int evlet_port_signal_catch(int signo, void (*handler)(int), struct evlet_signal_saved *ret_saved) {
    (void)signo;
    (void)handler;
    (void)ret_saved;
    return unsupported();
}

int evlet_port_signal_restore(int signo, const struct evlet_signal_saved *saved) {
    (void)signo;
    (void)saved;
    return unsupported();
}
