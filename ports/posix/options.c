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

/* What each of enum evlet_socket_option is called here; no name where the system lacks it. */
static const struct {
    unsigned short level;
    unsigned short name;
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
    [EVLET_SO_NODELAY] = {IPPROTO_TCP, TCP_NODELAY},
};

/* Three probes, spread so that a dead peer is noticed after twice the idle time. */
static int set_keepalive_times(evlet_fd fd, int idle_seconds) {
    int failed = 0;
#ifdef TCP_KEEPIDLE
    failed |= set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle_seconds);
#endif
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    failed |= set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, idle_seconds < 3 ? 1 : idle_seconds / 3);
    failed |= set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
#endif
    return failed;
}

int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value) {
    const unsigned index = (unsigned)option;
    if (index >= sizeof system_options / sizeof *system_options || !system_options[index].name) {
        errno = ENOTSUP;
        return -1;
    }
    if (option == EVLET_SO_KEEPALIVE) {
        if (value > 0 && set_keepalive_times(fd, value) != 0) {
            return -1;
        }
        value = value != 0;
    }
    return set_int(fd, system_options[index].level, system_options[index].name, value);
}
