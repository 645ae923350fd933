/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads a named pipe: makes PATH, copies what is written to it to standard output, and removes
 * it at the end, which SIGINT or SIGTERM brings. Try `echo hello >PATH` from another terminal.
 *
 * Shows: a descriptor that is no socket, an event that stays added (EV_PERSIST), signals beside it,
 * and ending a loop from a callback. epoll takes pipes and terminals, but no plain files.
 */
#include <event2/event.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    struct event_base *base;
    struct event *input;
    struct event *interrupt;
    struct event *terminate;
    bool failed;
};

static void fail(struct reader *reader, const char *what) {
    fprintf(stderr, "event-read-fifo: %s: %s\n", what, strerror(errno));
    reader->failed = true;
    event_base_loopbreak(reader->base);
}

/* One read per call: should more be there, the event fires again, and others get their turn. */
static void on_readable(evutil_socket_t fd, short events, void *arg) {
    struct reader *reader = arg;
    char text[512];
    ssize_t count = read(fd, text, sizeof text);
    (void)events;
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR)
            fail(reader, "read");
        return;
    }
    if (fwrite(text, 1, (size_t)count, stdout) != (size_t)count || fflush(stdout) != 0)
        fail(reader, "standard output");
}

static void on_signal(evutil_socket_t fd, short events, void *arg) {
    struct reader *reader = arg;
    (void)fd;
    (void)events;
    event_base_loopbreak(reader->base);
}

static void run_loop(struct reader *reader, const char *path, int fd) {
    reader->input = event_new(reader->base, fd, EV_READ | EV_PERSIST, on_readable, reader);
    reader->interrupt = evsignal_new(reader->base, SIGINT, on_signal, reader);
    reader->terminate = evsignal_new(reader->base, SIGTERM, on_signal, reader);
    if (reader->input == NULL || reader->interrupt == NULL || reader->terminate == NULL ||
        event_add(reader->input, NULL) != 0 || event_add(reader->interrupt, NULL) != 0 ||
        event_add(reader->terminate, NULL) != 0) {
        fail(reader, "event");
    } else {
        printf("reading %s\n", path);
        fflush(stdout);
        if (event_base_dispatch(reader->base) < 0)
            fail(reader, "loop");
    }
    if (reader->input != NULL)
        event_free(reader->input);
    if (reader->interrupt != NULL)
        event_free(reader->interrupt);
    if (reader->terminate != NULL)
        event_free(reader->terminate);
}

/* Opens both ends. Without a writer of our own the pipe would be at its end, and readable for
 * ever, from the moment the first writer leaves. */
static void read_fifo(struct reader *reader, const char *path) {
    int read_end = open(path, O_RDONLY | O_NONBLOCK);
    int write_end = read_end < 0 ? -1 : open(path, O_WRONLY | O_NONBLOCK);
    if (write_end < 0)
        fail(reader, path);
    else
        run_loop(reader, path, read_end);
    if (write_end >= 0)
        close(write_end);
    if (read_end >= 0)
        close(read_end);
}

int main(int argc, char **argv) {
    struct reader reader = {NULL, NULL, NULL, NULL, false};

    if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0') {
        fputs("usage: event-read-fifo PATH\n", stderr);
        return 2;
    }
    /* When nobody reads our output any more, that is an error to clean up after. */
    signal(SIGPIPE, SIG_IGN);
    reader.base = event_base_new();
    if (reader.base == NULL) {
        fputs("event-read-fifo: no event base\n", stderr);
        return 1;
    }
    /* A file that is there already is not ours to read or to remove: then this fails. */
    if (mkfifo(argv[1], S_IRUSR | S_IWUSR) != 0) {
        fail(&reader, argv[1]);
    } else {
        read_fifo(&reader, argv[1]);
        if (unlink(argv[1]) != 0)
            fail(&reader, argv[1]);
    }
    event_base_free(reader.base);
    return reader.failed ? 1 : 0;
}
