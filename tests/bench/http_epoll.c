/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor of the HTTP benchmark: bare epoll, level-triggered, which looks for the blank line and
 * sends an answer that was made up beforehand, with the date of its start. One receive and one send
 * for a connection that is ready; requests that come together are answered together. It knows no
 * more of HTTP than what the load sends: requests of up to 4 KiB, replies that the kernel takes.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

enum { MOST_EVENTS = 256, MOST_REQUEST = 4096, MOST_TOGETHER = 64 };

struct connection {
    int fd;
    size_t size; /* of what has come and has not been answered */
    char bytes[MOST_REQUEST];
};

static int set;
static struct connection listening;
static char answers[256 * MOST_TOGETHER]; /* the answer, over and over */
static size_t answer_size;

static void watch(struct connection *connection) {
    struct epoll_event request = {.events = EPOLLIN, .data = {.ptr = connection}};
    if (epoll_ctl(set, EPOLL_CTL_ADD, connection->fd, &request) != 0)
        bench_fail("epoll_ctl");
}

static void connection_close(struct connection *connection) {
    close(connection->fd);
    free(connection);
}

static void accept_all(void) {
    int fd;
    while ((fd = accept4(listening.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = malloc(sizeof *connection);
        if (connection == NULL)
            bench_fail("malloc");
        connection->fd = fd;
        connection->size = 0;
        watch(connection);
    }
}

/* How long the first request of some bytes is; 0 as long as it has not come to its end. */
static size_t request_size(const char *bytes, size_t size) {
    static const char length_name[] = "\r\nContent-Length: ";
    const char *const blank = memmem(bytes, size, "\r\n\r\n", 4);
    const char *length;
    size_t whole;

    if (blank == NULL)
        return 0;
    whole = (size_t)(blank + 4 - bytes);
    if (bytes[0] == 'P') {
        length = memmem(bytes, whole, length_name, sizeof length_name - 1);
        if (length == NULL)
            bench_fail("no length");
        whole += strtoul(length + sizeof length_name - 1, NULL, 10);
    }
    return whole <= size ? whole : 0;
}

static void readable(struct connection *connection) {
    const ssize_t length = recv(connection->fd, connection->bytes + connection->size,
                                sizeof connection->bytes - connection->size, 0);
    size_t answered = 0, count = 0, size;

    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0) {
        connection_close(connection);
        return;
    }
    connection->size += (size_t)length;
    while (count < MOST_TOGETHER && answered < connection->size &&
           (size = request_size(connection->bytes + answered, connection->size - answered)) > 0) {
        answered += size;
        ++count;
    }
    connection->size -= answered;
    if (connection->size > 0 && answered > 0)
        memmove(connection->bytes, connection->bytes + answered, connection->size);
    if (count > 0 && send(connection->fd, answers, count * answer_size, MSG_NOSIGNAL) !=
                         (ssize_t)(count * answer_size))
        bench_fail("send");
}

static void prepare_answers(void) {
    const time_t now = time(NULL);
    char date[64];
    size_t i;

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&now));
    answer_size = (size_t)snprintf(answers, sizeof answers,
                                   "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: %zu\r\n"
                                   "Content-Type: " HTTP_CONTENT_TYPE "\r\n\r\n" HTTP_BODY,
                                   date, sizeof HTTP_BODY - 1);
    if (answer_size * MOST_TOGETHER > sizeof answers)
        bench_fail("answers");
    for (i = 1; i < MOST_TOGETHER; ++i)
        memcpy(answers + i * answer_size, answers, answer_size);
}

static void server_open(int listener, struct heap_figures *heap) {
    if (heap != NULL) {
        fprintf(stderr, "the bare server counts nothing\n");
        exit(BENCH_SKIP);
    }
    prepare_answers();
    set = epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        bench_fail("epoll_create1");
    listening.fd = listener;
    watch(&listening);
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
            else
                readable(connection);
        }
    }
}

#include "http_driver.h"
