/* SPDX-License-Identifier: BSD-3-Clause */
/* lwIP reports through errno: the C library's, or one of its own (LWIP_PROVIDE_ERRNO). Which must
 * be per thread where there are several. */
#include "lwip_internal.h"

int evlet_port_last_error(void) {
    return errno;
}

void evlet_port_set_last_error(int error) {
    errno = error;
}

enum evlet_error_class evlet_port_error_class(int error) {
    /* One number in most C libraries, two in a few. */
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) {
        return EVLET_ERR_AGAIN;
    }
    switch (error) {
    case 0:
        return EVLET_ERR_NONE;
    case EINPROGRESS:
    case EALREADY:
        return EVLET_ERR_IN_PROGRESS;
    case ECONNREFUSED:
        return EVLET_ERR_REFUSED;
    case EMFILE:
    case ENFILE:  /* no socket is free */
    case ENOBUFS: /* no netconn, pbuf or segment */
    case ENOMEM:
        return EVLET_ERR_EXHAUSTED;
    default:
        return EVLET_ERR_OTHER;
    }
}
