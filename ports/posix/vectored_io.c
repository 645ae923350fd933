/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectored input and output on sockets, and on whatever else a program hands over (pipes,
 * terminals, FIFOs). */
#include "posix_features.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <evlet/port_net.h>

#include "posix_internal.h"

#ifndef IOV_MAX
#define IOV_MAX 16 /* what POSIX promises at least */
#endif

int evlet_posix_clamp_pieces(int count) {
    return count > IOV_MAX ? IOV_MAX : count;
}

/* One piece, the usual case, goes without the system having to look at a list of them. */
ssize_t evlet_port_recvv(evlet_fd fd, const struct iovec *pieces, int count) {
    if (count == 1) {
        return read(fd, pieces->iov_base, pieces->iov_len);
    }
    return readv(fd, pieces, evlet_posix_clamp_pieces(count));
}

#ifdef MSG_NOSIGNAL
static ssize_t send_pieces(evlet_fd fd, const struct iovec *pieces, int count) {
    struct msghdr message;

    if (count == 1) {
        return send(fd, pieces->iov_base, pieces->iov_len, MSG_NOSIGNAL);
    }
    memset(&message, 0, sizeof message);
    message.msg_iov = (struct iovec *)(uintptr_t)pieces; /* sendmsg() does not write to it */
    message.msg_iovlen = (unsigned)evlet_posix_clamp_pieces(count);
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}
#endif

ssize_t evlet_port_sendv(evlet_fd fd, const struct iovec *pieces, int count) {
#ifdef MSG_NOSIGNAL
    ssize_t sent = send_pieces(fd, pieces, count);
    if (sent >= 0 || errno != ENOTSOCK) {
        return sent;
    }
#endif
    return evlet_posix_write_quietly(fd, pieces, evlet_posix_clamp_pieces(count));
}
