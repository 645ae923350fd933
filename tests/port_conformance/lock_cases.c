/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks and thread ids. */
#include "conformance.h"

#if EVLET_PORT_HAS_THREADS
#include <errno.h>

#include "conformance_platform.h"

static struct evlet_lock lock;
static int answer_of_try;
static unsigned long id_of_other;
static long counter; /* guarded by `lock` */

enum { ROUNDS = 20000 };

static void try_from_thread(void *unused) {
    (void)unused;
    answer_of_try = evlet_port_lock_acquire(&lock, 1);
    if (answer_of_try == 0) {
        evlet_port_lock_release(&lock);
    }
}

/* What another thread gets that tries the lock; -1 without threads. */
static int try_from_elsewhere(void) {
    int handle = conformance_thread_start(try_from_thread, NULL);
    if (handle < 0) {
        conformance_absent("a second thread", "the platform cannot start one");
        return -1;
    }
    conformance_thread_join(handle);
    return answer_of_try;
}

static void exclude_others_while_held(unsigned flags) {
    int answer;
    NEED(evlet_port_lock_init(&lock, flags) == 0);
    CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
    answer = try_from_elsewhere();
    CHECK(answer == EBUSY || answer == -1);
    CHECK(evlet_port_lock_release(&lock) == 0);
    answer = try_from_elsewhere();
    CHECK(answer == 0 || answer == -1);
    CHECK(evlet_port_lock_acquire(&lock, 1) == 0);
    CHECK(evlet_port_lock_release(&lock) == 0);
    evlet_port_lock_destroy(&lock);
}

static void plain_lock_excludes_others_while_held(void) {
    exclude_others_while_held(0);
}

static void recursive_lock_excludes_others_while_held(void) {
    exclude_others_while_held(EVLET_LOCK_RECURSIVE);
}

static void recursive_lock_is_free_after_as_many_releases(void) {
    int i, answer;
    NEED(evlet_port_lock_init(&lock, EVLET_LOCK_RECURSIVE) == 0);
    NEED(evlet_port_lock_acquire(&lock, 0) == 0);
    NEED(evlet_port_lock_acquire(&lock, 1) == 0); /* one that waits would wait for ever if broken */
    NEED(evlet_port_lock_acquire(&lock, 0) == 0);
    for (i = 0; i < 3; i++) {
        answer = try_from_elsewhere();
        CHECK(answer == EBUSY || answer == -1);
        CHECK(evlet_port_lock_release(&lock) == 0);
    }
    answer = try_from_elsewhere();
    CHECK(answer == 0 || answer == -1);
    evlet_port_lock_destroy(&lock);
}

static void priority_inheritance_works_or_is_refused(void) {
    unsigned flags;
    for (flags = EVLET_LOCK_PRIO_INHERIT; flags <= 3; flags++) {
        if (evlet_port_lock_init(&lock, flags) != 0) {
            CHECK(errno == ENOTSUP);
            conformance_absent("priority inheritance", "the port refuses");
            continue;
        }
        evlet_port_lock_destroy(&lock);
        exclude_others_while_held(flags);
    }
}

static void unknown_flag_is_refused(void) {
    CHECK(evlet_port_lock_init(&lock, 4u) == -1);
    CHECK(errno == ENOTSUP);
}

static void count_up(void *unused) {
    int i;
    (void)unused;
    for (i = 0; i < ROUNDS; i++) {
        CHECK(evlet_port_lock_acquire(&lock, 0) == 0);
        counter = counter + 1;
        CHECK(evlet_port_lock_release(&lock) == 0);
    }
}

static void increments_under_the_lock_are_not_lost(void) {
    int handles[3], i, started = 0;
    counter = 0;
    NEED(evlet_port_lock_init(&lock, 0) == 0);
    for (i = 0; i < 3; i++) {
        handles[i] = conformance_thread_start(count_up, NULL);
        started += handles[i] >= 0;
    }
    for (i = 0; i < 3; i++) {
        if (handles[i] >= 0) {
            conformance_thread_join(handles[i]);
        }
    }
    CHECK(counter == (long)started * ROUNDS);
    if (started == 0) {
        conformance_absent("contention", "the platform cannot start threads");
    }
    evlet_port_lock_destroy(&lock);
}

static void store_id(void *unused) {
    (void)unused;
    id_of_other = evlet_port_thread_id();
}

static void thread_ids_differ_and_stay(void) {
    unsigned long own = evlet_port_thread_id();
    int handle = conformance_thread_start(store_id, NULL);
    CHECK(evlet_port_thread_id() == own);
    if (handle < 0) {
        conformance_absent("a second thread", "the platform cannot start one");
        return;
    }
    conformance_thread_join(handle);
    CHECK(id_of_other != own);
}

void lock_cases(void) {
    CASE(plain_lock_excludes_others_while_held);
    CASE(recursive_lock_excludes_others_while_held);
    CASE(recursive_lock_is_free_after_as_many_releases);
    CASE(priority_inheritance_works_or_is_refused);
    CASE(unknown_flag_is_refused);
    CASE(increments_under_the_lock_are_not_lost);
    CASE(thread_ids_differ_and_stay);
}
#endif
