/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting with select(). The waker has a descriptor, which the loop put into the read set.
 *
 * The contract's sets are words of unsigned long, bit fd % bits of word fd / bits. The Linux
 * kernel defines fd_set by exactly that (whatever the C library), and touches no word beyond the
 * `fd_count` bits; FreeBSD does the same. There the caller's words, which may be fewer than an
 * fd_set has, go to the kernel as they are. Elsewhere (32-bit words on NetBSD, OpenBSD, macOS) they
 * are copied bit by bit with the system's own macros.
 */
#include "posix_features.h"

#include <errno.h>
#include <sys/select.h>

#include <evlet/port_net.h>

#include "posix_internal.h"

#ifndef EVLET_POSIX_FD_SET_IS_WORDS
#if defined(__linux__) || defined(__FreeBSD__)
#define EVLET_POSIX_FD_SET_IS_WORDS 1
#else
#define EVLET_POSIX_FD_SET_IS_WORDS 0
#endif
#endif

static int wait_ns(int count, fd_set *read_set, fd_set *write_set, int64_t timeout_ns) {
    struct timespec timeout;
    if (timeout_ns < 0) {
        return pselect(count, read_set, write_set, NULL, NULL, NULL);
    }
    evlet_posix_wait_to_timespec(timeout_ns, &timeout);
    return pselect(count, read_set, write_set, NULL, &timeout, NULL);
}

#if EVLET_POSIX_FD_SET_IS_WORDS

_Static_assert(sizeof(fd_set) == FD_SETSIZE / 8, "fd_set is more than its bits");
_Static_assert(sizeof(((fd_set *)0)->fds_bits[0]) == sizeof(evlet_fd_word),
               "the words of fd_set are not those of the contract");

static int wait_on_words(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                         int64_t timeout_ns) {
    return wait_ns((int)fd_count, (fd_set *)read_set, (fd_set *)write_set, timeout_ns);
}

#else

static int bit_is_set(const evlet_fd_word *words, unsigned index) {
    return (int)(words[index / EVLET_FD_WORD_BITS] >> (index % EVLET_FD_WORD_BITS) & 1);
}

static fd_set *copy_in(fd_set *set, const evlet_fd_word *words, unsigned fd_count) {
    unsigned i;
    FD_ZERO(set);
    if (words == NULL) {
        return NULL;
    }
    for (i = 0; i < fd_count; i++) {
        if (bit_is_set(words, i)) {
            FD_SET((int)i, set);
        }
    }
    return set;
}

static void copy_out(evlet_fd_word *words, const fd_set *set, unsigned fd_count) {
    unsigned i;
    for (i = 0; words != NULL && i < fd_count; i++) {
        if (i % EVLET_FD_WORD_BITS == 0) {
            words[i / EVLET_FD_WORD_BITS] = 0;
        }
        if (FD_ISSET((int)i, set)) {
            words[i / EVLET_FD_WORD_BITS] |= (evlet_fd_word)1 << (i % EVLET_FD_WORD_BITS);
        }
    }
}

static int wait_on_words(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                         int64_t timeout_ns) {
    fd_set reading, writing;
    int ready = wait_ns((int)fd_count, copy_in(&reading, read_set, fd_count),
                        copy_in(&writing, write_set, fd_count), timeout_ns);
    if (ready >= 0) {
        copy_out(read_set, &reading, fd_count);
        copy_out(write_set, &writing, fd_count);
    }
    return ready;
}

#endif

int evlet_port_select(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                      int64_t timeout_ns, struct evlet_waker *waker) {
    (void)waker;
    if (fd_count > EVLET_PORT_SELECT_LIMIT) {
        errno = EINVAL;
        return -1;
    }
    return wait_on_words(fd_count, read_set, write_set, timeout_ns);
}
