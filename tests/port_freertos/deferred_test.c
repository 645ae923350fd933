/* SPDX-License-Identifier: BSD-3-Clause */
/* Raising where handlers run in a task, as on lwIP: none is lost, whatever comes between. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>

#include <task.h>

#include <evlet/port_os.h>

#include "conformance_platform.h"
#include "evlet_freertos.h"
#include "host_kernel.h"

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                       \
        }                                                                                          \
    } while (0)

enum { FIRST = 1, LAST = EVLET_FREERTOS_SOURCES - 1 };
static int calls[EVLET_FREERTOS_SOURCES];
static int hold; /* handlers come back when it is 0 */

static void count_call(int signo) {
    CHECK(!xPortIsInsideInterrupt());
    while (__atomic_load_n(&hold, __ATOMIC_SEQ_CST)) {
        sched_yield();
    }
    __atomic_add_fetch(&calls[signo], 1, __ATOMIC_SEQ_CST);
}

static void until_called(int signo, int times) {
    while (__atomic_load_n(&calls[signo], __ATOMIC_SEQ_CST) < times) {
        sched_yield();
    }
}

static void raise_both(void) {
    evlet_freertos_raise(FIRST);
    evlet_freertos_raise(LAST);
}

static void raise_first_to_the_limit(void) {
    long i;
    for (i = 0; i < 2L * INT16_MAX; i++) {
        evlet_freertos_raise(FIRST);
    }
}

static void raise_numbers_that_do_not_exist(void) {
    evlet_freertos_raise(INT_MIN);
    evlet_freertos_raise(0);
    evlet_freertos_raise(LAST - 1); /* exists, and nobody waits for it */
    evlet_freertos_raise(LAST + 1);
    evlet_freertos_raise(INT_MAX);
}

/* Comes back when the task that delivers has come to wait. */
static void until_idle(void) {
    while (host_waiting() != 1) {
        sched_yield();
    }
}

static void every_raise_is_delivered_in_a_task(void) {
    int i;
    until_idle();
    for (i = 1; i <= 1000; i++) {
        conformance_interrupt_in(0, raise_both);
    }
    until_called(FIRST, 1000);
    until_called(LAST, 1000);
    until_idle();
    CHECK(calls[FIRST] == 1000 && calls[LAST] == 1000);
}

static void an_interrupt_asks_for_a_switch_when_the_task_waits(void) {
    const int yields = host_yields();
    until_idle();
    conformance_interrupt_in(0, raise_both);
    CHECK(host_yields() >= yields + 1);
    until_called(LAST, 1001);
}

static void raises_during_a_handler_wait_up_to_a_limit(void) {
    const int before = calls[FIRST];
    until_idle();
    __atomic_store_n(&hold, 1, __ATOMIC_SEQ_CST);
    conformance_interrupt_in(0, raise_both); /* its first handler is held */
    while (host_waiting() != 0) {
        sched_yield();
    }
    conformance_interrupt_in(0, raise_first_to_the_limit);
    __atomic_store_n(&hold, 0, __ATOMIC_SEQ_CST);
    until_called(FIRST, before + INT16_MAX);
    until_idle();
    /* The one held may have been counted before or with the others. */
    CHECK(calls[FIRST] - before >= INT16_MAX && calls[FIRST] - before <= INT16_MAX + 1);
}

static void tasks_raise_without_a_detour(void) {
    const int before = calls[LAST];
    evlet_freertos_raise(LAST);
    CHECK(calls[LAST] == before + 1);
}

int main(void) {
    struct evlet_signal_saved first, last;
    CHECK(evlet_port_signal_catch(FIRST, count_call, &first) == 0);
    CHECK(evlet_port_signal_catch(LAST, count_call, &last) == 0);
    conformance_interrupt_in(0, raise_numbers_that_do_not_exist);
    every_raise_is_delivered_in_a_task();
    an_interrupt_asks_for_a_switch_when_the_task_waits();
    raises_during_a_handler_wait_up_to_a_limit();
    tasks_raise_without_a_detour();
    CHECK(evlet_port_signal_restore(FIRST, &first) == 0);
    CHECK(evlet_port_signal_restore(LAST, &last) == 0);
    until_idle();
    calls[FIRST] = calls[LAST] = 0;
    conformance_interrupt_in(0, raise_both);
    evlet_freertos_raise(FIRST);
    until_idle();
    CHECK(calls[FIRST] == 0 && calls[LAST] == 0);
    printf("%d checks failed\n", failures);
    return failures != 0;
}
