/* SPDX-License-Identifier: BSD-3-Clause */
/* What the conformance suite may provoke on the board: interrupts, and where there are
 * sockets in memory all that can be done to them. */
#include <evlet_baremetal.h>
#include <signal.h>

#include "board.h"
#include "conformance_platform.h"
#if EVLET_PORT_HAS_SOCKETS
#include "memory_sockets.h"
#include "posix_sockets.h"
#endif

static void (*volatile delayed)(void);
static volatile uint32_t due;

static void on_tick(void) {
    if (delayed != NULL && (int32_t)(evlet_baremetal_ticks() - due) >= 0) {
        void (*handler)(void) = delayed;
        delayed = NULL;
        handler();
    }
}

int conformance_interrupt_in(int64_t delay_ns, void (*handler)(void)) {
    if (delay_ns == 0) {
        board_interrupt(handler);
        return 0;
    }
    due = evlet_baremetal_ticks() + (uint32_t)(delay_ns * BOARD_TICK_HZ / 1000000000) + 1;
    delayed = handler;
    board_on_tick = on_tick;
    return 0;
}

static void raise_alarm(void) {
    evlet_baremetal_raise(SIGALRM);
}

int conformance_raise_in(int64_t delay_ns, int signo) {
    return signo == SIGALRM ? conformance_interrupt_in(delay_ns, raise_alarm) : -1;
}

int conformance_signal_number(void) {
    return SIGALRM;
}

#if EVLET_PORT_HAS_SOCKETS
static evlet_fd limit_before;

int conformance_exhaust_descriptors(void) {
    limit_before = memory_present_limit();
    memory_limit(1);
    return 0;
}

void conformance_restore_descriptors(void) {
    memory_limit(limit_before);
}

int conformance_is_nonblocking(evlet_fd fd) {
    const struct memory_socket *socket = memory_socket_of(fd);
    return socket != NULL ? socket->nonblocking : -1;
}

int conformance_is_cloexec(evlet_fd fd) {
    return memory_is_cloexec(fd);
}

int conformance_pipe(evlet_fd ret_ends[2]) {
    return memory_pair(AF_UNIX, 1, ret_ends);
}

int conformance_duplicate_to(evlet_fd fd, evlet_fd number) {
    return memory_duplicate_to(fd, number) == number ? 0 : -1;
}
#endif
