/* SPDX-License-Identifier: BSD-3-Clause */
/* Catching signals. */
#include "posix_features.h"

#include <signal.h>
#include <string.h>

#include <evlet/port_os.h>

int evlet_port_signal_count(void) {
    return NSIG;
}

int evlet_port_signal_catch(int signo, void (*handler)(int), struct evlet_signal_saved *ret_saved) {
    struct sigaction action, before;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask); /* handlers do not interrupt each other */
    if (sigaction(signo, &action, &before) != 0) {
        return -1;
    }
    ret_saved->action = before;
    return 0;
}

int evlet_port_signal_restore(int signo, const struct evlet_signal_saved *saved) {
    return sigaction(signo, &saved->action, NULL);
}
