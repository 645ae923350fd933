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

/* What the API hands over to be freed with free() lies in the arena here, and tests are the same on
 * every port: programs are linked with --wrap=free. */
void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block) {
    if ((uintptr_t)block - (uintptr_t)arena < sizeof arena) {
        evlet_port_free(block);
    } else {
        __real_free(block);
    }
}

__attribute__((constructor)) static void prepare(void) {
    firmware_fresh_arena();
    board_start_tick();
}
