/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much heap a bufferevent costs while its connection is idle: enabled for reading, with
 * callbacks set, before and after it has echoed something. Run by run.py, natively or under qemu;
 * prints "key value" lines, averages of one bufferevent. Exit 1 if something failed or stayed
 * allocated.
 *
 * What the event_base keeps for a descriptor (its table) is not the bufferevent's: a first set of
 * bufferevents on the same descriptors lets the table grow, and only the second set is counted.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "heap_count.h"
#include "select_base.h"

enum { STREAM_COUNT = 32, MESSAGE_SIZE = 1000, MOST_PASSES = 100000 };

struct connection {
    int near_fd; /* the bufferevent's */
    int far_fd;
    struct bufferevent *stream;
};

static struct connection connections[STREAM_COUNT];
static char message[MESSAGE_SIZE];

static int fail(const char *what) {
    fprintf(stderr, "stream_heap: %s\n", what);
    return 1;
}

static void on_read(struct bufferevent *stream, void *argument) {
    (void)argument;
    evbuffer_add_buffer(bufferevent_get_output(stream), bufferevent_get_input(stream));
}

static void on_event(struct bufferevent *stream, short what, void *failures) {
    (void)stream;
    (void)what;
    ++*(int *)failures;
}

static int open_sockets(void) {
    int i;
    for (i = 0; i < STREAM_COUNT; ++i) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
            return -1;
        connections[i].near_fd = ends[0];
        connections[i].far_fd = ends[1];
    }
    return 0;
}

static void close_sockets(void) {
    int i;
    for (i = 0; i < STREAM_COUNT; ++i) {
        close(connections[i].near_fd);
        close(connections[i].far_fd);
    }
}

static int open_streams(struct event_base *base, int *failures) {
    int i;
    for (i = 0; i < STREAM_COUNT; ++i) {
        struct bufferevent *stream = bufferevent_socket_new(base, connections[i].near_fd, 0);
        if (stream == NULL)
            return -1;
        connections[i].stream = stream;
        bufferevent_setcb(stream, on_read, NULL, on_event, failures);
        if (bufferevent_enable(stream, EV_READ) != 0)
            return -1;
    }
    return 0;
}

static int free_streams(struct event_base *base) {
    int i;
    for (i = 0; i < STREAM_COUNT; ++i)
        bufferevent_free(connections[i].stream);
    /* A library may put off the end of a bufferevent to the next pass of the loop. */
    return event_base_loop(base, EVLOOP_NONBLOCK) < 0 ? -1 : 0;
}

/* Sends each bufferevent a message and has it back, all at the same time. */
static int echo(struct event_base *base) {
    size_t missing = (size_t)STREAM_COUNT * MESSAGE_SIZE;
    int passes;
    int i;
    for (i = 0; i < STREAM_COUNT; ++i) {
        if (write(connections[i].far_fd, message, MESSAGE_SIZE) != MESSAGE_SIZE)
            return -1;
    }
    for (passes = 0; passes < MOST_PASSES && missing > 0; ++passes) {
        if (event_base_loop(base, EVLOOP_NONBLOCK) < 0)
            return -1;
        for (i = 0; i < STREAM_COUNT; ++i) {
            const ssize_t length = read(connections[i].far_fd, message, MESSAGE_SIZE);
            if (length > 0)
                missing -= (size_t)length;
        }
    }
    /* Once more, so that nothing is left to be done. */
    return missing == 0 ? event_base_loop(base, EVLOOP_NONBLOCK) : -1;
}

int main(void) {
    const size_t at_first = live_bytes;
    struct event_base *base = select_base();
    size_t before, before_blocks, fresh, fresh_blocks, used;
    int failures = 0;

    if (base == NULL || open_sockets() != 0)
        return fail("no event_base or no sockets");
    if (open_streams(base, &failures) != 0 || free_streams(base) != 0)
        return fail("no bufferevents");

    before = live_bytes;
    before_blocks = live_blocks;
    if (open_streams(base, &failures) != 0 || event_base_loop(base, EVLOOP_NONBLOCK) < 0)
        return fail("no bufferevents");
    fresh = live_bytes - before;
    fresh_blocks = live_blocks - before_blocks;
    if (echo(base) < 0 || failures != 0)
        return fail("no echo");
    used = live_bytes - before;

    if (free_streams(base) != 0)
        return fail("the loop failed");
    if (live_bytes != before)
        return fail("bufferevents left something behind");
    event_base_free(base);
    close_sockets();
    libevent_global_shutdown();
    if (live_bytes != at_first)
        return fail("something stayed allocated");
    printf("stream_heap %u\n", (unsigned)(fresh / STREAM_COUNT));
    printf("stream_blocks %u\n", (unsigned)(fresh_blocks / STREAM_COUNT));
    printf("stream_heap_after_echo %u\n", (unsigned)(used / STREAM_COUNT));
    return 0;
}
