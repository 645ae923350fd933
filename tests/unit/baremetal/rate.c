/* SPDX-License-Identifier: BSD-3-Clause */
/* The rate of the counter, which a firmware fixes and tests change. The port's header calls it
 * constant, so it is not included here. */
#include <stdint.h>

extern uint32_t evlet_baremetal_tick_hz;
void evlet_test_set_tick_hz(uint32_t hz);

uint32_t evlet_baremetal_tick_hz = 1000;

void evlet_test_set_tick_hz(uint32_t hz) {
    evlet_baremetal_tick_hz = hz;
}
