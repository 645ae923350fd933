/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket options. What the system's headers do not know answers ENOTSUP. */
#include "posix_features.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <evlet/port_net.h>

static int set_int(evlet_fd fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

/* Three probes, spread so that a dead peer is noticed after twice the idle time. */
static int set_keepalive(evlet_fd fd, int idle_seconds) {
    if (idle_seconds <= 0) {
        return set_int(fd, SOL_SOCKET, SO_KEEPALIVE, idle_seconds < 0);
    }
#ifdef TCP_KEEPIDLE
    if (set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle_seconds) != 0) {
        return -1;
    }
#endif
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    if (set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, idle_seconds < 3 ? 1 : idle_seconds / 3) != 0 ||
        set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 3) != 0) {
        return -1;
    }
#endif
    return set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value) {
    switch (option) {
    case EVLET_SO_REUSEADDR:
        return set_int(fd, SOL_SOCKET, SO_REUSEADDR, value);
#ifdef SO_REUSEPORT
    case EVLET_SO_REUSEPORT:
        return set_int(fd, SOL_SOCKET, SO_REUSEPORT, value);
#endif
#ifdef IPV6_V6ONLY
    case EVLET_SO_IPV6ONLY:
        return set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, value);
#endif
#ifdef TCP_DEFER_ACCEPT
    case EVLET_SO_DEFER_ACCEPT:
        return set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, value);
#endif
    case EVLET_SO_KEEPALIVE:
        return set_keepalive(fd, value);
    case EVLET_SO_NODELAY:
        return set_int(fd, IPPROTO_TCP, TCP_NODELAY, value);
    default:
        errno = ENOTSUP;
        return -1;
    }
}
