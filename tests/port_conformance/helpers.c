/* SPDX-License-Identifier: BSD-3-Clause */
/* What several groups of cases need. */
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

#if !EVLET_PORT_HAS_POLL && !EVLET_PORT_HAS_SELECT
#error "A port needs evlet_port_poll() or evlet_port_select(); set one EVLET_PORT_HAS_ to 1."
#endif

int failed_with(enum evlet_error_class wanted) {
    return evlet_port_error_class(evlet_port_last_error()) == wanted;
}

#if EVLET_PORT_HAS_POLL
int wait_by_poll(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker) {
    struct pollfd entry;
    memset(&entry, 0, sizeof entry);
    entry.fd = fd;
    entry.events = (short)((what & WAIT_READ ? POLLIN : 0) | (what & WAIT_WRITE ? POLLOUT : 0));
    return evlet_port_poll(&entry, fd < 0 ? 0 : 1, timeout_ns, waker);
}
#endif

#if EVLET_PORT_HAS_SELECT
int wait_by_select(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker) {
    evlet_fd_word reading[EVLET_PORT_SELECT_LIMIT / EVLET_FD_WORD_BITS + 1];
    evlet_fd_word writing[EVLET_PORT_SELECT_LIMIT / EVLET_FD_WORD_BITS + 1];
    unsigned index = fd < 0 ? 0 : (unsigned)(fd - EVLET_PORT_FIRST_FD);
    evlet_fd_word bit = (evlet_fd_word)1 << (index % EVLET_FD_WORD_BITS);

    memset(reading, 0, sizeof reading);
    memset(writing, 0, sizeof writing);
    if (fd >= 0 && (what & WAIT_READ)) {
        reading[index / EVLET_FD_WORD_BITS] = bit;
    }
    if (fd >= 0 && (what & WAIT_WRITE)) {
        writing[index / EVLET_FD_WORD_BITS] = bit;
    }
    return evlet_port_select(fd < 0 ? 0 : index + 1, reading, writing, timeout_ns, waker);
}
#endif

int wait_for(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker) {
    int ready;
    do {
#if EVLET_PORT_HAS_POLL
        ready = wait_by_poll(fd, what, timeout_ns, waker);
#else
        ready = wait_by_select(fd, what, timeout_ns, waker);
#endif
    } while (ready < 0 && failed_with(EVLET_ERR_AGAIN));
    return ready;
}

int need_sockets(void) {
    if (!EVLET_PORT_HAS_SOCKETS) {
        conformance_absent("sockets", "EVLET_PORT_HAS_SOCKETS is 0");
    }
    return EVLET_PORT_HAS_SOCKETS;
}

int make_pair(evlet_fd ret_pair[2]) {
#if EVLET_PORT_HAS_UNIX_SOCKETS
    return evlet_port_socketpair(AF_UNIX, SOCK_STREAM, 0, ret_pair);
#else
    return evlet_port_socketpair(AF_INET, SOCK_STREAM, 0, ret_pair);
#endif
}

void close_pair(evlet_fd pair[2]) {
    evlet_port_close(pair[0]);
    evlet_port_close(pair[1]);
}

int make_pair_nonblocking(evlet_fd ret_pair[2]) {
    evlet_fd pair[2];
    if (make_pair(pair) != 0) {
        return -1;
    }
    if (evlet_port_set_nonblocking(pair[0]) != 0 || evlet_port_set_nonblocking(pair[1]) != 0) {
        close_pair(pair);
        return -1;
    }
    ret_pair[0] = pair[0];
    ret_pair[1] = pair[1];
    return 0;
}

#if EVLET_PORT_HAS_SOCKETS
int make_quiet_pair(evlet_fd ret_pair[2]) {
    return make_pair(ret_pair);
}

void close_quiet_pair(evlet_fd pair[2]) {
    close_pair(pair);
}
#else
int make_quiet_pair(evlet_fd ret_pair[2]) {
    ret_pair[0] = ret_pair[1] = -1;
    return 0;
}

void close_quiet_pair(evlet_fd pair[2]) {
    (void)pair;
}
#endif

ssize_t send_bytes(evlet_fd fd, const void *bytes, size_t size) {
    struct iovec piece;
    piece.iov_base = (void *)(uintptr_t)bytes;
    piece.iov_len = size;
    return evlet_port_sendv(fd, &piece, 1);
}

ssize_t receive_bytes(evlet_fd fd, void *buffer, size_t size) {
    struct iovec piece;
    piece.iov_base = buffer;
    piece.iov_len = size;
    return evlet_port_recvv(fd, &piece, 1);
}

size_t receive_all(evlet_fd fd, void *buffer, size_t size) {
    size_t total = 0;
    while (total < size && wait_for(fd, WAIT_READ, PATIENCE, NULL) == 1) {
        ssize_t got = receive_bytes(fd, (char *)buffer + total, size - total);
        if (got == 0 || (got < 0 && !failed_with(EVLET_ERR_AGAIN))) {
            break;
        }
        total += got > 0 ? (size_t)got : 0;
    }
    return total;
}

static volatile int broken_pipe_signals;

#if EVLET_PORT_HAS_SIGNALS
static struct evlet_signal_saved saved_action;

static void count_broken_pipe(int signo) {
    (void)signo;
    broken_pipe_signals++;
}

void watch_broken_pipe(void) {
    broken_pipe_signals = 0;
    if (conformance_broken_pipe_signal() >= 0) {
        CHECK(evlet_port_signal_catch(conformance_broken_pipe_signal(), count_broken_pipe,
                                      &saved_action) == 0);
    }
}

void unwatch_broken_pipe(void) {
    if (conformance_broken_pipe_signal() >= 0) {
        CHECK(evlet_port_signal_restore(conformance_broken_pipe_signal(), &saved_action) == 0);
    }
    CHECK(broken_pipe_signals == 0);
}
#else
void watch_broken_pipe(void) {
    broken_pipe_signals = 0;
}

void unwatch_broken_pipe(void) {
    CHECK(broken_pipe_signals == 0);
}
#endif

int all_bytes_are(const void *block, size_t size, unsigned char byte) {
    const unsigned char *bytes = block;
    size_t i;
    for (i = 0; i < size; i++) {
        if (bytes[i] != byte) {
            return 0;
        }
    }
    return 1;
}
