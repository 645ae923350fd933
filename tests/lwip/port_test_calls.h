/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the unit tests' port_calls.h maps the POSIX names to, on lwIP; each as its namesake, with
 * the flags SOCK_NONBLOCK and SOCK_CLOEXEC where Linux has them. And what test_base.cpp needs
 * besides.
 */
#ifndef EVLET_TEST_LWIP_CALLS_H
#define EVLET_TEST_LWIP_CALLS_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

int evlet_test_accept(int fd, struct sockaddr *ret_address, socklen_t *length);
int evlet_test_accept4(int fd, struct sockaddr *ret_address, socklen_t *length, int flags);
int evlet_test_bind(int fd, const struct sockaddr *address, socklen_t length);
int evlet_test_close(int fd);
int evlet_test_connect(int fd, const struct sockaddr *address, socklen_t length);
/* dup(0), by which tests ask for the lowest free number, makes a socket. */
int evlet_test_dup(int fd);
/* F_GETFL, F_SETFL, and F_GETFD, F_SETFD, which have FD_CLOEXEC set for all. */
int evlet_test_fcntl(int fd, int command, ...);
int evlet_test_getpeername(int fd, struct sockaddr *ret_address, socklen_t *length);
int evlet_test_getsockname(int fd, struct sockaddr *ret_address, socklen_t *length);
int evlet_test_getsockopt(int fd, int level, int name, void *ret_value, socklen_t *length);
/* FIONREAD alone. */
int evlet_test_ioctl(int fd, unsigned long request, void *ret_value);
int evlet_test_listen(int fd, int backlog);
/* A TCP connection, of which the test uses one direction. */
int evlet_test_pipe(int ret_ends[2]);
int evlet_test_poll(struct pollfd *entries, nfds_t count, int wait_ms);
ssize_t evlet_test_read(int fd, void *buffer, size_t size);
ssize_t evlet_test_recv(int fd, void *buffer, size_t size, int flags);
ssize_t evlet_test_recvfrom(int fd, void *buffer, size_t size, int flags,
                            struct sockaddr *ret_address, socklen_t *length);
ssize_t evlet_test_send(int fd, const void *bytes, size_t size, int flags);
ssize_t evlet_test_sendto(int fd, const void *bytes, size_t size, int flags,
                          const struct sockaddr *address, socklen_t length);
int evlet_test_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int evlet_test_shutdown(int fd, int how);
int evlet_test_socket(int domain, int type, int protocol);
/* Over TCP, whatever the domain. */
int evlet_test_socketpair(int domain, int type, int protocol, int ret_pair[2]);
ssize_t evlet_test_write(int fd, const void *bytes, size_t size);

/* Waits until what was sent so far has arrived, as far as it can without time passing. */
void evlet_test_settle(void);
/* A TCP port whose listener hears nobody who knocks (1), or hears again (0). */
void evlet_test_silence(int port, int silent);
/* No new descriptor gets a number of `limit` or above; 0: no limit. */
void evlet_test_limit_descriptors(int limit);
/* fork(), with a stack of its own for the child. */
pid_t evlet_test_fork(void);

#ifdef __cplusplus
}
#endif
#endif
