/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The HTTP benchmark for Evlet and, the same source, for libevent: a server with nothing adjusted
 * that makes a buffer for each reply, as programs do.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "heap.h"
#include "http.h"

static struct event_base *base;

static void on_request(struct evhttp_request *request, void *unused) {
    const size_t before = heap_requests();
    struct evbuffer *body = evbuffer_new();
    (void)unused;
    if (body == NULL || evbuffer_add(body, HTTP_BODY, sizeof HTTP_BODY - 1) != 0)
        bench_fail("body");
    heap_aside(before);
    evhttp_send_reply(request, HTTP_OK, "OK", body);
    evbuffer_free(body);
}

static void server_open(int listener, struct heap_figures *heap) {
    struct evhttp *http;

    if (heap != NULL)
        heap_count(heap);
    base = event_base_new();
    http = base != NULL ? evhttp_new(base) : NULL;
    if (http == NULL || evhttp_accept_socket(http, listener) != 0)
        bench_fail("server_open");
    evhttp_set_default_content_type(http, HTTP_CONTENT_TYPE);
    evhttp_set_gencb(http, on_request, NULL);
}

static void server_run(void) {
    event_base_dispatch(base);
}

#include "http_driver.h"
