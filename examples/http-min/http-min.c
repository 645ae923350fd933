/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The smallest useful firmware with a web page: tells how often it was asked. Any other path is
 * 404.
 *
 *     http-min [PORT]    on loopback; 8080 without PORT, 0 is one of the system's choice
 *
 * Listens with a listener of its own, because evhttp_bind_socket() also takes names, and so would
 * link the system's resolver. The size budget of an HTTP firmware is measured with this program.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void on_page(struct evhttp_request *request, void *arg) {
    char page[160];
    unsigned long *count = arg;
    int size = snprintf(page, sizeof page,
                        "<!DOCTYPE html><html lang=\"en\"><title>http-min</title>"
                        "<p>You are visitor number %lu.</p></html>\n",
                        ++*count);

    if (evbuffer_add(evhttp_request_get_output_buffer(request), page, (size_t)size) != 0)
        evhttp_send_error(request, HTTP_SERVUNAVAIL, NULL);
    else
        evhttp_send_reply(request, HTTP_OK, NULL, NULL);
}

int main(int argc, char **argv) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *address = (struct sockaddr *)&here;
    socklen_t length = sizeof here;
    unsigned long port = 8080, count = 0;
    char *end = "";
    struct evconnlistener *listener = NULL;
    struct event_base *base;
    struct evhttp *http;

    if (argc == 2)
        port = argv[1][0] >= '0' && argv[1][0] <= '9' ? strtoul(argv[1], &end, 10) : 65536;
    if (argc > 2 || *end != '\0' || port > 65535) {
        fputs("usage: http-min [PORT]\n", stderr);
        return 2;
    }
    base = event_base_new();
    http = base != NULL ? evhttp_new(base) : NULL;
    here.sin_port = htons((in_port_t)port);
    if (http != NULL)
        listener =
            evconnlistener_new_bind(base, NULL, NULL, LEV_OPT_REUSEABLE, -1, address, (int)length);
    if (listener == NULL || evhttp_bind_listener(http, listener) == NULL ||
        evhttp_set_cb(http, "/", on_page, &count) != 0 ||
        getsockname(evconnlistener_get_fd(listener), address, &length) != 0) {
        perror("http-min");
        return 1;
    }
    evhttp_set_default_content_type(http, "text/html; charset=utf-8");
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_body_size(http, 0);
    printf("listening on 127.0.0.1:%u\n", ntohs(here.sin_port));
    fflush(stdout);
    event_base_dispatch(base); /* until somebody kills it, or the device loses its power */
    return 1;
}
