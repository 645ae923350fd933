/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From reset to main(): the vector table, the stack painted to see how deep it gets, static data.
 * The names of the sections and their ends are the linker script's.
 */
#include <stdint.h>

#include "board.h"

extern uint32_t board_stack_bottom[], board_stack_top[];
extern uint32_t board_data_load[], board_data_start[], board_data_end[];
extern uint32_t board_bss_start[], board_bss_end[];
extern void (*const board_constructors_start[])(void);
extern void (*const board_constructors_end[])(void);

#define PAINT 0xdeadbeefu

int main(int count, char **arguments);
void board_reset(void);
void SysTick_Handler(void);
void PendSV_Handler(void);

/* `frame` is what the processor has pushed: r0-r3, r12, lr, pc, psr. */
__attribute__((used)) static void report_fault(const uint32_t *frame) {
    static const char digits[] = "0123456789abcdef";
    char text[] = "fault at ........ from ........\n";
    int i;
    for (i = 0; i < 8; i++) {
        text[9 + i] = digits[frame[6] >> (28 - 4 * i) & 15];
        text[23 + i] = digits[frame[5] >> (28 - 4 * i) & 15];
    }
    board_write(text);
    board_exit(1);
}

__attribute__((naked)) static void board_fault(void) {
    __asm__ volatile("mrs r0, msp\n\tb report_fault");
}

void (*const board_vectors[16])(void) __attribute__((section(".vectors"), used)) = {
    (void (*)(void))(uintptr_t)board_stack_top,
    board_reset,
    board_fault, /* NMI */
    board_fault, /* HardFault */
    board_fault, /* MemManage */
    board_fault, /* BusFault */
    board_fault, /* UsageFault */
    0,
    0,
    0,
    0,
    board_fault, /* SVCall */
    board_fault, /* DebugMonitor */
    0,
    PendSV_Handler,
    SysTick_Handler,
};

/* Where the stack pointer is now. */
static uint32_t *stack_pointer(void) {
    uint32_t *pointer;
    __asm__ volatile("mov %0, sp" : "=r"(pointer));
    return pointer;
}

/* Inlined and with no memset() of the library, whose stack this is. */
void board_repaint_stack(void) {
    uint32_t *volatile end = stack_pointer() - 8;
    uint32_t *word;
    for (word = board_stack_bottom; word < end; word++) {
        *word = PAINT;
    }
}

size_t board_stack_size(void) {
    return (size_t)((char *)board_stack_top - (char *)board_stack_bottom);
}

size_t board_stack_used(void) {
    const uint32_t *word = board_stack_bottom;
    while (word < board_stack_top && *word == PAINT) {
        word++;
    }
    return (size_t)((char *)board_stack_top - (const char *)word);
}

size_t board_stack_depth(void) {
    return (size_t)((char *)board_stack_top - (char *)stack_pointer());
}

void board_reset(void) {
    const uint32_t *from = board_data_load;
    uint32_t *to;
    void (*const *constructor)(void);
    board_repaint_stack();
    for (to = board_data_start; to < board_data_end; to++) {
        *to = *from++;
    }
    for (to = board_bss_start; to < board_bss_end; to++) {
        *to = 0;
    }
    for (constructor = board_constructors_start; constructor < board_constructors_end;
         constructor++) {
        (*constructor)();
    }
    {
        static char name[] = "firmware";
        char *arguments[] = {name, 0};
        board_exit(main(1, arguments));
    }
}
