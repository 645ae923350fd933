/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls of POSIX that tests make and newlib has no headers for, over the sockets in memory. The
 * headers in include/ are all this one, so that tests include what they include elsewhere.
 */
#ifndef EVLET_TEST_POSIX_SOCKETS_H
#define EVLET_TEST_POSIX_SOCKETS_H

#include <evlet/port_net.h>

#include <fcntl.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AF_UNIX 1
#define PF_UNIX AF_UNIX

#define SOCK_NONBLOCK 0x800
#define SOCK_CLOEXEC 0x80000

#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SO_ERROR 4
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_LINGER 13
#define SO_ACCEPTCONN 30
#define TCP_NODELAY 1

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2
#define MSG_PEEK 2
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000
#define SOMAXCONN 128

#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 14
#endif

/* There is no IPv6; tests compile what they skip then. */
static const struct in6_addr in6addr_any = {{0}};
static const struct in6_addr in6addr_loopback = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
#define IN6_IS_ADDR_V4MAPPED(address) ((address)->s6_addr[10] == 0xff)

#define INET_ADDRSTRLEN 16
#define INET6_ADDRSTRLEN 46

struct sockaddr_un {
    sa_family_t sun_family;
    char sun_path[108];
};

struct linger {
    int l_onoff;
    int l_linger;
};

struct pollfd {
    int fd;
    short events;
    short revents;
};
typedef unsigned long nfds_t;
#define POLLIN 1
#define POLLOUT 4
#define POLLERR 8
#define POLLHUP 16
#define POLLNVAL 32

int socket(int domain, int type, int protocol);
int socketpair(int domain, int type, int protocol, int ret_pair[2]);
int bind(int fd, const struct sockaddr *address, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, struct sockaddr *ret_address, socklen_t *length);
int accept4(int fd, struct sockaddr *ret_address, socklen_t *length, int flags);
int connect(int fd, const struct sockaddr *address, socklen_t length);
int getsockname(int fd, struct sockaddr *ret_address, socklen_t *length);
int getpeername(int fd, struct sockaddr *ret_address, socklen_t *length);
int shutdown(int fd, int how);
int setsockopt(int fd, int level, int option, const void *value, socklen_t length);
int getsockopt(int fd, int level, int option, void *ret_value, socklen_t *length);
ssize_t send(int fd, const void *bytes, size_t size, int flags);
ssize_t recv(int fd, void *buffer, size_t size, int flags);
ssize_t readv(int fd, const struct iovec *pieces, int count);
ssize_t writev(int fd, const struct iovec *pieces, int count);
int poll(struct pollfd *entries, nfds_t count, int timeout_ms);

static inline uint16_t htons(uint16_t value) {
    return __builtin_bswap16(value);
}
static inline uint16_t ntohs(uint16_t value) {
    return __builtin_bswap16(value);
}
static inline uint32_t htonl(uint32_t value) {
    return __builtin_bswap32(value);
}
static inline uint32_t ntohl(uint32_t value) {
    return __builtin_bswap32(value);
}

#ifdef __cplusplus
}
#endif
#endif
