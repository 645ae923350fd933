/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectored input and output. lwIP refuses vectors with an empty piece, so these leave them out. */
#include <string.h>

#include "lwip_internal.h"

enum { MOST_PIECES = 16 }; /* of one call; the rest is for the caller's next */

struct vector {
    struct iovec pieces[MOST_PIECES];
    int count;
};

static void collect(struct vector *ret_vector, const struct iovec *pieces, int count) {
    int i;
    ret_vector->count = 0;
    for (i = 0; i < count && ret_vector->count < MOST_PIECES; i++) {
        if (pieces[i].iov_len > 0) {
            ret_vector->pieces[ret_vector->count++] = pieces[i];
        }
    }
}

static void prepare(struct msghdr *ret_message, struct vector *vector) {
    memset(ret_message, 0, sizeof *ret_message);
    ret_message->msg_iov = vector->pieces;
    ret_message->msg_iovlen = vector->count;
}

/* A datagram may be empty. */
static int is_stream(evlet_fd fd) {
    int type = 0;
    socklen_t length = sizeof type;
    return lwip_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

/* lwIP tells the end of a stream once; from then on the socket is as if it never was connected. */
static ssize_t note_end(evlet_fd fd, ssize_t got) {
    if (got == 0 && is_stream(fd)) {
        evlet_lwip_note(fd, EVLET_LWIP_ENDED);
    }
    return got < 0 && errno == ENOTCONN && evlet_lwip_noted(fd, EVLET_LWIP_ENDED) ? 0 : got;
}

ssize_t evlet_port_recvv(evlet_fd fd, const struct iovec *pieces, int count) {
    struct vector vector;
    struct msghdr message;
    if (count == 1 && pieces->iov_len > 0) {
        return note_end(fd, lwip_recv(fd, pieces->iov_base, pieces->iov_len, 0));
    }
    collect(&vector, pieces, count);
    if (vector.count == 0) {
        return 0;
    }
    prepare(&message, &vector);
    return note_end(fd, lwip_recvmsg(fd, &message, 0));
}

/* lwIP knows no signals: a peer that is gone is an error and nothing else. */
ssize_t evlet_port_sendv(evlet_fd fd, const struct iovec *pieces, int count) {
    struct vector vector;
    struct msghdr message;
    if (count == 1) {
        return lwip_send(fd, pieces->iov_base, pieces->iov_len, 0);
    }
    collect(&vector, pieces, count);
    if (vector.count == 0) {
        return 0;
    }
    prepare(&message, &vector);
    return lwip_sendmsg(fd, &message, 0);
}
