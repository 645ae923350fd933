/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server of http_vectors.py: tells the client what it saw of each request, the line in a field,
 * the body as the body. "/end" ends it, which frees everything.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/util.h>
#include <evlet/http.h>

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

enum { MAX_BODY = 100000 };

static const char *const methods[] = {
    "GET",   "POST",     "HEAD",      "PUT",   "DELETE", "OPTIONS", "TRACE", "CONNECT",
    "PATCH", "PROPFIND", "PROPPATCH", "MKCOL", "LOCK",   "UNLOCK",  "COPY",  "MOVE"};

static const char *name_of(enum evhttp_cmd_type type) {
    size_t i;

    for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (type == (enum evhttp_cmd_type)(1 << i))
            return methods[i];
    }
    return "?";
}

static void on_request(struct evhttp_request *request, void *unused) {
    const char *host = evhttp_request_get_host(request);
    struct evbuffer *seen = evbuffer_new();

    (void)unused;
    evbuffer_add_printf(seen, "%s %s %s", name_of(evhttp_request_get_command(request)),
                        evhttp_request_get_uri(request), host != NULL ? host : "-");
    evbuffer_add(seen, "", 1);
    evhttp_add_header(evhttp_request_get_output_headers(request), "Seen",
                      (const char *)evbuffer_pullup(seen, -1));
    evbuffer_free(seen);
    evhttp_send_reply(request, HTTP_OK, NULL, evhttp_request_get_input_buffer(request));
}

static void on_shutdown(struct evhttp *http, void *base) {
    (void)http;
    event_base_loopbreak(base);
}

static void on_end(struct evhttp_request *request, void *base) {
    struct evhttp *http = evhttp_connection_get_server(evhttp_request_get_connection(request));

    evlet_http_shutdown(http, NULL, on_shutdown, base);
    evhttp_send_reply(request, HTTP_NOCONTENT, NULL, NULL);
}

int main(void) {
    struct event_base *base = event_base_new();
    struct evhttp *http = base != NULL ? evhttp_new(base) : NULL;
    struct evhttp_bound_socket *bound =
        http != NULL ? evhttp_bind_socket_with_handle(http, "127.0.0.1", 0) : NULL;
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    if (bound == NULL ||
        getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &size) != 0) {
        perror("http_vectors_server");
        return 1;
    }
    evhttp_set_allowed_methods(http, (2 * EVHTTP_REQ_MAX - 1) & ~(unsigned)EVHTTP_REQ_TRACE);
    evhttp_set_max_body_size(http, MAX_BODY);
    evhttp_set_default_content_type(http, NULL);
    evhttp_set_gencb(http, on_request, NULL);
    evhttp_set_cb(http, "/end", on_end, base);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    event_base_dispatch(base);
    evhttp_free(http);
    event_base_free(base);
    return 0;
}
