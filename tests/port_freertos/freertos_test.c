/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the conformance suite cannot provoke in ports/freertos: the wrap of the tick count, waits
 * that end while it wraps, waits longer than it, the moment between two steps of a condition,
 * interrupts. The clock stands, and moves when a test says so; "has come to wait" is asked of the
 * kernel.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <semphr.h>
#include <task.h>

#include <evlet/port_net.h>
#include <evlet/port_os.h>

#include "conformance_platform.h"
#include "evlet_freertos.h"
#include "host_kernel.h"

/* Rounded down; the least that takes one tick more is a nanosecond more. */
#define NS_OF(ticks) ((int64_t)((uint64_t)(ticks)*1000000000 / HOST_TICK_RATE_HZ))
#define WRAP (UINT64_C(1) << (8 * sizeof(TickType_t)))

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                       \
        }                                                                                          \
    } while (0)

/* ---- Time ------------------------------------------------------------------------------------ */

static int64_t ns_at(uint64_t ticks) {
    host_freeze(ticks);
    return evlet_port_monotonic_ns();
}

/* Rounded down, and not one nanosecond lost over the years. */
static void time_goes_on_when_the_tick_count_wraps(void) {
    static const uint64_t moments[] = {0,        1,          WRAP - 1, WRAP, WRAP + 1, 2 * WRAP - 1,
                                       2 * WRAP, 1000 * WRAP};
    int64_t before = -1;
    const uint64_t hz = HOST_TICK_RATE_HZ;
    size_t i;
    for (i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const uint64_t ticks = moments[i];
        const int64_t now = ns_at(ticks);
        CHECK(now == (int64_t)(ticks / hz * 1000000000 + ticks % hz * 1000000000 / hz));
        CHECK(now > before);
        CHECK(xTaskGetTickCount() == (TickType_t)(ticks % WRAP));
        before = now;
    }
}

static void nothing_needs_to_look_at_the_clock_between_two_wraps(void) {
    const int64_t before = ns_at(5);
    host_advance(7 * WRAP);
    CHECK(evlet_port_monotonic_ns() - before ==
          (int64_t)(7 * WRAP / HOST_TICK_RATE_HZ * 1000000000 +
                    (7 * WRAP % HOST_TICK_RATE_HZ) * 1000000000 / HOST_TICK_RATE_HZ));
}

/* ---- Conditions ------------------------------------------------------------------------------ */

enum { MOST_WAITERS = CONFORMANCE_MAX_THREADS };

/* `lock` guards the numbers. */
static struct evlet_lock lock;
static struct evlet_cond cond;
static int64_t timeout_ns;
static int answers[3]; /* how many waits were answered 0, 1 and anything else */

static void wait_once(void *unused) {
    int answer;
    (void)unused;
    evlet_port_lock_acquire(&lock, 0);
    answer = evlet_port_cond_wait(&cond, &lock, timeout_ns);
    __atomic_add_fetch(&answers[answer == 0 || answer == 1 ? answer : 2], 1, __ATOMIC_SEQ_CST);
    evlet_port_lock_release(&lock);
}

/* Comes back when `count` tasks have come to wait. */
static void until_waiting(int count) {
    while (host_waiting() != count) {
        sched_yield();
    }
}

static void start_waiters(int *ret_handles, int count, int64_t wait_ns) {
    int i;
    evlet_port_lock_init(&lock, EVLET_LOCK_RECURSIVE);
    evlet_port_cond_init(&cond);
    memset(answers, 0, sizeof answers);
    timeout_ns = wait_ns;
    for (i = 0; i < count; i++) {
        ret_handles[i] = conformance_thread_start(wait_once, NULL);
        CHECK(ret_handles[i] >= 0);
        until_waiting(i + 1);
    }
}

static void join_waiters(const int *handles, int count) {
    int i;
    for (i = 0; i < count; i++) {
        conformance_thread_join(handles[i]);
    }
    evlet_port_cond_destroy(&cond);
    evlet_port_lock_destroy(&lock);
}

/* Waits from `start` on for the least time that takes `ticks`, and finds out that it lasts neither
 * shorter nor longer. */
static void wait_across(uint64_t start, uint64_t ticks) {
    int handle;
    host_freeze(start);
    start_waiters(&handle, 1, NS_OF(ticks - 1) + 1);
    host_advance(ticks - 1);
    CHECK(host_waiting() == 1);
    host_advance(1);
    CHECK(host_waiting() == 0);
    join_waiters(&handle, 1);
    CHECK(answers[1] == 1);
}

static void waits_end_on_time_when_the_tick_count_wraps(void) {
    wait_across(WRAP - 5, 10);
    wait_across(WRAP - 1, 1);
    wait_across(3 * WRAP - 20, 21);
    wait_across(0, 1);
}

/* The kernel takes one wrap at most for a wait; each turn of a longer one is seen to have begun by
 * letting less than a turn pass. */
static void waits_last_longer_than_a_turn_of_the_tick_count(void) {
    uint64_t left = 2 * WRAP + WRAP / 2;
    int handle;
    host_freeze(100);
    start_waiters(&handle, 1, NS_OF(left));
    for (; left > WRAP / 4; left -= WRAP / 4) {
        host_advance(WRAP / 4);
        until_waiting(1);
    }
    host_advance(left - 1);
    until_waiting(1);
    host_advance(1);
    join_waiters(&handle, 1);
    CHECK(answers[1] == 1);
}

static void a_wait_for_ever_outlasts_the_longest_wait_of_the_kernel(void) {
    int handle, i;
    host_freeze(WRAP - 100);
    start_waiters(&handle, 1, -1);
    for (i = 0; i < 5; i++) {
        host_advance(WRAP - 1);
        until_waiting(1);
    }
    CHECK(evlet_port_cond_signal(&cond, 0) == 0);
    join_waiters(&handle, 1);
    CHECK(answers[0] == 1);
}

static void signals_wake_one_each_and_broadcast_the_rest(void) {
    int handles[MOST_WAITERS], i;
    host_freeze(WRAP - 1);
    start_waiters(handles, MOST_WAITERS, INT64_MAX);
    for (i = 1; i <= 2; i++) {
        CHECK(evlet_port_cond_signal(&cond, 0) == 0);
        until_waiting(MOST_WAITERS - i);
    }
    CHECK(evlet_port_cond_signal(&cond, 1) == 0);
    join_waiters(handles, MOST_WAITERS);
    CHECK(answers[0] == MOST_WAITERS);
}

/* Those whose time is up leave the queue in one piece, from its front, middle and end. */
static void waiters_that_gave_up_take_no_signal(void) {
    int late[MOST_WAITERS], i;
    host_freeze(7);
    start_waiters(late, MOST_WAITERS - 1, NS_OF(10));
    timeout_ns = -1;
    late[MOST_WAITERS - 1] = conformance_thread_start(wait_once, NULL);
    until_waiting(MOST_WAITERS);
    host_advance(10);
    for (i = 0; i < MOST_WAITERS - 1; i++) {
        conformance_thread_join(late[i]);
    }
    CHECK(answers[1] == MOST_WAITERS - 1);
    CHECK(evlet_port_cond_signal(&cond, 0) == 0);
    join_waiters(&late[MOST_WAITERS - 1], 1);
    CHECK(answers[0] == 1);
}

/* The time is up when the signal has chosen the waiter and not yet woken it. */
static void let_time_run_out(void) {
    host_advance(10);
    while (host_waiting() == 0 && __atomic_load_n(&answers[0], __ATOMIC_SEQ_CST) == 0) {
        sched_yield();
    }
    CHECK(host_waiting() == 1); /* it waits for what is on its way to its own stack */
}

static void a_waiter_stays_until_its_signal_is_given(void) {
    int handle;
    host_freeze(0);
    start_waiters(&handle, 1, NS_OF(10));
    host_after_critical(let_time_run_out);
    CHECK(evlet_port_cond_signal(&cond, 0) == 0);
    join_waiters(&handle, 1);
    CHECK(answers[0] == 1 && answers[1] == 0);
}

static void waiting_without_the_lock_is_an_error(void) {
    evlet_port_lock_init(&lock, EVLET_LOCK_RECURSIVE);
    evlet_port_cond_init(&cond);
    errno = 0;
    CHECK(evlet_port_cond_wait(&cond, &lock, -1) == -1);
    CHECK(errno == EPERM);
    CHECK(evlet_port_cond_signal(&cond, 1) == 0); /* nobody is left in the queue */
    evlet_port_cond_destroy(&cond);
    evlet_port_lock_destroy(&lock);
}

/* Signals and time-outs race for real: whatever comes first, each token is taken by one wait or the
 * last one that looks. */
enum { RACES = 2000 };
static int tokens, taken, expired;

static void take_tokens(void *unused) {
    (void)unused;
    evlet_port_lock_acquire(&lock, 0);
    while (taken < RACES) {
        if (tokens > 0) {
            tokens--;
            taken++;
            evlet_port_cond_signal(&cond, 1);
        } else {
            expired += evlet_port_cond_wait(&cond, &lock, taken % 2 ? NS_OF(1) : 0) == 1;
        }
    }
    evlet_port_lock_release(&lock);
}

static void signals_and_timeouts_race_without_loss(void) {
    int handles[2], i;
    host_thaw();
    evlet_port_lock_init(&lock, 0);
    evlet_port_cond_init(&cond);
    tokens = taken = expired = 0;
    for (i = 0; i < 2; i++) {
        handles[i] = conformance_thread_start(take_tokens, NULL);
    }
    evlet_port_lock_acquire(&lock, 0);
    for (i = 0; i < RACES; i++) {
        while (tokens > 0) {
            evlet_port_cond_wait(&cond, &lock, -1);
        }
        tokens++;
        evlet_port_cond_signal(&cond, 0);
    }
    while (taken < RACES) {
        evlet_port_cond_wait(&cond, &lock, -1);
    }
    CHECK(tokens == 0);
    evlet_port_lock_release(&lock);
    join_waiters(handles, 2);
}

/* ---- Locks and memory ------------------------------------------------------------------------ */

static void only_the_owner_gives_a_recursive_lock_back(void) {
    evlet_port_lock_init(&lock, EVLET_LOCK_RECURSIVE);
    CHECK(evlet_port_lock_release(&lock) == EPERM);
    CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
    CHECK(evlet_port_lock_release(&lock) == 0);
    CHECK(evlet_port_lock_release(&lock) == EPERM);
    evlet_port_lock_destroy(&lock);
}

static void less_memory_is_always_to_be_had(void) {
    char *block = evlet_port_alloc(100), *moved;
    memset(block, 'x', 100);
    host_limit_heap(0);
    CHECK(evlet_port_alloc(1) == NULL);
    CHECK(errno == ENOMEM);
    CHECK(evlet_port_realloc(block, 101) == NULL);
    moved = evlet_port_realloc(block, 60);
    CHECK(moved == block);
    moved = evlet_port_realloc(block, 1);
    CHECK(moved == block);
    moved = evlet_port_realloc(block, 100); /* it has still room for as much */
    CHECK(moved == block && block[99] == 'x');
    host_limit_heap(-1);
    moved = evlet_port_realloc(block, 200);
    CHECK(moved != NULL && moved[0] == 'x' && moved[99] == 'x');
    evlet_port_free(moved);
}

/* ---- Interrupts ------------------------------------------------------------------------------ */

static int calls_in_interrupt, calls_in_task;
static struct evlet_waker waker;

static void count_call(int signo) {
    int *counter = xPortIsInsideInterrupt() ? &calls_in_interrupt : &calls_in_task;
    CHECK(signo == 3);
    __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
    evlet_port_waker_signal(&waker);
}

static void raise_three(void) {
    evlet_freertos_raise(3);
}

static void raise_numbers_that_do_not_exist(void) {
    evlet_freertos_raise(INT_MIN);
    evlet_freertos_raise(-1);
    evlet_freertos_raise(0);
    evlet_freertos_raise(4); /* exists, and nobody waits for it */
    evlet_freertos_raise(EVLET_FREERTOS_SOURCES);
    evlet_freertos_raise(INT_MAX);
}

static int wait_for_waker(void) {
    evlet_fd_word none = 0;
    const evlet_fd fd = evlet_port_waker_descriptor(&waker);
    CHECK(fd == -1);
    return evlet_port_select(0, &none, &none, -1, &waker);
}

static void wait_in_task(void *unused) {
    (void)unused;
    CHECK(wait_for_waker() == 0);
}

static void an_interrupt_wakes_a_wait_and_asks_for_a_switch(void) {
    struct evlet_signal_saved before;
    int yields, handle;
    host_freeze(0);
    memset(&waker, 0, sizeof waker);
    CHECK(evlet_port_waker_open(&waker) == 0);
    CHECK(evlet_port_signal_catch(3, count_call, &before) == 0);
    conformance_interrupt_in(0, raise_numbers_that_do_not_exist);
    yields = host_yields();
    conformance_interrupt_in(0, raise_three); /* nobody waits yet */
    CHECK(host_yields() == yields);
    CHECK(wait_for_waker() == 0);
    evlet_port_waker_drain(&waker);
    handle = conformance_thread_start(wait_in_task, NULL);
    until_waiting(1);
    conformance_interrupt_in(0, raise_three);
    conformance_thread_join(handle);
    CHECK(host_yields() == yields + 1);
    CHECK(calls_in_interrupt == 2 && calls_in_task == 0);
    evlet_freertos_raise(3); /* a task may raise, too */
    CHECK(calls_in_interrupt == 2 && calls_in_task == 1);
    CHECK(evlet_port_signal_restore(3, &before) == 0);
    conformance_interrupt_in(0, raise_three);
    CHECK(calls_in_interrupt == 2 && calls_in_task == 1);
    evlet_port_waker_close(&waker);
}

int main(void) {
    time_goes_on_when_the_tick_count_wraps();
    nothing_needs_to_look_at_the_clock_between_two_wraps();
    waits_end_on_time_when_the_tick_count_wraps();
    waits_last_longer_than_a_turn_of_the_tick_count();
    a_wait_for_ever_outlasts_the_longest_wait_of_the_kernel();
    signals_wake_one_each_and_broadcast_the_rest();
    waiters_that_gave_up_take_no_signal();
    a_waiter_stays_until_its_signal_is_given();
    waiting_without_the_lock_is_an_error();
    signals_and_timeouts_race_without_loss();
    only_the_owner_gives_a_recursive_lock_back();
    less_memory_is_always_to_be_had();
    an_interrupt_wakes_a_wait_and_asks_for_a_switch();
    printf("%d checks failed\n", failures);
    return failures != 0;
}
