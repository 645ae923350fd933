/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The echo benchmark for Evlet and, the same source, for libevent: bufferevents with nothing
 * adjusted, whose input is moved to their output.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "echo.h"

static struct event_base *base;

static void on_read(struct bufferevent *stream, void *unused) {
    (void)unused;
    if (evbuffer_add_buffer(bufferevent_get_output(stream), bufferevent_get_input(stream)) != 0)
        bench_fail("evbuffer_add_buffer");
}

static void on_event(struct bufferevent *stream, short what, void *unused) {
    (void)unused;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(stream);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *unused) {
    struct bufferevent *stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    (void)listener;
    (void)address;
    (void)length;
    (void)unused;
    if (stream == NULL)
        bench_fail("bufferevent_socket_new");
    bufferevent_setcb(stream, on_read, NULL, on_event, NULL);
    if (bufferevent_enable(stream, EV_READ) != 0)
        bench_fail("bufferevent_enable");
}

static void server_open(int listener) {
    base = event_base_new();
    /* A backlog of 0: it listens already. */
    if (base == NULL ||
        evconnlistener_new(base, on_connection, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, listener) == NULL)
        bench_fail("server_open");
}

static void server_run(void) {
    event_base_dispatch(base);
}

#include "echo_driver.h"
