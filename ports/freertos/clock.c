/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time in ticks, widened to 64 bits. The kernel counts how often its tick count has wrapped around,
 * and vTaskSetTimeOutState() copies that number and the count in one critical section: nothing has
 * to look in time to notice a wrap, and no state is kept here. With ticks of 16 bits the two make
 * 48 bits on a 32-bit machine.
 */
#include "freertos_internal.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define HZ ((uint64_t)configTICK_RATE_HZ)

/* 2^48 milliseconds are nine thousand years; a type of kernel that has less would jump back. */
_Static_assert(sizeof(TickType_t) + sizeof(UBaseType_t) >= 6,
               "ticks and their wraps are too short");
_Static_assert(configTICK_RATE_HZ > 0 && configTICK_RATE_HZ <= 1000000000, "configTICK_RATE_HZ");

uint64_t evlet_freertos_ticks(void) {
    TimeOut_t now;
    vTaskSetTimeOutState(&now);
    /* A TickType_t of 64 bits does not wrap, and cannot be shifted by its width. */
    return sizeof(TickType_t) >= sizeof(uint64_t)
               ? now.xTimeOnEntering
               : (uint64_t)(UBaseType_t)now.xOverflowCount << (8 * sizeof(TickType_t) & 63) |
                     now.xTimeOnEntering;
}

/* Rates that divide a second need no division. */
int64_t evlet_port_monotonic_ns(void) {
    const uint64_t ticks = evlet_freertos_ticks();
    if (NS_PER_SECOND % HZ == 0) {
        return (int64_t)(ticks * (NS_PER_SECOND / HZ));
    }
    return (int64_t)(ticks / HZ * NS_PER_SECOND + ticks % HZ * NS_PER_SECOND / HZ);
}

int64_t evlet_port_monotonic_resolution_ns(void) {
    return (int64_t)((NS_PER_SECOND + HZ - 1) / HZ);
}
