/* SPDX-License-Identifier: BSD-3-Clause */
#include "listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Connections that the system keeps for us while the pool is full. */
#define BACKLOG 64

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_storage room;
};

static evutil_socket_t give_up(evutil_socket_t listener, const char *what) {
    fprintf(stderr, "tcp-echo: %s: %s\n", what,
            evutil_socket_error_to_string(evutil_socket_geterror(listener)));
    if (listener >= 0)
        evutil_closesocket(listener);
    return -1;
}

/* Returns the length of the address, or 0. */
static socklen_t parse(const char *text, unsigned port, union address *address) {
    int length = (int)sizeof *address;
    if (evutil_parse_sockaddr_port(text, &address->any, &length) != 0)
        return 0;
    if (address->any.sa_family == AF_INET && address->ipv4.sin_port == 0) {
        address->ipv4.sin_port = htons((uint16_t)port);
        return (socklen_t)length;
    }
    if (address->any.sa_family == AF_INET6 && address->ipv6.sin6_port == 0) {
        address->ipv6.sin6_port = htons((uint16_t)port);
        return (socklen_t)length;
    }
    return 0; /* with a port of its own, which would contradict `port` */
}

evutil_socket_t listen_on(const char *address, unsigned port) {
    union address local;
    socklen_t length = parse(address, port, &local);
    evutil_socket_t listener;

    if (length == 0) {
        fprintf(stderr, "tcp-echo: %s: not an address without a port\n", address);
        return -1;
    }
    listener = socket(local.any.sa_family, SOCK_STREAM, 0);
    if (listener < 0)
        return give_up(listener, "socket");
    /* Nonblocking, since a client may be gone between the event and accept(). */
    if (evutil_make_socket_nonblocking(listener) != 0 ||
        evutil_make_socket_closeonexec(listener) != 0 ||
        evutil_make_listen_socket_reuseable(listener) != 0)
        return give_up(listener, "socket options");
    if (bind(listener, &local.any, length) != 0)
        return give_up(listener, "bind");
    if (listen(listener, BACKLOG) != 0)
        return give_up(listener, "listen");
    return listener;
}

int describe_listener(evutil_socket_t listener, char *text, size_t size) {
    union address local;
    socklen_t length = sizeof local;
    char host[INET6_ADDRSTRLEN];
    int count;

    if (getsockname(listener, &local.any, &length) != 0)
        return -1;
    if (local.any.sa_family == AF_INET6) {
        if (evutil_inet_ntop(AF_INET6, &local.ipv6.sin6_addr, host, sizeof host) == NULL)
            return -1;
        count = evutil_snprintf(text, size, "[%s]:%u", host, ntohs(local.ipv6.sin6_port));
    } else {
        if (evutil_inet_ntop(AF_INET, &local.ipv4.sin_addr, host, sizeof host) == NULL)
            return -1;
        count = evutil_snprintf(text, size, "%s:%u", host, ntohs(local.ipv4.sin_port));
    }
    return count < 0 || (size_t)count >= size ? -1 : 0;
}
