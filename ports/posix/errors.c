/* SPDX-License-Identifier: BSD-3-Clause */
/* errno, sorted into what Evlet tells apart. */
#include "posix_features.h"

#include <errno.h>
#include <string.h>

#include <evlet/port_net.h>

int evlet_port_last_error(void) {
    return errno;
}

void evlet_port_set_last_error(int error) {
    errno = error;
}

enum evlet_error_class evlet_port_error_class(int error) {
    /* EAGAIN and EWOULDBLOCK are one number on most systems and two on a few. */
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
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return EVLET_ERR_EXHAUSTED;
    default:
        return EVLET_ERR_OTHER;
    }
}
