/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting. Interrupts are held off from the last look at the waker and the clock until the
 * processor sleeps, and a pending interrupt ends the sleep: nothing that comes in between is slept
 * through. It runs as soon as they are let in again, and then everything is looked at anew.
 */
#include <string.h>

#include <evlet/port_net.h>
#include <evlet/port_os.h>

#include "descriptors.h"
#include "evlet_baremetal.h"

#define NS_PER_SECOND INT64_C(1000000000)

/* Half a turn of the counter in whole seconds, so that no turn is missed. */
static int64_t longest_sleep(void) {
    return (int64_t)(0x80000000u / evlet_baremetal_tick_hz) * NS_PER_SECOND;
}

/* Sleeps once, unless the wait is over. Whether it is not. */
static int sleep_once(int64_t deadline, const struct evlet_waker *waker) {
    int slept = 0;
    uint32_t state = evlet_baremetal_enter_critical();
    if (waker == NULL || !waker->signalled) {
        int64_t left = deadline - evlet_port_monotonic_ns();
        if (left > 0) {
            int64_t longest = longest_sleep();
            evlet_baremetal_sleep(left < longest ? left : longest);
            slept = 1;
        }
    }
    evlet_baremetal_leave_critical(state);
    return slept;
}

static int64_t deadline_of(int64_t timeout_ns) {
    int64_t now = evlet_port_monotonic_ns();
    return timeout_ns < 0 || timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}

static void clear(evlet_fd_word *set, unsigned fd_count) {
    if (set != NULL) {
        memset(set, 0, (fd_count + EVLET_FD_WORD_BITS - 1) / EVLET_FD_WORD_BITS * sizeof *set);
    }
}

int evlet_port_select(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                      int64_t timeout_ns, struct evlet_waker *waker) {
    int64_t deadline = timeout_ns == 0 ? 0 : deadline_of(timeout_ns);
    int ready;
    do {
        ready = fd_count == 0 ? 0 : evlet_baremetal_ready(fd_count, read_set, write_set);
    } while (ready == 0 && deadline != 0 && sleep_once(deadline, waker));
    if (ready == 0) {
        clear(read_set, fd_count);
        clear(write_set, fd_count);
    }
    return ready;
}
