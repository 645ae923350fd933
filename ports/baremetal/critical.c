/* SPDX-License-Identifier: BSD-3-Clause */
/* Holding off interrupts, and sleeping: what the processor decides. */
#include "evlet_baremetal.h"
#include "weak.h"

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'

EVLET_WEAK uint32_t evlet_baremetal_enter_critical(void) {
    uint32_t state;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(state) : : "memory");
    return state;
}

EVLET_WEAK void evlet_baremetal_leave_critical(uint32_t state) {
    __asm__ volatile("msr primask, %0" : : "r"(state) : "memory");
}

/* An interrupt that is pending ends WFI even while PRIMASK keeps it from running. */
EVLET_WEAK void evlet_baremetal_sleep(int64_t ns) {
    (void)ns;
    __asm__ volatile("dsb\n\twfi\n\tisb" : : : "memory");
}

#else

EVLET_WEAK void evlet_baremetal_sleep(int64_t ns) {
    (void)ns;
}

#endif
