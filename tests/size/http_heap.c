/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much heap a connection of an HTTP server costs while it is idle: when it has been accepted,
 * and when it has been kept alive after a request. Run by run.py, natively or under qemu; prints
 * "key value" lines, averages of one connection. Exit 1 if something failed or stayed allocated.
 *
 * What the event_base keeps for a descriptor (its table) is not the connection's: a first set of
 * connections on the same descriptors lets the table grow, and only the second set is counted.
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "heap_count.h"
#include "select_base.h"

enum { CONNECTION_COUNT = 32, MOST_PASSES = 100000 };

static const char request_text[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
static const char body_text[] = "Hello, World!";

static struct event_base *base;
static struct sockaddr_in address;
static int listener;
static int clients[CONNECTION_COUNT];

static int fail(const char *what) {
    fprintf(stderr, "http_heap: %s\n", what);
    return 1;
}

static void on_request(struct evhttp_request *request, void *failures) {
    struct evbuffer *body = evbuffer_new();
    if (body == NULL || evbuffer_add(body, body_text, sizeof body_text - 1) != 0)
        ++*(int *)failures;
    evhttp_send_reply(request, HTTP_OK, "OK", body);
    if (body != NULL)
        evbuffer_free(body);
}

static int open_listener(void) {
    socklen_t length = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, CONNECTION_COUNT) != 0)
        return -1;
    return getsockname(listener, (struct sockaddr *)&address, &length);
}

static int pass(void) {
    return event_base_loop(base, EVLOOP_NONBLOCK) < 0 ? -1 : 0;
}

/* Connects all clients and has them accepted. */
static int open_clients(void) {
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    int i;
    for (i = 0; i < CONNECTION_COUNT; ++i) {
        clients[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (clients[i] < 0 || connect(clients[i], (struct sockaddr *)&address, sizeof address) != 0)
            return -1;
    }
    for (i = 0; i < MOST_PASSES && poll(&waiting, 1, 0) == 1; ++i) {
        if (pass() != 0)
            return -1;
    }
    return poll(&waiting, 1, 0) == 0 ? pass() : -1;
}

/* Runs the loop until there is something to be received. */
static int await(int fd) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    int i;
    for (i = 0; i < MOST_PASSES && poll(&waiting, 1, 0) == 0; ++i) {
        if (pass() != 0)
            return -1;
    }
    return poll(&waiting, 1, 0) == 1 ? 0 : -1;
}

/* Whether a whole reply comes, and nothing but. */
static int receive_reply(int fd) {
    const size_t body_size = sizeof body_text - 1;
    char reply[512];
    size_t size = 0;
    while (size < body_size || memcmp(reply + size - body_size, body_text, body_size) != 0) {
        ssize_t length;
        if (size == sizeof reply || await(fd) != 0)
            return -1;
        length = recv(fd, reply + size, sizeof reply - size, 0);
        if (length <= 0)
            return -1;
        size += (size_t)length;
    }
    return memcmp(reply, "HTTP/1.1 200 ", 13) == 0 ? 0 : -1;
}

/* One request of each client, all at the same time. */
static int ask(void) {
    const ssize_t size = sizeof request_text - 1;
    int i;
    for (i = 0; i < CONNECTION_COUNT; ++i) {
        if (send(clients[i], request_text, (size_t)size, MSG_NOSIGNAL) != size)
            return -1;
    }
    for (i = 0; i < CONNECTION_COUNT; ++i) {
        if (receive_reply(clients[i]) != 0)
            return -1;
    }
    /* Once more, so that nothing is left to be done. */
    return pass();
}

/* Ends all connections; the server has closed each when its client has read the end. */
static int close_clients(void) {
    char byte;
    int i;
    for (i = 0; i < CONNECTION_COUNT; ++i) {
        if (shutdown(clients[i], SHUT_WR) != 0 || await(clients[i]) != 0 ||
            recv(clients[i], &byte, 1, 0) != 0)
            return -1;
        close(clients[i]);
    }
    /* A library may put off the end of a bufferevent to the next pass of the loop. */
    return pass();
}

int main(void) {
    size_t at_first, before, before_blocks, fresh, fresh_blocks, used, used_blocks;
    struct evhttp *http;
    int failures = 0;

    tzset(); /* which the C library does for the first date, and keeps what it finds */
    at_first = live_bytes;
    base = select_base();
    http = base != NULL ? evhttp_new(base) : NULL;
    if (http == NULL || open_listener() != 0 || evhttp_accept_socket(http, listener) != 0)
        return fail("no server");
    evhttp_set_gencb(http, on_request, &failures);
    if (open_clients() != 0 || ask() != 0 || close_clients() != 0)
        return fail("no connections");

    before = live_bytes;
    before_blocks = live_blocks;
    if (open_clients() != 0)
        return fail("no connections");
    fresh = live_bytes - before;
    fresh_blocks = live_blocks - before_blocks;
    if (ask() != 0 || failures != 0)
        return fail("no replies");
    used = live_bytes - before;
    used_blocks = live_blocks - before_blocks;

    if (close_clients() != 0)
        return fail("connections do not end");
    if (live_bytes != before)
        return fail("connections left something behind");
    evhttp_free(http);
    event_base_free(base);
    libevent_global_shutdown();
    if (live_bytes != at_first)
        return fail("something stayed allocated");
    printf("http_heap_fresh %u\n", (unsigned)(fresh / CONNECTION_COUNT));
    printf("http_blocks_fresh %u\n", (unsigned)(fresh_blocks / CONNECTION_COUNT));
    printf("http_heap %u\n", (unsigned)(used / CONNECTION_COUNT));
    printf("http_blocks %u\n", (unsigned)(used_blocks / CONNECTION_COUNT));
    return 0;
}
