/* SPDX-License-Identifier: BSD-3-Clause */
/* Nanoseconds of a wait as the system's time type. */
#include "posix_features.h"

#include "posix_internal.h"

void evlet_posix_wait_to_timespec(int64_t timeout_ns, struct timespec *ret_time) {
    if (timeout_ns > EVLET_POSIX_LONGEST_WAIT_NS) {
        timeout_ns = EVLET_POSIX_LONGEST_WAIT_NS;
    }
    ret_time->tv_sec = (time_t)(timeout_ns / 1000000000);
    ret_time->tv_nsec = (long)(timeout_ns % 1000000000);
}
