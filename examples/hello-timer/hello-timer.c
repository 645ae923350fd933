/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The smallest firmware: one timer, one loop. Prints a line each second, five times or as often
 * as the argument says, and ends by itself when no event is left to wait for.
 *
 * Shows: a base, a one-shot timer that its callback adds again, and what each has to give back.
 * The size budget of a timer-only firmware is measured with this program, so it calls nothing else.
 */
#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>

struct hello {
    struct event *timer;
    unsigned long left; /* lines still to print */
};

static const struct timeval one_second = {1, 0};

static void on_timer(evutil_socket_t fd, short events, void *arg) {
    struct hello *hello = arg;
    (void)fd;
    (void)events;
    puts("hello");
    fflush(stdout);
    hello->left--;
    if (hello->left > 0) {
        /* Should this fail, the loop runs out of events and main() sees lines left. */
        event_add(hello->timer, &one_second);
    }
}

static int run(struct event_base *base, unsigned long times) {
    struct hello hello = {NULL, times};
    hello.timer = evtimer_new(base, on_timer, &hello);
    if (hello.timer == NULL)
        return 1;
    if (event_add(hello.timer, &one_second) == 0)
        event_base_dispatch(base);
    event_free(hello.timer);
    return hello.left == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    unsigned long times = 5;
    struct event_base *base;
    int status = 1;

    if (argc > 1) {
        char *end = argv[1];
        times = argv[1][0] >= '0' && argv[1][0] <= '9' ? strtoul(argv[1], &end, 10) : 0;
        if (argc > 2 || times == 0 || times > 1000000 || *end != '\0') {
            fputs("usage: hello-timer [TIMES]\n", stderr);
            return 2;
        }
    }
    base = event_base_new();
    if (base != NULL) {
        status = run(base, times);
        event_base_free(base);
    }
    if (status != 0)
        fputs("hello-timer: failed\n", stderr);
    return status;
}
