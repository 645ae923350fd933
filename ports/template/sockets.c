/* SPDX-License-Identifier: BSD-3-Clause */
/* Descriptors and sockets. Every function here refuses; the comments say what is easily missed. */
#include <evlet/port_net.h>

#include "unsupported.h"

/* The stack's way to ask for errors of class AGAIN instead of waiting. */
int evlet_port_set_nonblocking(evlet_fd fd) {
    (void)fd;
    return unsupported();
}

/* Where there is no exec: `return 0;`. */
int evlet_port_set_cloexec(evlet_fd fd) {
    (void)fd;
    return unsupported();
}

int evlet_port_close(evlet_fd fd) {
    (void)fd;
    return unsupported();
}

/* 0 refuses: no descriptor is open. */
int evlet_port_is_open(evlet_fd fd) {
    (void)fd;
    return 0;
}

/* Unsupported: nothing is a socket. */
int evlet_port_socket_error(evlet_fd fd) {
    (void)fd;
    return unsupported();
}

/* Open, then apply the flags; close again if that fails. */
evlet_fd evlet_port_socket(int domain, int type, int protocol, unsigned fd_flags) {
    (void)domain;
    (void)type;
    (void)protocol;
    (void)fd_flags;
    return unsupported();
}

/* Without AF_UNIX: listen on loopback, connect, accept, and compare the port of the accepted peer
 * with the connector's own, so that nobody else slipped in. Write `ret_pair` last. */
int evlet_port_socketpair(int domain, int type, int protocol, evlet_fd ret_pair[2]) {
    (void)domain;
    (void)type;
    (void)protocol;
    (void)ret_pair;
    return unsupported();
}

int evlet_port_bind(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    (void)fd;
    (void)address;
    (void)length;
    return unsupported();
}

int evlet_port_listen(evlet_fd fd, int backlog) {
    (void)fd;
    (void)backlog;
    return unsupported();
}

/* A connection that died in the queue (ECONNABORTED) is no error: take the next. */
evlet_fd evlet_port_accept(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length,
                           unsigned fd_flags) {
    (void)fd;
    (void)ret_address;
    (void)length;
    (void)fd_flags;
    return unsupported();
}

int evlet_port_connect(evlet_fd fd, const struct sockaddr *address, socklen_t length) {
    (void)fd;
    (void)address;
    (void)length;
    return unsupported();
}

int evlet_port_getsockname(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    (void)fd;
    (void)ret_address;
    (void)length;
    return unsupported();
}

int evlet_port_getpeername(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    (void)fd;
    (void)ret_address;
    (void)length;
    return unsupported();
}

/* A stack that cannot half-close refuses; the connection is then closed as a whole. */
int evlet_port_shutdown_send(evlet_fd fd) {
    (void)fd;
    return unsupported();
}

/* A stack without vectored calls receives into the first piece that is not empty. */
ssize_t evlet_port_recvv(evlet_fd fd, const struct iovec *pieces, int count) {
    (void)fd;
    (void)pieces;
    (void)count;
    return unsupported();
}

/* May take fewer pieces than offered. Must not raise a signal when the peer has gone. */
ssize_t evlet_port_sendv(evlet_fd fd, const struct iovec *pieces, int count) {
    (void)fd;
    (void)pieces;
    (void)count;
    return unsupported();
}

/* Datagrams: for the room dns. */
ssize_t evlet_port_recvfrom(evlet_fd fd, void *buffer, size_t size, struct sockaddr *ret_address,
                            socklen_t *length) {
    (void)fd;
    (void)buffer;
    (void)size;
    (void)ret_address;
    (void)length;
    return unsupported();
}

ssize_t evlet_port_sendto(evlet_fd fd, const void *buffer, size_t size,
                          const struct sockaddr *address, socklen_t length) {
    (void)fd;
    (void)buffer;
    (void)size;
    (void)address;
    (void)length;
    return unsupported();
}

/* An option that the stack lacks: -1 with ENOTSUP or EOPNOTSUPP. */
int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value) {
    (void)fd;
    (void)option;
    (void)value;
    return unsupported();
}
