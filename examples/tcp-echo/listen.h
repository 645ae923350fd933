/* SPDX-License-Identifier: BSD-3-Clause */
/* The listening socket of tcp-echo, made with Evlet's portable helpers. Called by main.c. */
#ifndef TCP_ECHO_LISTEN_H
#define TCP_ECHO_LISTEN_H

#include <event2/util.h>

#include <stddef.h>

/* Listens on `address`, an IPv4 or IPv6 address without a port, and `port`, 0 for one of the
 * system's choice. Returns a nonblocking socket, or -1 after saying on stderr what failed. */
evutil_socket_t listen_on(const char *address, unsigned port);

/* Writes where a socket listens as "1.2.3.4:80" or "[::1]:80" to `text`. Returns 0 or -1. */
int describe_listener(evutil_socket_t listener, char *text, size_t size);

#endif
