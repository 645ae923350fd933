/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The board of these firmwares: an ARM Cortex-M3 as QEMU's mps2-an385 has it, SysTick as the clock,
 * text and the end of the program over semihosting. Another board with a Cortex-M replaces
 * mps2-an385.ld and, for a serial port, semihosting.c.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BOARD_TICK_HZ = 1000 };

/* Starts the tick: from now on evlet_baremetal_ticks() counts. */
void board_start_tick(void);
/* Called in the tick's interrupt; NULL for none. */
extern void (*volatile board_on_tick)(void);
/* Puts the counter somewhere, as if the board had been running for that long. */
void board_set_ticks(uint32_t ticks);

/* Has `handler` called in an interrupt: at once, or as soon as interrupts are let in. */
void board_interrupt(void (*handler)(void));

void board_write(const char *text);
/* Ends the emulation with that exit status. */
__attribute__((noreturn)) void board_exit(int status);

/* The stack, as startup.c has painted it. */
size_t board_stack_size(void);
/* How much of it has ever been used since the start, or since the last board_repaint_stack(). */
size_t board_stack_used(void);
/* How much is in use at the moment. */
size_t board_stack_depth(void);
/* Paints what is not in use now. */
void board_repaint_stack(void);

#ifdef __cplusplus
}
#endif
#endif
