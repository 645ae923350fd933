/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket benchmark for Evlet and, the same source, for libevent. */
#include <event2/event.h>
#include <event2/event_struct.h>

#include "sockets.h"

static struct event_base *base;
static struct event watches[PAIR_COUNT];

static void on_readable(evutil_socket_t fd, short what, void *argument) {
    (void)fd;
    (void)what;
    pair_readable(argument);
}

static void loop_open(struct pair *pairs) {
    int i;
    base = event_base_new();
    if (base == NULL)
        bench_fail("event_base_new");
    for (i = 0; i < PAIR_COUNT; ++i) {
        event_assign(&watches[i], base, pairs[i].read_fd, EV_READ | EV_PERSIST, on_readable,
                     &pairs[i]);
        if (event_add(&watches[i], NULL) != 0)
            bench_fail("event_add");
    }
}

static void loop_run(void) {
    if (event_base_dispatch(base) < 0)
        bench_fail("event_base_dispatch");
}

static void loop_stop(void) {
    event_base_loopbreak(base);
}

#include "sockets_driver.h"
