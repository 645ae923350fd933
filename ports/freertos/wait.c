/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting where there are no sockets: for the waker, or for time to pass. */
#include <errno.h>

#include "freertos_internal.h"
#include "waker.h"

/* Whether no bit is set; clears nothing. No descriptor is open, so whoever asks for one is wrong.
 */
static int is_empty(const evlet_fd_word *set, unsigned words) {
    unsigned i;
    for (i = 0; set != NULL && i < words; i++) {
        if (set[i] != 0) {
            return 0;
        }
    }
    return 1;
}

int evlet_port_select(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                      int64_t timeout_ns, struct evlet_waker *waker) {
    const unsigned words = (fd_count + EVLET_FD_WORD_BITS - 1) / EVLET_FD_WORD_BITS;
    if (!is_empty(read_set, words) || !is_empty(write_set, words)) {
        errno = EBADF;
        return -1;
    }
    if (waker == NULL) {
        (void)evlet_freertos_take(NULL, timeout_ns); /* < 0: a delay without end */
    } else if (!evlet_freertos_is_signalled(waker)) {
        (void)evlet_freertos_take(waker->semaphore, timeout_ns);
    }
    return 0;
}
