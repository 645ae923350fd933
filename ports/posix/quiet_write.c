/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * writev() to a pipe whose reader may have gone, without disturbing how the program treats
 * SIGPIPE: the signal is blocked in this thread, and the one the write raised, which is addressed
 * to this thread, is taken back before the mask is restored.
 */
#include "posix_features.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/uio.h>

#include "posix_internal.h"

static int sigpipe_is_pending(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

ssize_t evlet_posix_write_quietly(int fd, const struct iovec *pieces, int count) {
    sigset_t only_sigpipe, mask_before;
    int was_pending, saved_errno, taken;
    ssize_t written;

    sigemptyset(&only_sigpipe);
    sigaddset(&only_sigpipe, SIGPIPE);
    saved_errno = pthread_sigmask(SIG_BLOCK, &only_sigpipe, &mask_before);
    if (saved_errno != 0) {
        errno = saved_errno;
        return -1;
    }
    was_pending = sigpipe_is_pending();
    written = writev(fd, pieces, count);
    saved_errno = errno;
    if (written < 0 && saved_errno == EPIPE && !was_pending && sigpipe_is_pending()) {
        sigwait(&only_sigpipe, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
    errno = saved_errno;
    return written;
}
