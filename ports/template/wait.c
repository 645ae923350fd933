/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting. Look at the waker after whatever makes its signal end the sleep is armed, not before,
 * or a signal in between is slept through. Round the timeout up, never down. */
#include <evlet/port_net.h>

#include "unsupported.h"

/* Unsupported: cannot wait. The sets stay as they are. */
int evlet_port_select(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                      int64_t timeout_ns, struct evlet_waker *waker) {
    (void)fd_count;
    (void)read_set;
    (void)write_set;
    (void)timeout_ns;
    (void)waker;
    return unsupported();
}
