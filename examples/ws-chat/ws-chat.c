/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A chat server for browsers and other WebSocket clients: a page at "/", a WebSocket at "/ws", on
 * one port. Each text message goes to everybody after the sender's name; "/nick NAME" takes a name,
 * "/who" lists them. Prints "listening on ADDR:PORT" once clients can connect, then who joins and
 * who leaves and why; ends on SIGINT or SIGTERM, at once on the second.
 *
 * Shows: WebSocket sessions beside pages of HTTP, a subprotocol, limits against guests that send
 * too much, read nothing or say nothing, an origin check, and an end that is told to everybody.
 */
#include "ws-chat.h"

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BACKLOG 64
#define MAX_HEADERS 8192
#define IDLE_SECONDS 20
/* Connections that fetch the page, beside those of guests. */
#define MAX_VISITORS 32

struct server {
    struct chat chat;
    struct evhttp *http;
    struct evhttp_bound_socket *bound;
    struct event *signals[2];
};

static int report(const char *what, const char *why) {
    fprintf(stderr, "ws-chat: %s: %s\n", what, why);
    return -1;
}

static int report_socket(const char *what) {
    return report(what, evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
}

static int print_address(evutil_socket_t fd) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return report_socket("getsockname");
    if (address.ss_family == AF_INET6) {
        evutil_inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof host);
        printf("listening on [%s]:%u\n", host, ntohs(ipv6->sin6_port));
    } else {
        evutil_inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof host);
        printf("listening on %s:%u\n", host, ntohs(ipv4->sin_port));
    }
    fflush(stdout);
    return 0;
}

/* The listener tries again by itself after a while, so this is only to be told. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    (void)arg;
    report_socket("accept, pausing");
}

/* Returns 0, or -1 after saying what failed. */
static int listen_on(struct server *server, const char *text) {
    struct sockaddr_storage address = {0};
    struct evconnlistener *listener;
    int length = sizeof address;

    if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&address, &length) != 0)
        return report(text, "not an address");
    listener =
        evconnlistener_new_bind(server->chat.base, NULL, NULL,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                BACKLOG, (struct sockaddr *)&address, length);
    if (listener == NULL)
        return report_socket("bind");
    server->bound = evhttp_bind_listener(server->http, listener);
    if (server->bound == NULL) {
        evconnlistener_free(listener);
        return report("listener", "out of memory");
    }
    evconnlistener_set_error_cb(listener, on_accept_error);
    return print_address(evconnlistener_get_fd(listener));
}

/* The first one is told to all guests, and nobody comes in any more. */
static void on_signal(evutil_socket_t fd, short events, void *arg) {
    struct server *server = arg;
    (void)fd;
    (void)events;
    if (server->chat.ending) {
        event_base_loopbreak(server->chat.base);
        return;
    }
    evhttp_del_accept_socket(server->http, server->bound);
    chat_end(&server->chat);
}

/* Returns 0, or -1 after saying what failed. server_stop() has to follow in either case. */
static int server_start(struct server *server, const char *address) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    struct event_base *base = server->chat.base = event_base_new();
    int i;

    server->http = base != NULL ? evhttp_new(base) : NULL;
    if (server->http == NULL)
        return report("start", "out of memory");
    for (i = 0; i < 2; i++) {
        server->signals[i] = evsignal_new(base, numbers[i], on_signal, server);
        if (server->signals[i] == NULL || event_add(server->signals[i], NULL) != 0)
            return report_socket("signals");
    }
    evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_body_size(server->http, 0);
    evhttp_set_max_headers_size(server->http, MAX_HEADERS);
    evhttp_set_max_connections(server->http, (int)server->chat.most + MAX_VISITORS);
    evhttp_set_timeout(server->http, IDLE_SECONDS);
    evhttp_set_gencb(server->http, on_page, NULL);
    if (evhttp_set_cb(server->http, "/ws", on_guest, &server->chat) != 0)
        return report("start", "out of memory");
    return listen_on(server, address);
}

static void server_stop(struct server *server) {
    int i;
    server->chat.ending = true;
    if (server->http != NULL)
        evhttp_free(server->http); /* with the sessions that are left */
    for (i = 0; i < 2; i++) {
        if (server->signals[i] != NULL)
            event_free(server->signals[i]);
    }
    if (server->chat.base != NULL)
        event_base_free(server->chat.base);
}

static int usage(void) {
    fputs("usage: ws-chat [-l ADDR[:PORT]] [-n GUESTS] [-m BYTES] [-k SECONDS] [-o ORIGIN]\n"
          "  -l  IPv4 or [IPv6] address to listen on, default 127.0.0.1:8080; without a port, the\n"
          "      system chooses one\n"
          "  -n  guests at once, default 100; others are refused\n"
          "  -m  a guest for which more than so much waits unread is dropped, default 65536\n"
          "  -k  a guest that is silent for so long is pinged, and dropped after as much again,\n"
          "      default 30\n"
          "  -o  a site whose pages may come in beside our own, such as https://chat.example\n",
          stderr);
    return 2;
}

/* Stores a number of `low` to `high` in `*value`. */
static bool read_number(const char *text, long low, long high, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

int main(int argc, char **argv) {
    struct server server = {.chat = {.most = 100, .most_unsent = 65536, .silence = 30}};
    struct chat *chat = &server.chat;
    const char *address = "127.0.0.1:8080";
    int result = -1, i;

    for (i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (strcmp(argv[i], "-l") == 0)
            address = value;
        else if (strcmp(argv[i], "-o") == 0)
            chat->origin = value;
        else if (strcmp(argv[i], "-n") == 0 && read_number(value, 1, 100000, &chat->most))
            continue;
        else if (strcmp(argv[i], "-m") == 0 &&
                 read_number(value, 4096, 1 << 30, &chat->most_unsent))
            continue;
        else if (strcmp(argv[i], "-k") == 0 && read_number(value, 1, 86400, &chat->silence))
            continue;
        else
            return usage();
    }
    if (i != argc)
        return usage();
    if (server_start(&server, address) == 0)
        result = event_base_dispatch(chat->base);
    server_stop(&server);
    return result < 0 ? 1 : 0;
}
