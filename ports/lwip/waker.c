/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The waker: a UDP socket that is never bound and never sent to, so nothing ever comes in.
 * Signalled means that its socket layer was told of one arrival, with the very call that lwIP's
 * core makes for a datagram: poll and select see it readable and those who wait are woken. A
 * datagram to itself would do the same, but needs memory and an interface, and a signal may not be
 * lost for want of either.
 *
 * `signalled` and that arrival are one: both change under lwIP's core lock. Hence neither
 * interrupts nor callbacks of the stack's own thread, which hold the lock already, may signal.
 */
#include "lwip_internal.h"

#include <lwip/api.h>
#include <lwip/priv/sockets_priv.h>
#include <lwip/tcpip.h>

#if LWIP_IPV4
enum { ANY_DOMAIN = AF_INET };
#else
enum { ANY_DOMAIN = AF_INET6 };
#endif

int evlet_port_waker_open(struct evlet_waker *waker) {
    const evlet_fd fd = evlet_port_socket(ANY_DOMAIN, SOCK_DGRAM, 0, EVLET_FD_NONBLOCK);
    if (fd < 0) {
        return -1;
    }
    waker->connection = lwip_socket_dbg_get_socket(fd)->conn;
    waker->descriptor = fd;
    waker->signalled = 0;
    return 0;
}

void evlet_port_waker_close(struct evlet_waker *waker) {
    if (waker->connection) {
        const int error = errno; /* lwIP leaves traces there even if all went well */
        waker->connection = NULL;
        lwip_close(waker->descriptor);
        errno = error;
    }
}

/* At most one arrival is ever pending, so it does not matter how often it is told. */
static void tell(struct evlet_waker *waker, int signalled) {
    if (!waker->connection) {
        return;
    }
    LOCK_TCPIP_CORE();
    if (waker->signalled != signalled) {
        waker->signalled = signalled;
        waker->connection->callback(waker->connection,
                                    signalled ? NETCONN_EVT_RCVPLUS : NETCONN_EVT_RCVMINUS, 0);
    }
    UNLOCK_TCPIP_CORE();
}

void evlet_port_waker_signal(struct evlet_waker *waker) {
    const int error = errno;
    tell(waker, 1);
    errno = error;
}

void evlet_port_waker_drain(struct evlet_waker *waker) {
    tell(waker, 0);
}

evlet_fd evlet_port_waker_descriptor(const struct evlet_waker *waker) {
    return waker->connection ? waker->descriptor : -1;
}

int evlet_port_waker_makes_edges(void) {
    return 0;
}
