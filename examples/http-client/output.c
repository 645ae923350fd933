/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the reply goes to. Writing waits, and the loop with it: that is all the back-pressure it
 * takes, and there is nothing else to do meanwhile. */
#include "http-client.h"

#include <event2/buffer.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static bool output_open(struct output *output) {
    if (output->fd < 0 && output->path == NULL)
        output->fd = STDOUT_FILENO;
    else if (output->fd < 0)
        output->fd = open(output->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    return output->fd >= 0;
}

/* Waits until the descriptor takes bytes again, should whoever shares it have made it nonblocking.
 */
static bool wait_to_write(int fd) {
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    return poll(&wanted, 1, -1) >= 0 || errno == EINTR;
}

void output_write(struct output *output, struct evbuffer *bytes) {
    bool good = !output->failed && output_open(output);

    while (good && evbuffer_get_length(bytes) > 0) {
        if (evbuffer_write(bytes, output->fd) < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                good = wait_to_write(output->fd);
            else
                good = errno == EINTR;
        }
    }
    if (!good && !output->failed) {
        output->failed = true;
        report(output->path != NULL ? output->path : "standard output", strerror(errno));
    }
}

bool output_close(struct output *output) {
    if (!output->failed &&
        (!output_open(output) || (output->path != NULL && close(output->fd) != 0))) {
        output->failed = true;
        report(output->path, strerror(errno));
    }
    return !output->failed;
}
