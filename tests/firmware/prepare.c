/* SPDX-License-Identifier: BSD-3-Clause */
/* Before main() of a test on the board: the clock, and an arena as large as tests may want. */
#include <evlet_baremetal.h>

#include "board.h"
#include "firmware.h"

enum { ARENA = 10 * 1024 * 1024 };

static uint64_t arena[ARENA / sizeof(uint64_t)] __attribute__((section(".external")));

void firmware_fresh_arena(void) {
    evlet_baremetal_arena(arena, sizeof arena);
}

__attribute__((constructor)) static void prepare(void) {
    firmware_fresh_arena();
    board_start_tick();
}
