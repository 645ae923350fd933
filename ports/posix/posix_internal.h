/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the C files of the POSIX and Linux ports share among themselves.
 */
#ifndef EVLET_POSIX_INTERNAL_H
#define EVLET_POSIX_INTERNAL_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include <time.h>

/* Longer waits are cut to a day: any time_t and any poll() holds that many seconds or
 * milliseconds, and systems differ in what they refuse beyond. The caller looks at its clock
 * after every wait, so one wake-up a day is all this costs. */
#define EVLET_POSIX_LONGEST_WAIT_NS (INT64_C(86400) * 1000000000)

/* Whether a device was named with evlet_port_entropy_set_device(). */
int evlet_posix_entropy_device_named(void);
/* Fills the buffer from the named device, or from /dev/urandom. */
int evlet_posix_entropy_from_device(void *buffer, size_t size);

/* What evlet_posix_hold_sigpipe() found. */
struct evlet_posix_sigpipe {
    sigset_t mask_before;
    int was_pending;
};
/* Around a write that may raise SIGPIPE, which the program then never sees. hold: 0, or -1 with
 * errno. release: takes the signal back if it was raised; keeps errno. */
int evlet_posix_hold_sigpipe(struct evlet_posix_sigpipe *ret_held);
void evlet_posix_release_sigpipe(const struct evlet_posix_sigpipe *held);
/* writev() that leaves no SIGPIPE behind. */
ssize_t evlet_posix_write_quietly(int fd, const struct iovec *pieces, int count);

/* `pieces` of a vector that one system call takes; the rest is for the caller's next call. */
int evlet_posix_clamp_pieces(int count);

/* A wait (>= 0) as the system's time type, cut to a day. */
void evlet_posix_wait_to_timespec(int64_t timeout_ns, struct timespec *ret_time);

#endif
