/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts as signals. Invariant: an entry of `handlers` is one word, which tasks write and
 * interrupts read at once, so a raise finds the old handler or the new one.
 */
#include <errno.h>

#include "freertos_internal.h"

typedef void (*handler)(int);

static handler handlers[EVLET_FREERTOS_SOURCES];

static int is_source(int number) {
    return number > 0 && number < EVLET_FREERTOS_SOURCES;
}

int evlet_port_signal_count(void) {
    return EVLET_FREERTOS_SOURCES;
}

static int install(int signo, handler wanted) {
    if (!is_source(signo)) {
        errno = EINVAL;
        return -1;
    }
    __atomic_store_n(&handlers[signo], wanted, __ATOMIC_RELAXED);
    return 0;
}

int evlet_port_signal_catch(int signo, void (*wanted)(int), struct evlet_signal_saved *ret_saved) {
    const handler before = evlet_freertos_handler(signo);
    const int error = evlet_freertos_prepare_raise();
    if (error) {
        errno = error;
        return -1;
    }
    if (install(signo, wanted) != 0) {
        return -1;
    }
    ret_saved->handler = before;
    return 0;
}

int evlet_port_signal_restore(int signo, const struct evlet_signal_saved *saved) {
    return install(signo, saved->handler);
}

handler evlet_freertos_handler(int source) {
    return is_source(source) ? __atomic_load_n(&handlers[source], __ATOMIC_RELAXED) : NULL;
}
