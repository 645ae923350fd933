/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A C program on the C API, for link_c.py: linked by the C driver with every object of the library
 * kept, so that any of them that needed the C++ runtime would show. Exit status 0 if it works.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/util.h>
#include <event2/watch.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int waits, bytes, ticks;

static void on_prepare(struct evwatch *watch, const struct evwatch_prepare_cb_info *info,
                       void *arg) {
    (void)watch;
    (void)info;
    (void)arg;
    waits++;
}

static void on_byte(evutil_socket_t fd, short events, void *arg) {
    char byte;
    (void)events;
    if (read(fd, &byte, 1) == 1)
        bytes++;
    event_del(arg);
}

static void on_tick(evutil_socket_t fd, short events, void *arg) {
    const evutil_socket_t *pair = arg;
    (void)fd;
    (void)events;
    ticks++;
    if (write(pair[1], "x", 1) != 1)
        ticks = -1;
}

static int run_loop(struct event_base *base) {
    const struct timeval soon = {0, 1000};
    evutil_socket_t pair[2];
    struct event input, timer;
    int result;

    if (evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
        evutil_make_socket_nonblocking(pair[0]) != 0)
        return -1;
    event_assign(&input, base, pair[0], EV_READ | EV_PERSIST, on_byte, &input);
    evtimer_assign(&timer, base, on_tick, pair);
    if (evwatch_prepare_new(base, on_prepare, NULL) == NULL || event_add(&input, NULL) != 0 ||
        event_add(&timer, &soon) != 0)
        return -1;
    result = event_base_dispatch(base);
    evutil_closesocket(pair[0]);
    evutil_closesocket(pair[1]);
    return result < 0 ? -1 : 0;
}

int main(void) {
    struct event_base *base = event_base_new();
    struct sockaddr_storage address;
    int length = (int)sizeof address;
    char text[40];
    int failed;

    if (base == NULL)
        return 1;
    failed = run_loop(base) != 0 || waits < 2 || bytes != 1 || ticks != 1;
    event_base_free(base);
    failed |= evutil_parse_sockaddr_port("[::1]:80", (struct sockaddr *)&address, &length) != 0;
    failed |= evutil_snprintf(text, sizeof text, "%s", "text") != 4 || strcmp(text, "text") != 0;
    failed |= evutil_secure_rng_init() != 0;
    printf("waits %d, bytes %d, ticks %d\n", waits, bytes, ticks);
    return failed ? 1 : 0;
}
