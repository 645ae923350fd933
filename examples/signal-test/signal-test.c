/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Signals as events: counts SIGINT (Ctrl-C) and ends with the third.
 *
 * Shows: the callback of a signal event runs in the loop, not in a signal handler, so it may print,
 * allocate and call anything; and that deleting the last event ends the loop.
 */
#include <event2/event.h>

#include <signal.h>
#include <stdio.h>

#define LAST 3

struct counter {
    struct event *event;
    int seen;
};

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    struct counter *counter = arg;
    (void)events;
    /* A signal event has the number of its signal where others have a descriptor. */
    counter->seen++;
    printf("signal %d: %d of %d\n", (int)fd, counter->seen, LAST);
    fflush(stdout);
    if (counter->seen == LAST)
        event_del(counter->event);
}

static int run(struct event_base *base) {
    struct counter counter = {NULL, 0};
    int result = -1;

    counter.event = evsignal_new(base, SIGINT, on_signal, &counter);
    if (counter.event == NULL)
        return -1;
    if (event_add(counter.event, NULL) == 0) {
        /* From here on SIGINT does not kill the program any more. */
        puts("waiting for SIGINT");
        fflush(stdout);
        result = event_base_dispatch(base);
    }
    event_free(counter.event);
    return result < 0 || counter.seen < LAST ? -1 : 0;
}

int main(int argc, char **argv) {
    struct event_base *base;
    int result = -1;

    (void)argv;
    if (argc > 1) {
        fputs("usage: signal-test\n", stderr);
        return 2;
    }
    base = event_base_new();
    if (base != NULL) {
        result = run(base);
        event_base_free(base);
    }
    if (result != 0)
        fputs("signal-test: failed\n", stderr);
    return result == 0 ? 0 : 1;
}
