/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing to a pipe or socket whose reader may have gone, without disturbing how the program treats
 * SIGPIPE: the signal is blocked in this thread, and the one the write raised, which is addressed
 * to this thread, is taken back before the mask is restored.
 */
#include "posix_features.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/uio.h>

#include "posix_internal.h"

static void sigpipe_alone(sigset_t *ret_set) {
    sigemptyset(ret_set);
    sigaddset(ret_set, SIGPIPE);
}

static int sigpipe_is_pending(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

int evlet_posix_hold_sigpipe(struct evlet_posix_sigpipe *ret_held) {
    sigset_t only_sigpipe;
    int error;

    sigpipe_alone(&only_sigpipe);
    error = pthread_sigmask(SIG_BLOCK, &only_sigpipe, &ret_held->mask_before);
    if (error != 0) {
        errno = error;
        return -1;
    }
    ret_held->was_pending = sigpipe_is_pending();
    return 0;
}

/* Whatever the call answered: one that moved a part before the reader went raises it as well. */
void evlet_posix_release_sigpipe(const struct evlet_posix_sigpipe *held) {
    int saved_errno = errno, taken;
    sigset_t only_sigpipe;

    if (!held->was_pending && sigpipe_is_pending()) {
        sigpipe_alone(&only_sigpipe);
        sigwait(&only_sigpipe, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &held->mask_before, NULL);
    errno = saved_errno;
}

ssize_t evlet_posix_write_quietly(int fd, const struct iovec *pieces, int count) {
    struct evlet_posix_sigpipe held;
    ssize_t written;

    if (evlet_posix_hold_sigpipe(&held) != 0) {
        return -1;
    }
    written = writev(fd, pieces, count);
    evlet_posix_release_sigpipe(&held);
    return written;
}
