/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket options. What the system's headers do not know answers ENOTSUP. */
#include "posix_features.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <evlet/port_net.h>

/* Systems that number levels from 1 on have small numbers throughout; elsewhere SOL_SOCKET is 0xffff. */
#if SOL_SOCKET < 256
typedef unsigned char option_number;
#else
typedef unsigned short option_number;
#endif

/* What each of enum evlet_socket_option is called here; no name where the system lacks it. */
static const struct {
    option_number level;
    option_number name;
} system_options[] = {
    [EVLET_SO_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR},
#ifdef SO_REUSEPORT
    [EVLET_SO_REUSEPORT] = {SOL_SOCKET, SO_REUSEPORT},
#endif
#ifdef IPV6_V6ONLY
    [EVLET_SO_IPV6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
#endif
#ifdef TCP_DEFER_ACCEPT
    [EVLET_SO_DEFER_ACCEPT] = {IPPROTO_TCP, TCP_DEFER_ACCEPT},
#endif
    [EVLET_SO_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
#ifdef TCP_KEEPIDLE
    [EVLET_SO_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE},
#endif
#ifdef TCP_KEEPINTVL
    [EVLET_SO_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL},
#endif
#ifdef TCP_KEEPCNT
    [EVLET_SO_KEEPCNT] = {IPPROTO_TCP, TCP_KEEPCNT},
#endif
    [EVLET_SO_NODELAY] = {IPPROTO_TCP, TCP_NODELAY},
    [EVLET_SO_RCVBUF] = {SOL_SOCKET, SO_RCVBUF},
    [EVLET_SO_SNDBUF] = {SOL_SOCKET, SO_SNDBUF},
};

int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value) {
    const unsigned index = (unsigned)option;
    if (index >= sizeof system_options / sizeof *system_options || !system_options[index].name) {
        errno = ENOTSUP;
        return -1;
    }
    return setsockopt(fd, system_options[index].level, system_options[index].name, &value,
                      sizeof value);
}
