/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TCP server for devices: sends back to each client what it sends. Prints "listening on
 * ADDR:PORT" once clients can connect, and ends cleanly on SIGINT or SIGTERM.
 *
 * Shows how little it takes to serve a network one does not trust with a listener and
 * bufferevents: a client that does not read is not read from (watermarks), idle clients lose their
 * place (timeouts), too many clients wait in the backlog, running out of descriptors only pauses
 * accepting, half-closed clients get the rest of their answer.
 *
 * Invariant: a client is either in the list `free` and has no stream, or it has an open one. The
 * listener is enabled exactly while `free` holds somebody.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The build says 0 where the platform has no signals; such a device runs until it is reset. */
#ifndef TCP_ECHO_SIGNALS
#define TCP_ECHO_SIGNALS 1
#endif
#if TCP_ECHO_SIGNALS
#include <signal.h>
#endif

/* The most bytes read at once, and how many unsent ones end the reading: together they limit the
 * memory that a client can take. */
#define HIGH_WATERMARK 4096
#define BACKLOG 64

struct client {
    struct server *server;
    struct bufferevent *stream;
    struct client *next; /* in the list `free` */
    bool ended;          /* it has sent all that it will */
};

struct server {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *signals[2];
    struct client *clients;
    size_t count; /* of `clients` */
    struct client *free;
    struct timeval idle;
    bool one_client;
    bool failed;
};

struct arguments {
    const char *address;
    long port;
    long clients;
    long idle;
    bool one_client;
};

static int report(const char *what) {
    fprintf(stderr, "tcp-echo: %s: %s\n", what,
            evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    return -1;
}

/* Takes the client's stream and, if there is room for somebody again, accepts. */
static void drop(struct client *client) {
    struct server *server = client->server;
    bool was_full = server->free == NULL;

    bufferevent_free(client->stream);
    client->stream = NULL;
    client->next = server->free;
    server->free = client;
    if (server->one_client) {
        event_base_loopbreak(server->base);
    } else if (was_full && evconnlistener_enable(server->listener) != 0) {
        /* Better an end that a supervisor sees than a server that is deaf for ever. */
        report("listener");
        server->failed = true;
        event_base_loopbreak(server->base);
    }
}

static void on_input(struct bufferevent *stream, void *arg);
static void on_event(struct bufferevent *stream, short what, void *arg);

/* All of the answer has been sent, which only those wait for who are not read from. */
static void on_sent(struct bufferevent *stream, void *arg) {
    struct client *client = arg;
    bufferevent_setcb(stream, on_input, NULL, on_event, client);
    if (client->ended || bufferevent_enable(stream, EV_READ) != 0)
        drop(client);
}

/* Reads no more before all of the answer has been sent: the client's sends stall instead. */
static void wait_until_sent(struct client *client) {
    bufferevent_disable(client->stream, EV_READ);
    bufferevent_setcb(client->stream, NULL, on_sent, on_event, client);
}

/* The answer takes over the input's memory; nothing is copied. */
static void on_input(struct bufferevent *stream, void *arg) {
    struct evbuffer *output = bufferevent_get_output(stream);
    if (bufferevent_read_buffer(stream, output) != 0)
        drop(arg);
    else if (evbuffer_get_length(output) >= HIGH_WATERMARK)
        wait_until_sent(arg);
}

/* The end of the input, a time limit or a failure. */
static void on_event(struct bufferevent *stream, short what, void *arg) {
    struct client *client = arg;
    bool unsent = evbuffer_get_length(bufferevent_get_output(stream)) > 0;
    bool silent = (what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING);

    if (what & BEV_EVENT_EOF)
        client->ended = true;
    /* Who sends nothing may be busy reading; the time limit for sending sees to that. */
    if (unsent && (silent || (what & BEV_EVENT_EOF)))
        wait_until_sent(client);
    else
        drop(client);
}

static void on_connection(struct evconnlistener *listener, evutil_socket_t fd,
                          struct sockaddr *address, int length, void *arg) {
    struct server *server = arg;
    struct client *client = server->free;
    (void)address;
    (void)length;

    client->stream = bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (client->stream == NULL) {
        report("new connection");
        evutil_closesocket(fd);
        return;
    }
    client->ended = false;
    server->free = client->next;
    if (server->free == NULL || server->one_client)
        evconnlistener_disable(listener);
    bufferevent_setcb(client->stream, on_input, NULL, on_event, client);
    bufferevent_setwatermark(client->stream, EV_READ, 0, HIGH_WATERMARK);
    if (bufferevent_set_timeouts(client->stream, &server->idle, &server->idle) != 0 ||
        bufferevent_enable(client->stream, EV_READ | EV_WRITE) != 0) {
        report("new connection");
        drop(client);
    }
}

/* The listener tries again by itself after a while, so this is only to be told. */
static void on_accept_error(struct evconnlistener *listener, void *arg) {
    (void)listener;
    (void)arg;
    report("accept, pausing");
}

/* Returns 0, or -1 after saying what failed. */
static int listen_on(struct server *server, const char *text, long port) {
    struct sockaddr_storage address;
    struct sockaddr *any = (struct sockaddr *)&address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    int length = sizeof address;
    in_port_t *where;

    if (evutil_parse_sockaddr_port(text, any, &length) == 0) {
        where = any->sa_family == AF_INET6 ? &ipv6->sin6_port : &ipv4->sin_port;
        if (*where == 0) { /* else the text has a port of its own, which would contradict `port` */
            *where = htons((in_port_t)port);
            server->listener = evconnlistener_new_bind(
                server->base, on_connection, server,
                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG, any,
                length);
            if (server->listener == NULL)
                return report("bind");
            evconnlistener_set_error_cb(server->listener, on_accept_error);
            return 0;
        }
    }
    fprintf(stderr, "tcp-echo: %s: not an address without a port\n", text);
    return -1;
}

static int print_address(struct evconnlistener *listener) {
    struct sockaddr_storage address;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &length) != 0)
        return report("getsockname");
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

#if TCP_ECHO_SIGNALS
static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

static int watch_signals(struct server *server) {
    static const int numbers[2] = {SIGINT, SIGTERM};
    int i;
    for (i = 0; i < 2; i++) {
        server->signals[i] = evsignal_new(server->base, numbers[i], on_signal, server->base);
        if (server->signals[i] == NULL || event_add(server->signals[i], NULL) != 0)
            return report("signals");
    }
    return 0;
}
#else
static int watch_signals(struct server *server) {
    (void)server;
    return 0;
}
#endif

/* Returns 0, or -1 after saying what failed. server_stop() has to follow in either case. */
static int server_start(struct server *server, const struct arguments *arguments) {
    long i;
    server->clients = calloc((size_t)arguments->clients, sizeof *server->clients);
    server->base = event_base_new();
    if (server->clients == NULL || server->base == NULL)
        return report("start");
    server->count = (size_t)arguments->clients;
    server->idle.tv_sec = arguments->idle;
    server->one_client = arguments->one_client;
    for (i = 0; i < arguments->clients; i++) {
        server->clients[i].server = server;
        server->clients[i].next = server->free;
        server->free = &server->clients[i];
    }
    if (listen_on(server, arguments->address, arguments->port) != 0)
        return -1;
    return watch_signals(server);
}

static void server_stop(struct server *server) {
    size_t i;
    for (i = 0; i < server->count; i++) {
        if (server->clients[i].stream != NULL)
            bufferevent_free(server->clients[i].stream);
    }
    for (i = 0; i < 2; i++) {
        if (server->signals[i] != NULL)
            event_free(server->signals[i]);
    }
    if (server->listener != NULL)
        evconnlistener_free(server->listener);
    if (server->base != NULL)
        event_base_free(server->base);
    free(server->clients);
}

/* Stores a number of `low` to `high` in `*value`. */
static bool read_number(const char *text, long low, long high, long *value) {
    char *end;
    *value = strtol(text, &end, 10);
    return end != text && *end == '\0' && *value >= low && *value <= high;
}

static bool read_option(const char *option, const char *value, struct arguments *arguments) {
    if (strcmp(option, "-b") == 0) {
        arguments->address = value;
        return true;
    }
    if (strcmp(option, "-p") == 0)
        return read_number(value, 0, 65535, &arguments->port);
    if (strcmp(option, "-n") == 0)
        return read_number(value, 1, 100000, &arguments->clients);
    if (strcmp(option, "-t") == 0)
        return read_number(value, 1, 1000000, &arguments->idle);
    return false;
}

int main(int argc, char **argv) {
    struct arguments arguments = {"127.0.0.1", 7777, 16, 60, false};
    struct server server = {0};
    int result = -1;
    int i;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-1") == 0) {
            arguments.one_client = true;
        } else if (i + 1 < argc && read_option(argv[i], argv[i + 1], &arguments)) {
            i++;
        } else {
            fputs("usage: tcp-echo [-b ADDR] [-p PORT] [-n CLIENTS] [-t IDLE_SECONDS] [-1]\n"
                  "  -b  IPv4 or IPv6 address to listen on, default 127.0.0.1\n"
                  "  -p  port, default 7777; 0 for one of the system's choice\n"
                  "  -n  clients at once, default 16; others wait\n"
                  "  -t  close a client that does nothing for so long, default 60\n"
                  "  -1  exit after the first client\n",
                  stderr);
            return 2;
        }
    }
    if (server_start(&server, &arguments) == 0 && print_address(server.listener) == 0)
        result = event_base_dispatch(server.base);
    server_stop(&server);
    return result < 0 || server.failed ? 1 : 0;
}
