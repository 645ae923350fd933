/* SPDX-License-Identifier: BSD-3-Clause */
/* POSIX over the sockets in memory, and what newlib's own read(), write() ... lead to. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "memory_sockets.h"
#include "posix_sockets.h"

int _close(int fd);
int _fork(void);
int _execve(const char *path, char *const *arguments, char *const *environment);
int _unlink(const char *path);
int _wait(int *ret_status);
int _read(int fd, char *buffer, int size);
int _write(int fd, const char *bytes, int size);
int board_write_bytes(int fd, const char *bytes, int size);

static int fail(int error) {
    errno = error;
    return -1;
}

static int is_standard(int fd) {
    return memory_is_standard(fd);
}

static unsigned flags_of(int type) {
    return (type & SOCK_NONBLOCK ? EVLET_FD_NONBLOCK : 0) |
           (type & SOCK_CLOEXEC ? EVLET_FD_CLOEXEC : 0);
}

static int kind_of(int type) {
    return type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int socket(int domain, int type, int protocol) {
    return evlet_port_socket(domain, kind_of(type), protocol, flags_of(type));
}

int socketpair(int domain, int type, int protocol, int ret_pair[2]) {
    int i;
    if (evlet_port_socketpair(domain, kind_of(type), protocol, ret_pair) != 0) {
        return -1;
    }
    for (i = 0; i < 2; i++) {
        if (type & SOCK_NONBLOCK) {
            evlet_port_set_nonblocking(ret_pair[i]);
        }
        if (type & SOCK_CLOEXEC) {
            evlet_port_set_cloexec(ret_pair[i]);
        }
    }
    return 0;
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
    return evlet_port_bind(fd, address, length);
}

int listen(int fd, int backlog) {
    return evlet_port_listen(fd, backlog);
}

int accept(int fd, struct sockaddr *ret_address, socklen_t *length) {
    return evlet_port_accept(fd, ret_address, length, 0);
}

int accept4(int fd, struct sockaddr *ret_address, socklen_t *length, int flags) {
    return evlet_port_accept(fd, ret_address, length, flags_of(flags));
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
    return evlet_port_connect(fd, address, length);
}

int getsockname(int fd, struct sockaddr *ret_address, socklen_t *length) {
    return evlet_port_getsockname(fd, ret_address, length);
}

int getpeername(int fd, struct sockaddr *ret_address, socklen_t *length) {
    return evlet_port_getpeername(fd, ret_address, length);
}

int shutdown(int fd, int how) {
    return how == SHUT_RD ? 0 : evlet_port_shutdown_send(fd);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length) {
    struct memory_socket *socket = memory_socket_of(fd);
    (void)length;
    if (socket == NULL) {
        return -1;
    }
    if (level == SOL_SOCKET && option == SO_LINGER) {
        const struct linger *linger = value;
        socket->resets = linger->l_onoff && linger->l_linger == 0;
    }
    return 0;
}

int getsockopt(int fd, int level, int option, void *ret_value, socklen_t *length) {
    struct memory_socket *socket = memory_socket_of(fd);
    int value;
    if (socket == NULL) {
        return -1;
    }
    if (level != SOL_SOCKET || *length < sizeof value) {
        return fail(ENOPROTOOPT);
    }
    value = option == SO_ERROR        ? evlet_port_socket_error(fd)
            : option == SO_ACCEPTCONN ? socket->kind == LISTENING
                                      : 0;
    memcpy(ret_value, &value, sizeof value);
    *length = sizeof value;
    return 0;
}

ssize_t readv(int fd, const struct iovec *pieces, int count) {
    return evlet_port_recvv(fd, pieces, count);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    return evlet_port_sendv(fd, pieces, count);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
    struct iovec piece;
    (void)flags;
    piece.iov_base = (void *)(uintptr_t)bytes;
    piece.iov_len = size;
    return evlet_port_sendv(fd, &piece, 1);
}

ssize_t recv(int fd, void *buffer, size_t size, int flags) {
    struct iovec piece;
    piece.iov_base = buffer;
    piece.iov_len = size;
    return flags & MSG_PEEK ? memory_peek(fd, buffer, size) : evlet_port_recvv(fd, &piece, 1);
}

int poll(struct pollfd *entries, nfds_t count, int timeout_ms) {
    evlet_fd_word reading[EVLET_PORT_SELECT_LIMIT / EVLET_FD_WORD_BITS + 1] = {0};
    evlet_fd_word writing[EVLET_PORT_SELECT_LIMIT / EVLET_FD_WORD_BITS + 1] = {0};
    nfds_t i;
    int ready = 0;
    for (i = 0; i < count; i++) {
        const unsigned fd = (unsigned)entries[i].fd;
        const evlet_fd_word bit = (evlet_fd_word)1 << (fd % EVLET_FD_WORD_BITS);
        if (entries[i].events & POLLIN) {
            reading[fd / EVLET_FD_WORD_BITS] |= bit;
        }
        if (entries[i].events & POLLOUT) {
            writing[fd / EVLET_FD_WORD_BITS] |= bit;
        }
    }
    if (evlet_port_select(EVLET_PORT_SELECT_LIMIT, reading, writing,
                          timeout_ms < 0 ? -1 : timeout_ms * INT64_C(1000000), NULL) < 0) {
        return -1;
    }
    for (i = 0; i < count; i++) {
        const unsigned fd = (unsigned)entries[i].fd;
        entries[i].revents =
            (short)((reading[fd / EVLET_FD_WORD_BITS] >> (fd % EVLET_FD_WORD_BITS) & 1 ? POLLIN
                                                                                       : 0) |
                    (writing[fd / EVLET_FD_WORD_BITS] >> (fd % EVLET_FD_WORD_BITS) & 1 ? POLLOUT
                                                                                       : 0));
        ready += entries[i].revents != 0;
    }
    return ready;
}

int pipe(int ret_ends[2]) {
    return memory_pair(AF_UNIX, 1, ret_ends);
}

int dup(int fd) {
    struct memory_socket *socket = memory_socket_of(fd);
    return socket != NULL ? memory_descriptor(socket, 0, 0) : -1;
}

int dup2(int fd, int number) {
    return memory_duplicate_to(fd, number);
}

/* Newlib's own knows of no command. */
int fcntl(int fd, int command, ...) {
    struct memory_socket *socket = memory_socket_of(fd);
    va_list arguments;
    int value;
    if (socket == NULL) {
        return -1;
    }
    va_start(arguments, command);
    value = va_arg(arguments, int);
    va_end(arguments);
    switch (command) {
    case F_GETFL:
        return O_RDWR | (socket->nonblocking ? O_NONBLOCK : 0);
    case F_SETFL:
        socket->nonblocking = (value & O_NONBLOCK) != 0;
        return 0;
    case F_GETFD:
        return memory_is_cloexec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
        return value & FD_CLOEXEC ? evlet_port_set_cloexec(fd) : 0;
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return value >= EVLET_PORT_SELECT_LIMIT
                   ? fail(EINVAL)
                   : memory_descriptor(socket, value,
                                       command == F_DUPFD_CLOEXEC ? EVLET_FD_CLOEXEC : 0);
    default:
        return fail(EINVAL);
    }
}

int getrlimit(int resource, struct rlimit *ret_limit) {
    if (resource != RLIMIT_NOFILE) {
        return fail(EINVAL);
    }
    ret_limit->rlim_cur = (rlim_t)memory_present_limit();
    ret_limit->rlim_max = EVLET_PORT_SELECT_LIMIT;
    return 0;
}

int setrlimit(int resource, const struct rlimit *limit) {
    if (resource != RLIMIT_NOFILE || limit->rlim_cur > EVLET_PORT_SELECT_LIMIT) {
        return fail(EINVAL);
    }
    memory_limit((evlet_fd)limit->rlim_cur);
    return 0;
}

/* There are no processes: what would need one is skipped (NEEDS(fork_with_sockets)). */
int _fork(void) {
    return fail(ENOSYS);
}

int _execve(const char *path, char *const *arguments, char *const *environment) {
    (void)path;
    (void)arguments;
    (void)environment;
    return fail(ENOSYS);
}

int rmdir(const char *path) {
    return _unlink(path);
}

int _unlink(const char *path) {
    (void)path;
    return fail(ENOENT);
}

int _wait(int *ret_status) {
    (void)ret_status;
    return fail(ECHILD);
}

int waitpid(int child, int *ret_status, int options) {
    (void)child;
    (void)ret_status;
    (void)options;
    return fail(ECHILD);
}

int _close(int fd) {
    return is_standard(fd) ? 0 : evlet_port_close(fd);
}

int _read(int fd, char *buffer, int size) {
    return is_standard(fd) ? 0 : (int)recv(fd, buffer, (size_t)size, 0);
}

int _write(int fd, const char *bytes, int size) {
    return is_standard(fd) ? board_write_bytes(fd, bytes, size)
                           : (int)send(fd, bytes, (size_t)size, 0);
}
