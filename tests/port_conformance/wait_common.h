/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What holds for poll and select alike, written once against a function that waits for one
 * descriptor. Used by poll_cases.c and select_cases.c.
 */
#ifndef EVLET_CONFORMANCE_WAIT_COMMON_H
#define EVLET_CONFORMANCE_WAIT_COMMON_H

#include "conformance.h"

typedef int (*wait_function)(evlet_fd fd, int what, int64_t timeout_ns, struct evlet_waker *waker);

void check_wait_lasts(wait_function wait);
void check_zero_returns_at_once(wait_function wait);
void check_readiness(wait_function wait);
void check_longest_timeouts(wait_function wait);
void check_interruption(wait_function wait);

#endif
