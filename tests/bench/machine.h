/* SPDX-License-Identifier: BSD-3-Clause */
/* What workloads ask of the machine: processors of their own, and descriptors. */
#ifndef EVLET_BENCH_MACHINE_H
#define EVLET_BENCH_MACHINE_H

#include <sched.h>

#include "bench.h"

/* Fills `processors` with at most `wanted` of those the process may use; how many there are. */
static inline int bench_processors(int *processors, int wanted) {
    cpu_set_t allowed;
    int found = 0;
    int cpu;

    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        bench_fail("sched_getaffinity");
    for (cpu = 0; cpu < CPU_SETSIZE && found < wanted; ++cpu) {
        if (CPU_ISSET(cpu, &allowed))
            processors[found++] = cpu;
    }
    return found;
}

/* Keeps the calling thread on one processor. */
static inline void bench_pin(int processor) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        bench_fail("sched_setaffinity");
}

/* Raises the limit of descriptors to `wanted`, or as far as it goes; what it then is. */
static inline unsigned bench_descriptors(unsigned wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        bench_fail("getrlimit");
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
        limit.rlim_cur =
            limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            bench_fail("setrlimit");
    }
    return limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > wanted ? wanted
                                                                      : (unsigned)limit.rlim_cur;
}

#endif
