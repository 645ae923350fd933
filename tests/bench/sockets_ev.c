/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The socket benchmark for libev. Once stopped it still delivers what it has collected, at most 100
 * more events.
 */
#include <ev.h>
#include <stdbool.h>

#include "sockets.h"

static struct ev_loop *loop;
static ev_io watches[PAIR_COUNT];
static bool stopped;

static void on_readable(struct ev_loop *unused, ev_io *watch, int what) {
    (void)unused;
    (void)what;
    if (!stopped)
        pair_readable(watch->data);
}

static void loop_open(struct pair *pairs) {
    int i;
    loop = ev_loop_new(EVBACKEND_EPOLL);
    if (loop == NULL)
        bench_fail("ev_loop_new");
    for (i = 0; i < PAIR_COUNT; ++i) {
        ev_io_init(&watches[i], on_readable, pairs[i].read_fd, EV_READ);
        watches[i].data = &pairs[i];
        ev_io_start(loop, &watches[i]);
    }
}

static void loop_run(void) {
    ev_run(loop, 0);
}

static void loop_stop(void) {
    stopped = true;
    ev_break(loop, EVBREAK_ALL);
}

#include "sockets_driver.h"
