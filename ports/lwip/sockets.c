/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets: lwIP's calls, with what it leaves unchecked checked and flags applied in a second step.
 * The calls that need more are in files of their own. */
#include "lwip_internal.h"

/* Exactly as asked for, whatever a listener hands on. No free socket is what programs know as a
 * process's limit of descriptors. */
evlet_fd evlet_lwip_with_flags(evlet_fd fd, unsigned fd_flags) {
    int nonblocking = (fd_flags & EVLET_FD_NONBLOCK) != 0;
    if (fd < 0) {
        errno = errno == ENFILE ? EMFILE : errno;
        return -1;
    }
    if (lwip_ioctl(fd, FIONBIO, &nonblocking) != 0) {
        const int error = errno;
        lwip_close(fd);
        errno = error;
        return -1;
    }
    evlet_lwip_forget(fd, EVLET_LWIP_ALL_NOTES); /* of one that was closed past this port */
    return fd;
}

/* lwIP takes any domain that is not IPv4 for IPv6. */
static int domain_exists(int domain) {
#if LWIP_IPV4
    if (domain == AF_INET) {
        return 1;
    }
#endif
#if LWIP_IPV6
    if (domain == AF_INET6) {
        return 1;
    }
#endif
    return 0;
}

evlet_fd evlet_port_socket(int domain, int type, int protocol, unsigned fd_flags) {
    if (!domain_exists(domain)) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return evlet_lwip_with_flags(lwip_socket(domain, type, protocol), fd_flags);
}

int evlet_port_listen(evlet_fd fd, int backlog) {
    return lwip_listen(fd, backlog);
}

int evlet_port_getsockname(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    return lwip_getsockname(fd, ret_address, length);
}

int evlet_port_getpeername(evlet_fd fd, struct sockaddr *ret_address, socklen_t *length) {
    return lwip_getpeername(fd, ret_address, length);
}

ssize_t evlet_port_recvfrom(evlet_fd fd, void *buffer, size_t size, struct sockaddr *ret_address,
                            socklen_t *length) {
    return lwip_recvfrom(fd, buffer, size, 0, ret_address, length);
}

ssize_t evlet_port_sendto(evlet_fd fd, const void *buffer, size_t size,
                          const struct sockaddr *address, socklen_t length) {
    return lwip_sendto(fd, buffer, size, 0, address, length);
}

int evlet_port_shutdown_send(evlet_fd fd) {
    return lwip_shutdown(fd, SHUT_WR);
}
