// SPDX-License-Identifier: BSD-3-Clause
// evthread_use_pthreads() and its flags.
#include <errno.h>

#include "locks/counting_hooks.h"

using namespace evlet_test;

namespace {

void make_and_use_a_base() {
    event_base* base = event_base_new();
    CHILD_REQUIRE(base);
    int calls = 0;
    CHILD_REQUIRE(event_base_once(
                      base, -1, EV_TIMEOUT,
                      [](evutil_socket_t, short, void* count) { ++*static_cast<int*>(count); },
                      &calls, nullptr) == 0);
    CHILD_REQUIRE(event_base_dispatch(base) == 1);
    CHILD_REQUIRE(calls == 1);
    event_base_free(base);
}

}  // namespace

TEST_CASE("pthreads_may_be_asked_for_more_than_once") {
    check_in_child([] {
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        CHILD_REQUIRE(evthread_use_pthreads_with_flags(0) == 0);
        make_and_use_a_base();
    });
}

TEST_CASE("unknown_flags_are_refused_and_set_nothing") {
    check_in_child([] {
        for (int flags : {0x02, 0x80, -1, EVTHREAD_PTHREAD_PRIO_INHERIT | 0x10}) {
            errno = 0;
            CHILD_REQUIRE(evthread_use_pthreads_with_flags(flags) == -1);
            CHILD_REQUIRE(errno == EINVAL);
        }
        set_counted_hooks();
    });
}

TEST_CASE("locks_that_lend_priority_work_like_the_others") {
    check_in_child([] {
        CHILD_REQUIRE(evthread_use_pthreads_with_flags(EVTHREAD_PTHREAD_PRIO_INHERIT) == 0);
        make_and_use_a_base();
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        make_and_use_a_base();
    });
}

TEST_CASE("pthreads_are_refused_where_the_program_has_set_locks_of_its_own") {
    check_in_child([] {
        hide_warnings();
        set_counted_hooks();
        const int before = g_books.locks_made;
        CHILD_REQUIRE(evthread_use_pthreads() == -1);
        make_and_use_a_base();
        CHILD_REQUIRE(g_books.locks_made > before);
    });
}

TEST_CASE("pthreads_can_be_used_again_after_a_shutdown") {
    check_in_child([] {
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        make_and_use_a_base();
        libevent_global_shutdown();
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        make_and_use_a_base();
        libevent_global_shutdown();
    });
}
