/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting with poll(). The waker has a descriptor, which the loop put among the entries. */
#include "posix_features.h"

#include <poll.h>

#include <evlet/port_net.h>

#include "posix_internal.h"

#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) || \
    defined(__DragonFly__) || defined(__sun)
int evlet_port_poll(struct pollfd *entries, unsigned count, int64_t timeout_ns,
                    struct evlet_waker *waker) {
    struct timespec timeout;
    (void)waker;
    if (timeout_ns < 0) {
        return ppoll(entries, count, NULL, NULL);
    }
    evlet_posix_wait_to_timespec(timeout_ns, &timeout);
    return ppoll(entries, count, &timeout, NULL);
}
#else
/* Up to a whole millisecond: a wait that ends early makes the loop spin until its timer is due. */
static int wait_to_ms(int64_t timeout_ns) {
    if (timeout_ns < 0) {
        return -1;
    }
    if (timeout_ns > EVLET_POSIX_LONGEST_WAIT_NS) {
        timeout_ns = EVLET_POSIX_LONGEST_WAIT_NS;
    }
    return (int)((timeout_ns + 999999) / 1000000);
}

int evlet_port_poll(struct pollfd *entries, unsigned count, int64_t timeout_ns,
                    struct evlet_waker *waker) {
    (void)waker;
    return poll(entries, count, wait_to_ms(timeout_ns));
}
#endif
