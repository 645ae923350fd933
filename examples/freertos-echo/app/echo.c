/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server: one listener, a bufferevent for each client, a time limit for silence, and the
 * button, which an interrupt raises and the loop takes for a signal. At most MOST_CLIENTS at a
 * time; others wait in the backlog, so memory is bounded.
 *
 * Invariant: the listener is enabled exactly while `count` < MOST_CLIENTS.
 */
#include "echo.h"

#include <lwip/sockets.h>
#include <string.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "board.h"

enum { MOST_CLIENTS = 4, MOST_UNSENT = 1024, SILENCE_SECONDS = 60 };

struct client {
    struct server *server;
    struct bufferevent *stream; /* NULL: the place is free */
};

struct server {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *button;
    struct client clients[MOST_CLIENTS];
    int count, served;
};

static void drop(struct client *client) {
    struct server *server = client->server;
    bufferevent_free(client->stream);
    client->stream = NULL;
    server->count--;
    evconnlistener_enable(server->listener);
}

static void on_input(struct bufferevent *stream, void *client) {
    if (bufferevent_read_buffer(stream, bufferevent_get_output(stream)) != 0) {
        drop(client);
    }
}

/* The end of what the client sends, a failure or silence; its answers were sent as they came. */
static void on_event(struct bufferevent *stream, short what, void *client) {
    (void)stream;
    (void)what;
    drop(client);
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int length, void *argument) {
    const struct timeval silence = {SILENCE_SECONDS, 0};
    struct server *server = argument;
    struct client *client = server->clients;
    (void)address;
    (void)length;
    while (client->stream != NULL) { /* one is free, or the listener would be off */
        client++;
    }
    client->stream = bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (client->stream == NULL) {
        evutil_closesocket(fd);
        return;
    }
    client->server = server;
    server->served++;
    if (++server->count == MOST_CLIENTS) {
        evconnlistener_disable(listener);
    }
    bufferevent_setcb(client->stream, on_input, NULL, on_event, client);
    bufferevent_setwatermark(client->stream, EV_READ, 0, MOST_UNSENT);
    bufferevent_set_timeouts(client->stream, &silence, &silence);
    if (bufferevent_enable(client->stream, EV_READ) != 0) {
        drop(client);
    }
}

static void on_button(evutil_socket_t number, short what, void *argument) {
    struct server *server = argument;
    (void)number;
    (void)what;
    board_print("button");
    event_base_loopbreak(server->base);
}

static int start(struct server *server, unsigned short port) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    server->base = event_base_new();
    if (server->base == NULL) {
        return -1;
    }
    server->button = evsignal_new(server->base, ECHO_BUTTON, on_button, server);
    server->listener = evconnlistener_new_bind(
        server->base, on_client, server, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE, MOST_CLIENTS,
        (const struct sockaddr *)&address, sizeof address);
    return server->button == NULL || server->listener == NULL ? -1
                                                              : event_add(server->button, NULL);
}

/* All that had been started. */
static void end(struct server *server) {
    int i;
    for (i = 0; i < MOST_CLIENTS; i++) {
        if (server->clients[i].stream != NULL) {
            bufferevent_free(server->clients[i].stream);
        }
    }
    if (server->listener != NULL) {
        evconnlistener_free(server->listener);
    }
    if (server->button != NULL) {
        event_free(server->button);
    }
    if (server->base != NULL) {
        event_base_free(server->base);
    }
}

int echo_run(unsigned short port) {
    struct server server;
    int result = -1;
    memset(&server, 0, sizeof server);
    if (start(&server, port) == 0) {
        board_print("listening");
        event_base_dispatch(server.base);
        result = server.served;
    }
    end(&server);
    return result;
}
