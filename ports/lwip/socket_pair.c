/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two sockets connected to each other over the loopback interface (LWIP_HAVE_LOOPIF, or one of the
 * program's own). Of the connections that come in, only that of the own connector is taken: other
 * hosts do not reach 127.0.0.1, but other threads do.
 */
#include <string.h>

#include "lwip_internal.h"

#if LWIP_IPV4
static int own_address(evlet_fd fd, struct sockaddr_in *ret_address) {
    socklen_t length = sizeof *ret_address;
    return lwip_getsockname(fd, (struct sockaddr *)ret_address, &length);
}

static int listen_on_loopback(evlet_fd listener, struct sockaddr_in *ret_address) {
    struct sockaddr_in any_port;
    memset(&any_port, 0, sizeof any_port);
#ifdef IP4ADDR_SOCKADDR_SET_LEN
    IP4ADDR_SOCKADDR_SET_LEN(&any_port);
#else
    any_port.sin_len = sizeof any_port;
#endif
    any_port.sin_family = AF_INET;
    any_port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return lwip_bind(listener, (const struct sockaddr *)&any_port, sizeof any_port) == 0 &&
                   lwip_listen(listener, 1) == 0
               ? own_address(listener, ret_address)
               : -1;
}

/* The connection is in the queue already, so this ends. */
static evlet_fd accept_from(evlet_fd listener, const struct sockaddr_in *expected) {
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        const evlet_fd accepted = evlet_port_accept(listener, (struct sockaddr *)&peer, &length, 0);
        if (accepted < 0 || (peer.sin_port == expected->sin_port &&
                             peer.sin_addr.s_addr == expected->sin_addr.s_addr)) {
            return accepted;
        }
        lwip_close(accepted);
    }
}

/* The connector's other end, or -1. */
static evlet_fd connect_and_accept(evlet_fd listener, evlet_fd connector) {
    struct sockaddr_in address, own;
    if (listen_on_loopback(listener, &address) != 0 ||
        lwip_connect(connector, (const struct sockaddr *)&address, sizeof address) != 0 ||
        own_address(connector, &own) != 0) {
        return -1;
    }
    return accept_from(listener, &own);
}

/* Keeps the reason why it is closed. */
static void drop(evlet_fd fd) {
    const int error = errno;
    if (fd >= 0) {
        lwip_close(fd);
    }
    errno = error;
}

static int tcp_pair(evlet_fd ret_pair[2]) {
    const evlet_fd listener = evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0);
    const evlet_fd connector = listener < 0 ? -1 : evlet_port_socket(AF_INET, SOCK_STREAM, 0, 0);
    const evlet_fd accepted = connector < 0 ? -1 : connect_and_accept(listener, connector);
    drop(listener);
    if (accepted < 0) {
        drop(connector);
        return -1;
    }
    ret_pair[0] = connector;
    ret_pair[1] = accepted;
    return 0;
}
#endif

/* AF_UNIX asks for any pair of streams, as in programs written for systems that have it. */
int evlet_port_socketpair(int domain, int type, int protocol, evlet_fd ret_pair[2]) {
#if LWIP_IPV4
    int asks_for_a_pair = domain == AF_INET;
#ifdef AF_UNIX
    asks_for_a_pair = asks_for_a_pair || domain == AF_UNIX;
#endif
    if (asks_for_a_pair && type == SOCK_STREAM && protocol == 0) {
        return tcp_pair(ret_pair);
    }
#else
    (void)domain;
    (void)type;
    (void)protocol;
    (void)ret_pair;
#endif
    return evlet_lwip_unsupported();
}
