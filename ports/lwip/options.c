/* SPDX-License-Identifier: BSD-3-Clause */
/* Socket options. What lwIP lacks, or was built without (SO_REUSE, LWIP_TCP_KEEPALIVE), answers
 * EOPNOTSUPP. */
#include "lwip_internal.h"

/* What each of enum evlet_socket_option is called here; level 0 where lwIP has none. Its header
 * names SO_REUSEPORT, but nothing implements it. */
static const struct {
    unsigned short level;
    unsigned short name;
} stack_options[] = {
    [EVLET_SO_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR},
#if LWIP_IPV6
    [EVLET_SO_IPV6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
#endif
    [EVLET_SO_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE},
#if LWIP_TCP_KEEPALIVE
    [EVLET_SO_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE},
    [EVLET_SO_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL},
    [EVLET_SO_KEEPCNT] = {IPPROTO_TCP, TCP_KEEPCNT},
#endif
    [EVLET_SO_NODELAY] = {IPPROTO_TCP, TCP_NODELAY},
#if LWIP_SO_RCVBUF
    [EVLET_SO_RCVBUF] = {SOL_SOCKET, SO_RCVBUF},
#endif
};

/* lwIP turns these into milliseconds of 32 bits, and does not look whether they fit. */
static int is_time_too_long(enum evlet_socket_option option, int value) {
    return (option == EVLET_SO_KEEPIDLE || option == EVLET_SO_KEEPINTVL) &&
           (value < 1 || (unsigned)value > UINT32_MAX / 1000);
}

int evlet_port_set_option(evlet_fd fd, enum evlet_socket_option option, int value) {
    const unsigned index = (unsigned)option;
    int result;
    if (!evlet_port_is_open(fd)) {
        errno = EBADF;
        return -1;
    }
    if (is_time_too_long(option, value)) {
        errno = EINVAL;
        return -1;
    }
    if (index >= sizeof stack_options / sizeof *stack_options || !stack_options[index].level) {
        return evlet_lwip_unsupported();
    }
    result = lwip_setsockopt(fd, stack_options[index].level, stack_options[index].name, &value,
                             sizeof value);
    return result != 0 && errno == ENOPROTOOPT ? evlet_lwip_unsupported() : result;
}
