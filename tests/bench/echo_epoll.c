/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The echo benchmark without a library, as fast as it is known how: level-triggered, one receive
 * into a buffer that all connections share and one send for each that is ready. Only what the
 * kernel does not take is kept, and until that is gone the connection is watched for writing alone.
 */
#include <sys/epoll.h>

#include "echo.h"

enum { MOST_EVENTS = 256 };

struct connection {
    int fd;
    char *rest; /* of what could not be sent, or NULL */
    size_t rest_size;
    size_t rest_sent;
};

static int set;
static struct connection listening;
static char shared[ECHO_READ_SIZE];

static void watch(struct connection *connection, int how, uint32_t events) {
    struct epoll_event request = {.events = events, .data = {.ptr = connection}};
    if (epoll_ctl(set, how, connection->fd, &request) != 0)
        bench_fail("epoll_ctl");
}

static void connection_close(struct connection *connection) {
    close(connection->fd);
    free(connection->rest);
    free(connection);
}

static void accept_all(void) {
    int fd;
    while ((fd = accept4(listening.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
            bench_fail("calloc");
        connection->fd = fd;
        watch(connection, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void keep_rest(struct connection *connection, const char *bytes, size_t size) {
    connection->rest = malloc(size);
    if (connection->rest == NULL)
        bench_fail("malloc");
    memcpy(connection->rest, bytes, size);
    connection->rest_size = size;
    connection->rest_sent = 0;
    watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
}

static void readable(struct connection *connection) {
    const ssize_t length = recv(connection->fd, shared, sizeof shared, 0);
    ssize_t sent;
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0) {
        connection_close(connection);
        return;
    }
    sent = send(connection->fd, shared, (size_t)length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
        connection_close(connection);
    else if (sent < length)
        keep_rest(connection, shared + (sent < 0 ? 0 : sent),
                  (size_t)(length - (sent < 0 ? 0 : sent)));
}

static void writable(struct connection *connection) {
    const ssize_t sent = send(connection->fd, connection->rest + connection->rest_sent,
                              connection->rest_size - connection->rest_sent, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN)
            connection_close(connection);
        return;
    }
    connection->rest_sent += (size_t)sent;
    if (connection->rest_sent < connection->rest_size)
        return;
    free(connection->rest);
    connection->rest = NULL;
    watch(connection, EPOLL_CTL_MOD, EPOLLIN);
}

static void server_open(int listener) {
    set = epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        bench_fail("epoll_create1");
    listening.fd = listener;
    watch(&listening, EPOLL_CTL_ADD, EPOLLIN);
}

static void server_run(void) {
    struct epoll_event events[MOST_EVENTS];
    for (;;) {
        const int found = epoll_wait(set, events, MOST_EVENTS, -1);
        int i;
        if (found < 0 && errno != EINTR)
            bench_fail("epoll_wait");
        for (i = 0; i < found; ++i) {
            struct connection *connection = events[i].data.ptr;
            if (connection == &listening)
                accept_all();
            else if (connection->rest != NULL)
                writable(connection);
            else
                readable(connection);
        }
    }
}

#include "echo_driver.h"
