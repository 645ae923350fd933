/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TCP server for devices: sends back to each client what it sends. Prints "listening on
 * ADDR:PORT" once clients can connect, and ends cleanly on SIGINT or SIGTERM.
 *
 * Shows how to serve a network one does not trust on plain events: all memory is taken at the
 * start, a client that does not read is not read from, too many clients wait, running out of
 * descriptors pauses accepting, idle clients lose their place, half-closed ones get the rest of
 * their answer.
 * listen.c makes the listening socket, server.c serves.
 */
#include "listen.h"
#include "server.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The build says 0 where the platform has no signals; such a device runs until it is reset. */
#ifndef TCP_ECHO_SIGNALS
#define TCP_ECHO_SIGNALS 1
#endif

#if TCP_ECHO_SIGNALS
#include <signal.h>
#endif

#define DEFAULT_PORT 7777
#define DEFAULT_CONNECTIONS 16
#define DEFAULT_IDLE 60

struct arguments {
    const char *address;
    long port;
    long connections;
    long idle;
    bool one_client;
};

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
        return read_number(value, 1, 100000, &arguments->connections);
    if (strcmp(option, "-t") == 0)
        return read_number(value, 1, 1000000, &arguments->idle);
    return false;
}

static bool read_arguments(int argc, char **argv, struct arguments *arguments) {
    int i;
    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-1") == 0) {
            arguments->one_client = true;
        } else if (i + 1 < argc && read_option(argv[i], argv[i + 1], arguments)) {
            i++;
        } else {
            fputs("usage: tcp-echo [-b ADDR] [-p PORT] [-n MAX_CONNECTIONS] [-t IDLE_SECONDS] "
                  "[-1]\n"
                  "  -b  IPv4 or IPv6 address to listen on, default 127.0.0.1\n"
                  "  -p  port, default 7777; 0 for one of the system's choice\n"
                  "  -n  clients at once, default 16; others wait\n"
                  "  -t  close a client that did nothing for so long, default 60\n"
                  "  -1  exit after the first client\n",
                  stderr);
            return false;
        }
    }
    return true;
}

#if TCP_ECHO_SIGNALS
static void on_signal(evutil_socket_t fd, short events, void *arg) {
    (void)fd;
    (void)events;
    event_base_loopbreak(arg);
}

/* Sending to a client that has gone is an error to handle, not the end of the program. */
static bool watch_signals(struct event_base *base, struct event **interrupt,
                          struct event **terminate) {
    signal(SIGPIPE, SIG_IGN);
    *interrupt = evsignal_new(base, SIGINT, on_signal, base);
    *terminate = evsignal_new(base, SIGTERM, on_signal, base);
    return *interrupt != NULL && *terminate != NULL && event_add(*interrupt, NULL) == 0 &&
           event_add(*terminate, NULL) == 0;
}
#else
static bool watch_signals(struct event_base *base, struct event **interrupt,
                          struct event **terminate) {
    (void)base;
    *interrupt = *terminate = NULL;
    return true;
}
#endif

/* Serves until something ends the loop. Returns 0, or -1 after saying what failed. */
static int serve(struct event_base *base, evutil_socket_t listener,
                 const struct server_options *options) {
    struct event *interrupt = NULL, *terminate = NULL;
    struct server *server = NULL;
    char where[80];
    int result = -1;

    if (!watch_signals(base, &interrupt, &terminate)) {
        fputs("tcp-echo: cannot watch signals\n", stderr);
    } else if ((server = server_start(base, listener, options)) == NULL) {
        fputs("tcp-echo: cannot start: out of memory, or of descriptors for this backend\n",
              stderr);
    } else if (describe_listener(listener, where, sizeof where) != 0) {
        fputs("tcp-echo: the socket has no address\n", stderr);
    } else {
        printf("listening on %s\n", where);
        fflush(stdout);
        result = event_base_dispatch(base) < 0 ? -1 : 0;
    }
    if (server_stop(server) != 0)
        result = -1;
    if (interrupt != NULL)
        event_free(interrupt);
    if (terminate != NULL)
        event_free(terminate);
    return result;
}

int main(int argc, char **argv) {
    struct arguments arguments = {"127.0.0.1", DEFAULT_PORT, DEFAULT_CONNECTIONS, DEFAULT_IDLE,
                                  false};
    struct server_options options;
    struct event_base *base;
    evutil_socket_t listener;
    int result = -1;

    if (!read_arguments(argc, argv, &arguments))
        return 2;
    options.max_connections = (size_t)arguments.connections;
    options.idle_seconds = arguments.idle;
    options.one_client = arguments.one_client;

    listener = listen_on(arguments.address, (unsigned)arguments.port);
    if (listener < 0)
        return 1;
    base = event_base_new();
    if (base == NULL) {
        fputs("tcp-echo: no event base\n", stderr);
    } else {
        result = serve(base, listener, &options);
        event_base_free(base);
    }
    evutil_closesocket(listener);
    return result == 0 ? 0 : 1;
}
