/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors. This file works as it stands where the network stack reports through errno; a stack with
 * numbers of its own (Windows) needs its own table. */
#include <errno.h>

#include <evlet/port_net.h>

#ifndef ENOSYS
#define ENOSYS 88 /* as in unsupported.h */
#endif

int evlet_port_last_error(void) {
    return errno;
}

void evlet_port_set_last_error(int error) {
    errno = error;
}

static int is_temporary(int error) {
#ifdef EINTR
    if (error == EINTR) {
        return 1;
    }
#endif
#ifdef EWOULDBLOCK
    if (error == EWOULDBLOCK) {
        return 1;
    }
#endif
#ifdef EAGAIN
    if (error == EAGAIN) {
        return 1;
    }
#endif
    return 0;
}

enum evlet_error_class evlet_port_error_class(int error) {
    if (is_temporary(error)) {
        return EVLET_ERR_AGAIN;
    }
    switch (error) {
    case 0:
        return EVLET_ERR_NONE;
#ifdef EINPROGRESS
    case EINPROGRESS:
        return EVLET_ERR_IN_PROGRESS;
#endif
#ifdef ECONNREFUSED
    case ECONNREFUSED:
        return EVLET_ERR_REFUSED;
#endif
#ifdef EMFILE
    case EMFILE:
#endif
#ifdef ENFILE
    case ENFILE:
#endif
#ifdef ENOBUFS
    case ENOBUFS:
#endif
#ifdef ENOMEM
    case ENOMEM:
        return EVLET_ERR_EXHAUSTED;
#endif
    default:
        return EVLET_ERR_OTHER;
    }
}

/* strerror() where the C library's table of texts is worth its kilobytes. */
const char *evlet_port_error_text(int error) {
    switch (evlet_port_error_class(error)) {
    case EVLET_ERR_NONE:
        return "no error";
    case EVLET_ERR_AGAIN:
        return "try again";
    case EVLET_ERR_IN_PROGRESS:
        return "in progress";
    case EVLET_ERR_REFUSED:
        return "refused";
    case EVLET_ERR_EXHAUSTED:
        return "exhausted";
    default:
        return error == ENOSYS ? "unsupported" : "error";
    }
}
