/* SPDX-License-Identifier: BSD-3-Clause */
/* The unit tests' socket calls on lwIP: through the port where it has such a call, else past it. */
#define _GNU_SOURCE 1

#include "port_test_calls.h"

#include <errno.h>
#include <evlet/port_net.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <netinet/tcp.h>

#include "stack.h"

enum { SOCKETS = EVLET_PORT_SELECT_LIMIT + EVLET_PORT_FIRST_FD };

/* How often a descriptor was duplicated without a close since; see the head of port_calls.h. */
static int duplicates[SOCKETS];
/* Whether a recv() told the end of the stream, which lwIP does once. */
static char ended[SOCKETS];

static int has_notes(int fd) {
    return fd >= 0 && fd < SOCKETS;
}

void evlet_test_settle(void) {
    const int error = errno;
    test_stack_settle();
    errno = error;
}

static int settled(int result) {
    evlet_test_settle();
    return result;
}

static unsigned port_flags(int type) {
    return (type & SOCK_NONBLOCK ? EVLET_FD_NONBLOCK : 0) |
           (type & SOCK_CLOEXEC ? EVLET_FD_CLOEXEC : 0);
}

static int made(int fd) {
    if (has_notes(fd)) {
        ended[fd] = 0;
    }
    return fd;
}

int evlet_test_accept(int fd, struct sockaddr *ret_address, socklen_t *length) {
    evlet_test_settle();
    return made(evlet_port_accept(fd, ret_address, length, 0));
}

int evlet_test_accept4(int fd, struct sockaddr *ret_address, socklen_t *length, int flags) {
    evlet_test_settle();
    return made(evlet_port_accept(fd, ret_address, length, port_flags(flags)));
}

int evlet_test_bind(int fd, const struct sockaddr *address, socklen_t length) {
    return evlet_port_bind(fd, address, length);
}

int evlet_test_close(int fd) {
    if (has_notes(fd)) {
        if (__atomic_load_n(&duplicates[fd], __ATOMIC_SEQ_CST) > 0) {
            __atomic_sub_fetch(&duplicates[fd], 1, __ATOMIC_SEQ_CST);
            return 0;
        }
        ended[fd] = 0;
    }
    return settled(evlet_port_close(fd));
}

int evlet_test_connect(int fd, const struct sockaddr *address, socklen_t length) {
    return settled(evlet_port_connect(fd, address, length));
}

int evlet_test_dup(int fd) {
    if (fd == 0) {
        return made(evlet_port_socket(AF_INET, SOCK_DGRAM, 0, 0));
    }
    if (!has_notes(fd) || !evlet_port_is_open(fd)) {
        errno = EBADF;
        return -1;
    }
    __atomic_add_fetch(&duplicates[fd], 1, __ATOMIC_SEQ_CST);
    return fd;
}

int evlet_test_fcntl(int fd, int command, ...) {
    va_list arguments;
    int value;
    va_start(arguments, command);
    value = command == F_SETFL || command == F_SETFD ? va_arg(arguments, int) : 0;
    va_end(arguments);
    if (command == F_GETFL || command == F_SETFL) {
        return lwip_fcntl(fd, command, value);
    }
    if ((command == F_GETFD || command == F_SETFD) && evlet_port_is_open(fd)) {
        return command == F_GETFD ? FD_CLOEXEC : 0;
    }
    errno = evlet_port_is_open(fd) ? EINVAL : EBADF;
    return -1;
}

int evlet_test_getpeername(int fd, struct sockaddr *ret_address, socklen_t *length) {
    return evlet_port_getpeername(fd, ret_address, length);
}

int evlet_test_getsockname(int fd, struct sockaddr *ret_address, socklen_t *length) {
    return evlet_port_getsockname(fd, ret_address, length);
}

int evlet_test_getsockopt(int fd, int level, int name, void *ret_value, socklen_t *length) {
    if (level == SOL_SOCKET && name == SO_ERROR) {
        const int error = evlet_port_socket_error(fd);
        memcpy(ret_value, &error, sizeof error);
        return error < 0 ? -1 : 0;
    }
    return lwip_getsockopt(fd, level, name, ret_value, length);
}

int evlet_test_ioctl(int fd, unsigned long request, void *ret_value) {
    if (request != FIONREAD) {
        errno = EINVAL;
        return -1;
    }
    evlet_test_settle();
    return lwip_ioctl(fd, (long)request, ret_value);
}

int evlet_test_listen(int fd, int backlog) {
    return evlet_port_listen(fd, backlog);
}

int evlet_test_pipe(int ret_ends[2]) {
    return evlet_test_socketpair(AF_UNIX, SOCK_STREAM, 0, ret_ends);
}

int evlet_test_poll(struct pollfd *entries, nfds_t count, int wait_ms) {
    evlet_test_settle();
    return evlet_port_poll(entries, (unsigned)count, wait_ms < 0 ? -1 : wait_ms * INT64_C(1000000),
                           NULL);
}

ssize_t evlet_test_read(int fd, void *buffer, size_t size) {
    return evlet_test_recv(fd, buffer, size, 0);
}

ssize_t evlet_test_recv(int fd, void *buffer, size_t size, int flags) {
    ssize_t got;
    evlet_test_settle();
    if (flags == 0) {
        struct iovec piece;
        piece.iov_base = buffer;
        piece.iov_len = size;
        return evlet_port_recvv(fd, &piece, 1);
    }
    got = lwip_recv(fd, buffer, size, flags);
    if (got == 0 && has_notes(fd)) {
        ended[fd] = 1;
    }
    return got < 0 && errno == ENOTCONN && has_notes(fd) && ended[fd] ? 0 : got;
}

ssize_t evlet_test_recvfrom(int fd, void *buffer, size_t size, int flags,
                            struct sockaddr *ret_address, socklen_t *length) {
    evlet_test_settle();
    return lwip_recvfrom(fd, buffer, size, flags, ret_address, length);
}

ssize_t evlet_test_send(int fd, const void *bytes, size_t size, int flags) {
    return settled((int)lwip_send(fd, bytes, size, flags));
}

ssize_t evlet_test_sendto(int fd, const void *bytes, size_t size, int flags,
                          const struct sockaddr *address, socklen_t length) {
    return settled((int)lwip_sendto(fd, bytes, size, flags, address, length));
}

int evlet_test_setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
    return lwip_setsockopt(fd, level, name, value, length);
}

int evlet_test_shutdown(int fd, int how) {
    return settled(lwip_shutdown(fd, how));
}

/* Without it a small segment waits for the stack's next tick behind another. */
static void send_at_once(int fd) {
    const int yes = 1;
    lwip_setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int evlet_test_socket(int domain, int type, int protocol) {
    const int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    const int fd = evlet_port_socket(domain, kind, protocol, port_flags(type));
    if (fd >= 0 && kind == SOCK_STREAM) {
        send_at_once(fd);
    }
    return made(fd);
}

int evlet_test_socketpair(int domain, int type, int protocol, int ret_pair[2]) {
    const int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    int pair[2], end;
    if (evlet_port_socketpair(domain, kind, protocol, pair) != 0) {
        return -1;
    }
    for (end = 0; end < 2; end++) {
        if (type & SOCK_NONBLOCK) {
            evlet_port_set_nonblocking(pair[end]);
        }
        send_at_once(pair[end]);
        ret_pair[end] = made(pair[end]);
    }
    return 0;
}

ssize_t evlet_test_write(int fd, const void *bytes, size_t size) {
    return evlet_test_send(fd, bytes, size, 0);
}

void evlet_test_silence(int port, int silent) {
    test_stack_silence(port, silent);
}

void evlet_test_limit_descriptors(int limit) {
    test_stack_limit_sockets(limit);
}

pid_t evlet_test_fork(void) {
    pid_t child;
    test_stack_hold();
    child = fork();
    if (child == 0) {
        test_stack_restart();
    } else {
        test_stack_release();
    }
    return child;
}
