/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file as the body of a request, read while it is sent: of a regular file the size is known and
 * goes into Content-Length, all else is sent in chunks.
 *
 * A pipe or a terminal may have nothing for a while. Then the producer says EVLET_HTTP_WAIT, and an
 * event on the descriptor resumes it; the loop is never held up by a read. What can not be waited
 * for (a regular file, a device like /dev/zero) is always ready.
 */
#include "http-client.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <evlet/http.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 16384

struct upload {
    struct evhttp_request *request; /* while one sends it */
    struct event *readable;         /* NULL: never has to wait */
    ev_int64_t size;                /* -1: unknown */
    ev_int64_t left;                /* of `size`, to be sent */
    int fd;
    bool ready; /* a read will not wait */
    bool used;  /* bytes have been read */
    bool failed;
};

static void on_readable(evutil_socket_t fd, short what, void *arg) {
    struct upload *upload = arg;
    (void)fd;
    (void)what;
    upload->ready = true;
    evlet_http_request_resume_producer(upload->request);
}

/* Reads from the descriptor into the buffer. Returns the number of bytes, 0 at the end, or -1. */
static ssize_t read_piece(struct upload *upload, struct evbuffer *out) {
    struct evbuffer_iovec room;
    size_t most = PIECE;
    ssize_t count;

    if (upload->size >= 0 && upload->left < (ev_int64_t)most)
        most = (size_t)upload->left;
    if (most == 0)
        return 0;
    if (evbuffer_reserve_space(out, (ev_ssize_t)most, &room, 1) != 1)
        return -1;
    do {
        count = read(upload->fd, room.iov_base, most);
    } while (count < 0 && errno == EINTR);
    room.iov_len = count > 0 ? (size_t)count : 0;
    if (evbuffer_commit_space(out, &room, 1) != 0)
        return -1;
    return count;
}

static enum evlet_http_produced produce(struct evhttp_request *request, struct evbuffer *out,
                                        void *arg) {
    struct upload *upload = arg;
    ssize_t count;
    (void)request;

    if (upload->readable != NULL && !upload->ready) {
        if (event_add(upload->readable, NULL) == 0)
            return EVLET_HTTP_WAIT;
        event_free(upload->readable); /* it is none of those that one can wait for */
        upload->readable = NULL;
    }
    upload->used = true;
    upload->ready = false;
    count = read_piece(upload, out);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && upload->readable != NULL)
        return EVLET_HTTP_MORE;
    upload->left -= count > 0 ? count : 0;
    if (count < 0 || (count == 0 && upload->size >= 0 && upload->left > 0)) {
        upload->failed = true;
        return EVLET_HTTP_ABORT;
    }
    if (count == 0 || (upload->size >= 0 && upload->left == 0))
        return EVLET_HTTP_END;
    return EVLET_HTTP_MORE;
}

struct upload *upload_open(struct event_base *base, const char *path) {
    bool standard_input = strcmp(path, "-") == 0;
    struct upload *upload = calloc(1, sizeof *upload);
    struct stat about;

    if (upload == NULL)
        return NULL;
    upload->size = -1;
    upload->fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (upload->fd < 0 || fstat(upload->fd, &about) != 0) {
        upload_close(upload);
        return NULL;
    }
    if (S_ISDIR(about.st_mode)) {
        errno = EISDIR;
        upload_close(upload);
        return NULL;
    }
    if (S_ISREG(about.st_mode)) {
        off_t start = lseek(upload->fd, 0, SEEK_CUR);
        upload->size = start >= 0 && start < about.st_size ? about.st_size - start : 0;
    } else {
        upload->readable = event_new(base, upload->fd, EV_READ, on_readable, upload);
        if (upload->readable == NULL) {
            upload_close(upload);
            return NULL;
        }
    }
    return upload;
}

int upload_start(struct upload *upload, struct evhttp_request *request) {
    if (upload->used) {
        off_t back = upload->size >= 0 ? (off_t)(upload->size - upload->left) : 0;
        if (upload->size < 0) {
            errno = ESPIPE;
            return -1;
        }
        if (lseek(upload->fd, -back, SEEK_CUR) < 0)
            return -1;
    }
    upload->request = request;
    upload->left = upload->size;
    evlet_http_request_set_producer(request, upload->size, produce, upload);
    return 0;
}

void upload_stop(struct upload *upload) {
    upload->request = NULL;
    if (upload->readable != NULL)
        event_del(upload->readable);
}

bool upload_failed(const struct upload *upload) {
    return upload->failed;
}

void upload_close(struct upload *upload) {
    int error = errno;
    if (upload->readable != NULL)
        event_free(upload->readable);
    if (upload->fd > STDIN_FILENO)
        close(upload->fd);
    free(upload);
    errno = error;
}
