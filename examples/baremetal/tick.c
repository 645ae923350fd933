/* SPDX-License-Identifier: BSD-3-Clause */
/* SysTick as Evlet's clock, and PendSV as an interrupt that the program itself can ask for. */
#include <evlet_baremetal.h>

#include "board.h"

#define SYST_CSR (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)
#define SCB_ICSR (*(volatile uint32_t *)0xe000ed04u)

#define CSR_ENABLE 1u
#define CSR_INTERRUPT 2u
#define CSR_CORE_CLOCK 4u
#define ICSR_PEND_SV (1u << 28)

enum { CORE_HZ = 25000000 };

void SysTick_Handler(void);
void PendSV_Handler(void);

void (*volatile board_on_tick)(void);
static volatile uint32_t ticks;
static void (*volatile on_interrupt)(void);

const uint32_t evlet_baremetal_tick_hz = BOARD_TICK_HZ;

uint32_t evlet_baremetal_ticks(void) {
    return ticks;
}

void SysTick_Handler(void) {
    ticks++;
    if (board_on_tick) {
        board_on_tick();
    }
}

void board_start_tick(void) {
    SYST_RVR = CORE_HZ / BOARD_TICK_HZ - 1;
    SYST_CVR = 0;
    SYST_CSR = CSR_ENABLE | CSR_INTERRUPT | CSR_CORE_CLOCK;
}

void board_set_ticks(uint32_t now) {
    ticks = now;
}

void PendSV_Handler(void) {
    on_interrupt();
}

void board_interrupt(void (*handler)(void)) {
    on_interrupt = handler;
    SCB_ICSR = ICSR_PEND_SV;
    __asm__ volatile("dsb\n\tisb" : : : "memory");
}
