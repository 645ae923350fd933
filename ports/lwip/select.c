/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting with lwip_select(). The waker has a descriptor, which the loop put into the read set.
 *
 * The fd_set is lwIP's own, of bytes that count from the first descriptor, or the C library's, of
 * words that count from 0; its macros take descriptors as they are in either.
 */
#include "lwip_internal.h"

#if EVLET_PORT_HAS_SELECT

static int is_set(const evlet_fd_word *words, unsigned index) {
    return words != NULL && words[index / EVLET_FD_WORD_BITS] >> (index % EVLET_FD_WORD_BITS) & 1;
}

static fd_set *copy_in(fd_set *set, const evlet_fd_word *words, unsigned fd_count) {
    unsigned i;
    FD_ZERO(set);
    if (words == NULL) {
        return NULL;
    }
    for (i = 0; i < fd_count; i++) {
        if (is_set(words, i)) {
            FD_SET(EVLET_PORT_FIRST_FD + (int)i, set);
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
        if (FD_ISSET(EVLET_PORT_FIRST_FD + (int)i, set)) {
            words[i / EVLET_FD_WORD_BITS] |= (evlet_fd_word)1 << (i % EVLET_FD_WORD_BITS);
        }
    }
}

/* The end of a stream can be received again and again, which lwIP does not say again. How many were
 * added to `set`, or would be if it is NULL. */
static int add_ended(fd_set *set, const evlet_fd_word *asked, unsigned fd_count) {
    unsigned i;
    int added = 0;
    for (i = 0; i < fd_count; i++) {
        const evlet_fd fd = EVLET_PORT_FIRST_FD + (int)i;
        if (is_set(asked, i) && evlet_lwip_noted(fd, EVLET_LWIP_ENDED) &&
            !(set != NULL && FD_ISSET(fd, set))) {
            added++;
            if (set != NULL) {
                FD_SET(fd, set);
            }
        }
    }
    return added;
}

/* In whole milliseconds, since lwIP rounds to the nearest. */
static int select_ms(int limit, fd_set *read_set, fd_set *write_set, int wait_ms) {
    struct timeval timeout;
    if (wait_ms < 0) {
        return lwip_select(limit, read_set, write_set, NULL, NULL);
    }
    timeout.tv_sec = wait_ms / 1000;
    timeout.tv_usec = wait_ms % 1000 * 1000;
    return lwip_select(limit, read_set, write_set, NULL, &timeout);
}

/* Without memory for a wait: as poll.c. */
int evlet_port_select(unsigned fd_count, evlet_fd_word *read_set, evlet_fd_word *write_set,
                      int64_t timeout_ns, struct evlet_waker *waker) {
    fd_set reading, writing;
    int at_once, ready;
    (void)waker;
    if (fd_count > EVLET_PORT_SELECT_LIMIT) {
        errno = EINVAL;
        return -1;
    }
    at_once = add_ended(NULL, read_set, fd_count);
    ready = select_ms(EVLET_PORT_FIRST_FD + (int)fd_count, copy_in(&reading, read_set, fd_count),
                      copy_in(&writing, write_set, fd_count),
                      at_once ? 0 : evlet_lwip_wait_ms(timeout_ns));
    if (ready >= 0) {
        ready += at_once ? add_ended(&reading, read_set, fd_count) : 0;
        copy_out(read_set, &reading, fd_count);
        copy_out(write_set, &writing, fd_count);
    } else if (errno == ENOMEM) {
        errno = EINTR;
    }
    return ready;
}

#endif
