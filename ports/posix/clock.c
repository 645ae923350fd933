/* SPDX-License-Identifier: BSD-3-Clause */
/* The two clocks. Seconds are widened before they are multiplied: time_t may have 32 bits. */
#include "posix_features.h"

#include <time.h>

#include <evlet/port_os.h>

static int64_t to_ns(const struct timespec *time) {
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

int64_t evlet_port_monotonic_ns(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: known clock, valid pointer */
    return to_ns(&now);
}

int64_t evlet_port_monotonic_resolution_ns(void) {
    struct timespec step;
    if (clock_getres(CLOCK_MONOTONIC, &step) != 0 || to_ns(&step) < 1) {
        return 1;
    }
    return to_ns(&step);
}

int64_t evlet_port_wall_ns(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    return to_ns(&now);
}
