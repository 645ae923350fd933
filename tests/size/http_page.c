/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A server of one page as most programs would write it: evhttp_bind_socket(), one callback for all
 * paths, nothing adjusted. What it links of the library is measured. Serves port 80 on every
 * address.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

enum { PORT = 80 };

static const char page[] = "<!DOCTYPE html><html lang=\"en\"><title>A page</title><p>Hello, World!";

static void on_request(struct evhttp_request *request, void *argument) {
    struct evbuffer *body = evbuffer_new();
    (void)argument;
    if (body == NULL || evbuffer_add(body, page, sizeof page - 1) != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        evhttp_send_reply(request, HTTP_OK, "OK", body);
    if (body != NULL)
        evbuffer_free(body);
}

int main(void) {
    struct event_base *base = event_base_new();
    struct evhttp *http = base != NULL ? evhttp_new(base) : NULL;

    if (http == NULL || evhttp_bind_socket(http, "0.0.0.0", PORT) != 0)
        return 1;
    evhttp_set_gencb(http, on_request, NULL);
    return event_base_dispatch(base) < 0;
}
