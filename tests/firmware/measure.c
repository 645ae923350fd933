/* SPDX-License-Identifier: BSD-3-Clause */
/* What the loop costs at run time: prints "KEY BYTES" lines for tests/size/firmware.py. */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <evlet_baremetal.h>

#include "board.h"

enum { TIMERS = 10, ROUNDS = 3 };

static uint64_t arena[2048 / sizeof(uint64_t)];
static int calls;

static void show(const char *key, size_t value) {
    char text[16];
    char *digit = text + sizeof text - 1;
    *digit = '\0';
    *--digit = '\n';
    do {
        *--digit = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    board_write(key);
    board_write(" ");
    board_write(digit);
}

static void on_timer(evutil_socket_t fd, short what, void *base) {
    (void)fd;
    (void)what;
    if (++calls == ROUNDS * TIMERS) {
        event_base_loopbreak(base);
    }
}

static size_t most_used(void) {
    struct evlet_baremetal_memory memory;
    evlet_baremetal_arena_state(&memory);
    return memory.most_used;
}

/* The stack of the loop alone: what is deeper than the caller. */
static size_t stack_of_loop(struct event_base *base) {
    size_t before = board_stack_depth();
    board_repaint_stack();
    event_base_loop(base, 0);
    return board_stack_used() - before;
}

int main(void) {
    static const struct timeval interval = {0, 3000};
    struct event_base *base;
    int i;
    evlet_baremetal_arena(arena, sizeof arena);
    board_start_tick();
    base = event_base_new();
    if (!base) {
        return 1;
    }
    show("arena_loop", most_used());
    for (i = 0; i < TIMERS; i++) {
        struct event *timer = event_new(base, -1, EV_PERSIST, on_timer, base);
        if (!timer || event_add(timer, &interval) != 0) {
            return 1;
        }
    }
    show("stack_loop", stack_of_loop(base));
    show("arena_ten_timers", most_used());
    show("event_size", sizeof(struct event));
    return calls == ROUNDS * TIMERS ? 0 : 1;
}
