/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The least firmware: a loop, a timer that repeats, and a pair of buffers through which the text
 * goes that it shows. What it costs is held against tests/size/firmware.json.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <evlet_baremetal.h>

#include "board.h"

enum { BEATS = 3, ARENA = 1024 };

static uint64_t arena[ARENA / sizeof(uint64_t)];
static struct evbuffer *from, *to;
static int beats;

static void show(struct evbuffer *line) {
    char text[16];
    int length = evbuffer_remove(line, text, sizeof text - 1);
    text[length > 0 ? length : 0] = '\0';
    board_write(text);
}

static void on_beat(evutil_socket_t fd, short what, void *base) {
    (void)fd;
    (void)what;
    if (evbuffer_add(from, "beat\n", 5) == 0 && evbuffer_add_buffer(to, from) == 0) {
        show(to);
    }
    if (++beats == BEATS) {
        event_base_loopbreak(base);
    }
}

int main(void) {
    static const struct timeval interval = {0, 20000};
    struct event_base *base;
    struct event *beat;
    evlet_baremetal_arena(arena, sizeof arena);
    board_start_tick();
    base = event_base_new();
    from = evbuffer_new();
    to = evbuffer_new();
    if (!base || !from || !to) {
        return 1;
    }
    beat = event_new(base, -1, EV_PERSIST, on_beat, base);
    if (!beat || event_add(beat, &interval) != 0) {
        return 1;
    }
    return event_base_dispatch(base) == 0 && beats == BEATS ? 0 : 1;
}
