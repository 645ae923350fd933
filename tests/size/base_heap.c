/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much heap an event_base with select costs. Run by run.py, natively or under qemu; prints
 * "key value" lines. Exit 1 if something failed or stayed allocated.
 */
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "heap_count.h"
#include "select_base.h"

static void on_timer(evutil_socket_t fd, short what, void *argument) {
    (void)fd;
    (void)what;
    ++*(int *)argument;
}

int main(void) {
    const struct timeval soon = {0, 1000};
    size_t before = live_bytes, before_blocks = live_blocks;
    size_t base_bytes, base_blocks, timer_bytes, most_bytes;
    struct event *timer;
    int fired = 0;
    struct event_base *base = select_base();

    if (base == NULL || strcmp(event_base_get_method(base), "select") != 0) {
        fprintf(stderr, "base_heap: no event_base with select\n");
        return 1;
    }
    base_bytes = live_bytes - before;
    base_blocks = live_blocks - before_blocks;

    timer = event_new(base, -1, 0, on_timer, &fired);
    if (timer == NULL || event_add(timer, &soon) != 0 || event_base_dispatch(base) != 1 ||
        fired != 1) {
        fprintf(stderr, "base_heap: the timer did not fire once\n");
        return 1;
    }
    timer_bytes = live_bytes - before - base_bytes;
    most_bytes = peak_bytes - before;
    event_free(timer);
    event_base_free(base);
    libevent_global_shutdown();

    if (live_bytes != before) {
        fprintf(stderr, "base_heap: %u bytes stayed allocated\n", (unsigned)(live_bytes - before));
        return 1;
    }
    printf("base_heap %u\n", (unsigned)base_bytes);
    printf("base_blocks %u\n", (unsigned)base_blocks);
    printf("timer_heap %u\n", (unsigned)timer_bytes);
    printf("peak_heap %u\n", (unsigned)most_bytes);
    return 0;
}
