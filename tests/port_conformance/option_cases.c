/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket options: set, or refused as unsupported; nothing else. */
#include <errno.h>
#include <string.h>

#include "conformance.h"
#include "conformance_platform.h"

static int set_or_unsupported(evlet_fd fd, enum evlet_socket_option option, int value) {
    int error;
    if (evlet_port_set_option(fd, option, value) == 0) {
        return 1;
    }
    error = errno;
#ifdef ENOTSUP
    if (error == ENOTSUP) {
        return 1;
    }
#endif
#ifdef EOPNOTSUPP
    if (error == EOPNOTSUPP) {
        return 1;
    }
#endif
    return 0;
}

static void options_of_a_tcp_socket_are_set_or_unsupported(void) {
    evlet_fd fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0);
    NEED(fd >= 0);
    CHECK(set_or_unsupported(fd, EVLET_SO_REUSEADDR, 1));
    CHECK(set_or_unsupported(fd, EVLET_SO_REUSEADDR, 0));
    CHECK(set_or_unsupported(fd, EVLET_SO_REUSEPORT, 1));
    CHECK(set_or_unsupported(fd, EVLET_SO_REUSEPORT, 0));
    CHECK(set_or_unsupported(fd, EVLET_SO_DEFER_ACCEPT, 1));
    CHECK(set_or_unsupported(fd, EVLET_SO_KEEPALIVE, 1));
    CHECK(set_or_unsupported(fd, EVLET_SO_KEEPALIVE, 0));
    CHECK(set_or_unsupported(fd, EVLET_SO_KEEPIDLE, 7200));
    CHECK(set_or_unsupported(fd, EVLET_SO_KEEPINTVL, 75));
    CHECK(set_or_unsupported(fd, EVLET_SO_KEEPCNT, 3));
    CHECK(set_or_unsupported(fd, EVLET_SO_NODELAY, 1));
    CHECK(set_or_unsupported(fd, EVLET_SO_NODELAY, 0));
    evlet_port_close(fd);
}

static void option_nobody_knows_is_refused(void) {
    evlet_fd fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0);
    NEED(fd >= 0);
    CHECK(evlet_port_set_option(fd, (enum evlet_socket_option)99, 1) == -1);
    evlet_port_close(fd);
}

static void ipv6_only_socket_can_be_made(void) {
    evlet_fd fd = evlet_port_socket(AF_INET6, SOCK_STREAM, 0, 0);
    if (fd < 0) {
        conformance_absent("IPv6", "the stack has none");
        return;
    }
    CHECK(set_or_unsupported(fd, EVLET_SO_IPV6ONLY, 1));
    CHECK(set_or_unsupported(fd, EVLET_SO_IPV6ONLY, 0));
    evlet_port_close(fd);
}

static evlet_fd socket_at(struct sockaddr_in *address, int reuse) {
    evlet_fd fd = evlet_port_socket(AF_INET, SOCK_STREAM, 0, EVLET_FD_NONBLOCK);
    if (fd < 0) {
        return -1;
    }
    if ((reuse && evlet_port_set_option(fd, EVLET_SO_REUSEPORT, 1) != 0) ||
        evlet_port_bind(fd, (struct sockaddr *)address, sizeof *address) != 0) {
        evlet_port_close(fd);
        return -1;
    }
    return fd;
}

static void reused_port_is_shared(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    evlet_fd first, second;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7f000001);
    first = socket_at(&address, 1);
    if (first < 0) {
        conformance_absent("sharing a port", "the stack cannot");
        return;
    }
    CHECK(evlet_port_getsockname(first, (struct sockaddr *)&address, &length) == 0);
    CHECK(evlet_port_listen(first, 1) == 0); /* no other option shares a port that listens */
    second = socket_at(&address, 1);
    CHECK(second >= 0);
    evlet_port_close(second);
    CHECK(socket_at(&address, 0) < 0);
    evlet_port_close(first);
}

void option_cases(void) {
    CASE(options_of_a_tcp_socket_are_set_or_unsupported);
    CASE(option_nobody_knows_is_refused);
    CASE(ipv6_only_socket_can_be_made);
    CASE(reused_port_is_shared);
}
