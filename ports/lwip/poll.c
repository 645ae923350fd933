/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting with lwip_poll(). The waker has a descriptor, which the loop put among the entries. */
#include "lwip_internal.h"

#if EVLET_PORT_HAS_POLL

static int ended(const struct pollfd *entry) {
    return (entry->events & POLLIN) && evlet_lwip_noted(entry->fd, EVLET_LWIP_ENDED);
}

/* The end of a stream can be received again and again, which lwIP does not say again. */
static int any_ended(const struct pollfd *entries, unsigned count) {
    unsigned i;
    for (i = 0; i < count; i++) {
        if (ended(&entries[i])) {
            return 1;
        }
    }
    return 0;
}

static int add_ended(struct pollfd *entries, unsigned count, int ready) {
    unsigned i;
    for (i = 0; i < count; i++) {
        if (ended(&entries[i]) && !(entries[i].revents & POLLNVAL)) {
            ready += entries[i].revents == 0;
            entries[i].revents = (short)(entries[i].revents | POLLIN);
        }
    }
    return ready;
}

/* lwIP gives up at the first descriptor that is none, and leaves the other entries as they are:
 * each is asked about by itself. Class AGAIN if they are all open by now, and none is ready. */
static int poll_each(struct pollfd *entries, unsigned count) {
    unsigned i;
    int ready = 0;
    for (i = 0; i < count; i++) {
        entries[i].revents = 0;
        if (entries[i].fd >= 0 && lwip_poll(&entries[i], 1, 0) < 0) {
            entries[i].revents = POLLNVAL;
        }
        ready += entries[i].revents != 0;
    }
    errno = EINTR;
    return ready > 0 ? ready : -1;
}

/* lwIP may need memory for a wait (a semaphore). Where there is none the answer is that of an
 * interrupted wait: a loop that goes on, if busily, gives somebody the chance to free some. */
int evlet_port_poll(struct pollfd *entries, unsigned count, int64_t timeout_ns,
                    struct evlet_waker *waker) {
    const int at_once = any_ended(entries, count);
    int ready;
    (void)waker;
    /* lwIP wants no entries to be a null pointer. */
    ready = lwip_poll(count ? entries : NULL, count, at_once ? 0 : evlet_lwip_wait_ms(timeout_ns));
    if (ready < 0 && errno == ENOMEM) {
        errno = EINTR;
        return -1;
    }
    if (ready < 0) {
        ready = poll_each(entries, count);
    }
    return at_once && ready >= 0 ? add_ended(entries, count, ready) : ready;
}

#endif
