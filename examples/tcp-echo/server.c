/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Invariants:
 *  - A connection is either in the list `free` and closed, or open with its event added.
 *  - An open connection has one event, and it waits for one thing: while part of the reply is
 *    unsent (start < end) for room to send it, otherwise for input. Not reading what cannot be
 *    answered is the back-pressure that keeps memory bounded: the client's sends stall instead.
 *  - `accepting` tells whether the listener's event is added. It is not while no connection is
 *    free, nor, until `retry` fires or a connection ends, after accept() has failed for want of
 *    something: the listener stays readable then, and waiting for it would be a busy loop.
 */
#include "server.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BUFFER_SIZE 2048

/* How long to wait for others to give back descriptors or memory. */
static const struct timeval retry_after = {0, 500000};

struct connection {
    struct event event; /* embedded: nothing is allocated for a client */
    struct server *server;
    struct connection *next; /* in the list `free` */
    evutil_socket_t fd;      /* -1 when closed */
    size_t start, end;       /* the unsent reply within `buffer` */
    unsigned char buffer[BUFFER_SIZE];
};

struct server {
    struct event_base *base;
    struct event listening;
    struct event retry;
    struct timeval idle;
    struct connection *connections;
    struct connection *free;
    size_t count;
    bool one_client;
    bool accepting;
    bool broken; /* cannot accept ever again */
};

static void on_client(evutil_socket_t fd, short events, void *arg);

static void report(const char *what) {
    fprintf(stderr, "tcp-echo: %s: %s\n", what,
            evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
}

/* Nothing that a later try could not change: the event that reported it is still added. */
static bool try_again(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void accept_more(struct server *server) {
    if (server->accepting || server->free == NULL)
        return;
    if (event_add(&server->listening, NULL) == 0) {
        server->accepting = true;
        return;
    }
    report("listener");
    if (event_add(&server->retry, &retry_after) != 0) {
        /* Better an end that a supervisor sees than a server that is deaf for ever. */
        server->broken = true;
        event_base_loopbreak(server->base);
    }
}

static void stop_accepting(struct server *server) {
    event_del(&server->listening);
    server->accepting = false;
}

static void close_connection(struct connection *connection) {
    struct server *server = connection->server;
    /* The event first: a descriptor's number may be reused as soon as it is closed. */
    event_del(&connection->event);
    evutil_closesocket(connection->fd);
    connection->fd = -1;
    connection->next = server->free;
    server->free = connection;
    if (server->one_client)
        event_base_loopbreak(server->base);
    else
        accept_more(server);
}

/* Waits for EV_READ or EV_WRITE, with the idle time from now. */
static bool wait_for(struct connection *connection, short what) {
    struct server *server = connection->server;
    event_del(&connection->event);
    return event_assign(&connection->event, server->base, connection->fd,
                        (short)(what | EV_PERSIST), on_client, connection) == 0 &&
           event_add(&connection->event, &server->idle) == 0;
}

/* Takes more input, at most a buffer full. False when the connection is over. */
static bool receive(struct connection *connection) {
    ssize_t count = recv(connection->fd, connection->buffer, BUFFER_SIZE, 0);
    if (count < 0)
        return try_again(EVUTIL_SOCKET_ERROR());
    /* 0: the client has closed, or closed its half. All that it sent has been answered by now,
     * since input is only taken when nothing is unsent; so nothing is left to do. */
    connection->start = 0;
    connection->end = (size_t)count;
    return count > 0;
}

/* Sends what it can. False when the connection is over. */
static bool send_reply(struct connection *connection) {
    while (connection->start < connection->end) {
        ssize_t count = send(connection->fd, connection->buffer + connection->start,
                             connection->end - connection->start, 0);
        if (count < 0)
            return try_again(EVUTIL_SOCKET_ERROR());
        connection->start += (size_t)count;
    }
    return true;
}

static void on_client(evutil_socket_t fd, short events, void *arg) {
    struct connection *connection = arg;
    bool alive = true;
    short next;
    (void)fd;

    if (events & EV_TIMEOUT) {
        close_connection(connection);
        return;
    }
    if (events & EV_READ)
        alive = receive(connection);
    if (alive)
        alive = send_reply(connection);
    next = connection->start < connection->end ? EV_WRITE : EV_READ;
    if (alive && !(events & next))
        alive = wait_for(connection, next);
    if (!alive)
        close_connection(connection);
}

static void serve(struct server *server, evutil_socket_t fd) {
    struct connection *connection = server->free;
    server->free = connection->next;
    connection->fd = fd;
    connection->start = connection->end = 0;
    event_assign(&connection->event, server->base, fd, EV_READ | EV_PERSIST, on_client, connection);
    if (evutil_make_socket_nonblocking(fd) != 0 || evutil_make_socket_closeonexec(fd) != 0 ||
        event_add(&connection->event, &server->idle) != 0) {
        report("new connection");
        close_connection(connection);
    }
}

/* One client per call; should more wait, the event fires again, after those who are connected. */
static void on_connection(evutil_socket_t listener, short events, void *arg) {
    struct server *server = arg;
    evutil_socket_t fd = accept(listener, NULL, NULL);
    (void)events;

    if (fd >= 0) {
        serve(server, fd);
        if (server->free == NULL || server->one_client)
            stop_accepting(server);
        return;
    }
    /* A client that has gone already is no reason to pause. */
    if (try_again(EVUTIL_SOCKET_ERROR()) || EVUTIL_SOCKET_ERROR() == ECONNABORTED)
        return;
    report("accept, pausing");
    /* Should even the timer fail, trying again at once is the lesser evil. */
    if (event_add(&server->retry, &retry_after) == 0)
        stop_accepting(server);
}

static void on_retry(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    accept_more(arg);
}

struct server *server_start(struct event_base *base, evutil_socket_t listener,
                            const struct server_options *options) {
    struct server *server = calloc(1, sizeof *server);
    size_t i;

    if (server == NULL)
        return NULL;
    server->connections = calloc(options->max_connections, sizeof *server->connections);
    if (server->connections == NULL) {
        free(server);
        return NULL;
    }
    server->base = base;
    server->count = options->max_connections;
    server->one_client = options->one_client;
    server->idle.tv_sec = options->idle_seconds;
    for (i = 0; i < server->count; i++) {
        struct connection *connection = &server->connections[i];
        connection->server = server;
        connection->fd = -1;
        connection->next = server->free;
        server->free = connection;
    }
    event_assign(&server->listening, base, listener, EV_READ | EV_PERSIST, on_connection, server);
    evtimer_assign(&server->retry, base, on_retry, server);
    accept_more(server);
    if (!server->accepting) {
        server_stop(server);
        return NULL;
    }
    return server;
}

int server_stop(struct server *server) {
    size_t i;
    int result;
    if (server == NULL)
        return 0;
    result = server->broken ? -1 : 0;
    event_del(&server->listening);
    event_del(&server->retry);
    for (i = 0; i < server->count; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->fd >= 0) {
            event_del(&connection->event);
            evutil_closesocket(connection->fd);
        }
    }
    free(server->connections);
    free(server);
    return result;
}
