/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts as signals. Invariant: an entry of `handlers` is one aligned word, which only the
 * program writes and interrupts read, so a raise finds the old handler or the new one.
 */
#include <errno.h>

#include <evlet/port_os.h>

#include "evlet_baremetal.h"

typedef void (*handler)(int);

static handler volatile handlers[EVLET_BAREMETAL_SOURCES];

static int is_source(int number) {
    return number > 0 && number < EVLET_BAREMETAL_SOURCES;
}

int evlet_port_signal_count(void) {
    return EVLET_BAREMETAL_SOURCES;
}

int evlet_port_signal_catch(int signo, void (*caught_by)(int),
                            struct evlet_signal_saved *ret_saved) {
    if (!is_source(signo)) {
        errno = EINVAL;
        return -1;
    }
    ret_saved->handler = handlers[signo];
    handlers[signo] = caught_by;
    return 0;
}

int evlet_port_signal_restore(int signo, const struct evlet_signal_saved *saved) {
    if (!is_source(signo)) {
        errno = EINVAL;
        return -1;
    }
    handlers[signo] = saved->handler;
    return 0;
}

void evlet_baremetal_raise(int source) {
    handler found = is_source(source) ? handlers[source] : NULL;
    if (found != NULL) {
        found(source);
    }
}
