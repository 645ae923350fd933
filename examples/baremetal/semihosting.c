/* SPDX-License-Identifier: BSD-3-Clause */
/* Text out and the end of the program by semihosting (ARM IHI 0100): a debugger or an emulator sees
 * `bkpt 0xab` and reads the registers. Without one the breakpoint is a fault. */
#include "board.h"

enum {
    SYS_WRITE0 = 0x04,
    SYS_EXIT_EXTENDED = 0x20,
    STOPPED_APPLICATION_EXIT = 0x20026,
};

static int semihosting(int operation, const void *argument) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_write(const char *text) {
    semihosting(SYS_WRITE0, text);
}

void board_exit(int status) {
    const uint32_t why[2] = {STOPPED_APPLICATION_EXIT, (uint32_t)status};
    semihosting(SYS_EXIT_EXTENDED, why);
    for (;;) {}
}
