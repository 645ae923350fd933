/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all benchmark programs share: random numbers, clocks, arguments and the report. Included by
 * the *_driver.h files and the contestants. Each program is called as
 *
 *     PROGRAM VARIANT OPERATIONS
 *
 * and prints "ops N", "cpu_ns N" and "wall_ns N" for the part that is measured, which excludes the
 * set-up. CPU time is that of the whole process, all threads, user and system. Exit status: 0 done,
 * 1 failed, 2 wrong arguments, 77 the machine does not allow it (with the reason on stderr).
 */
#ifndef EVLET_BENCH_H
#define EVLET_BENCH_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define BENCH_SKIP 77

struct bench_moment {
    int64_t cpu_ns;
    int64_t wall_ns;
};

static inline void bench_fail(const char *what) {
    perror(what);
    exit(1);
}

static inline int64_t bench_timeval_ns(const struct timeval *time) {
    return (int64_t)time->tv_sec * 1000000000 + (int64_t)time->tv_usec * 1000;
}

static inline struct bench_moment bench_now(void) {
    struct bench_moment now;
    struct timespec wall;
    struct rusage usage;

    if (clock_gettime(CLOCK_MONOTONIC, &wall) != 0 || getrusage(RUSAGE_SELF, &usage) != 0)
        bench_fail("clock");
    now.wall_ns = (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec;
    now.cpu_ns = bench_timeval_ns(&usage.ru_utime) + bench_timeval_ns(&usage.ru_stime);
    return now;
}

static inline void bench_report(uint64_t operations, struct bench_moment since) {
    const struct bench_moment now = bench_now();
    printf("ops %" PRIu64 "\ncpu_ns %" PRId64 "\nwall_ns %" PRId64 "\n", operations,
           now.cpu_ns - since.cpu_ns, now.wall_ns - since.wall_ns);
}

/* Every contestant sees the same sequence: a 64-bit xorshift of which the upper half is used. */
static uint64_t bench_random_state = 88172645463325252u;

static inline uint32_t bench_random(void) {
    uint64_t x = bench_random_state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    bench_random_state = x;
    return (uint32_t)(x >> 32);
}

/* A number in [0, limit). */
static inline uint32_t bench_random_below(uint32_t limit) {
    return (uint32_t)(((uint64_t)bench_random() * limit) >> 32);
}

/* The operations asked for; the index of the variant among `variants`, a list that NULL ends. */
static inline uint64_t bench_arguments(int count, char **arguments, const char *const *variants,
                                       int *ret_variant) {
    char *end = NULL;
    uint64_t operations = 0;
    int i = 0;

    if (count == 3)
        operations = strtoull(arguments[2], &end, 10);
    if (count == 3 && *end == '\0' && operations > 0) {
        for (i = 0; variants[i] != NULL; ++i) {
            if (strcmp(variants[i], arguments[1]) == 0) {
                *ret_variant = i;
                return operations;
            }
        }
    }
    fprintf(stderr, "usage: %s VARIANT OPERATIONS, with VARIANT one of", arguments[0]);
    for (i = 0; variants[i] != NULL; ++i)
        fprintf(stderr, " %s", variants[i]);
    fprintf(stderr, "\n");
    exit(2);
}

#endif
