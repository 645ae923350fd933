/* SPDX-License-Identifier: BSD-3-Clause */
/* Raising where the waker may be signalled from interrupts: the handler runs in the interrupt. */
#include "freertos_internal.h"

int evlet_freertos_prepare_raise(void) {
    return 0;
}

void evlet_freertos_raise(int source) {
    void (*handler)(int) = evlet_freertos_handler(source);
    if (handler != NULL) {
        handler(source);
    }
}
