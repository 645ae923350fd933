/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An echo server on plain events. All memory is taken by server_start(); from then on no client
 * can make it grow. Called by main.c. One thread.
 */
#ifndef TCP_ECHO_SERVER_H
#define TCP_ECHO_SERVER_H

#include <event2/util.h>

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct server;

struct server_options {
    size_t max_connections; /* at once; further clients wait in the backlog. At least 1 */
    long idle_seconds;      /* a client that neither sends nor reads for so long is closed */
    bool one_client;        /* end the loop after the first client */
};

/* Serves `listener`, which stays the caller's. NULL when memory or the events cannot be had. */
struct server *server_start(struct event_base *base, evutil_socket_t listener,
                            const struct server_options *options);

/* Closes all connections and frees the server. Returns 0, or -1 when the server had given up, which
 * ends the loop. NULL is allowed. */
int server_stop(struct server *server);

#endif
