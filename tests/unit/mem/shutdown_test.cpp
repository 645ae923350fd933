// SPDX-License-Identifier: BSD-3-Clause
// libevent_global_shutdown(): gives back what belongs to the process, as often as it is called.
#include <signal.h>
#include <stdlib.h>

#include "doctest.h"
#include "support/fatal.h"
#if EVLET_THREADS
#include <event2/thread.h>
#endif

using namespace evlet_test;

namespace {

void do_nothing(evutil_socket_t, short, void*) {}

// Makes use of all that keeps something for the process.
void use_everything() {
    event_base* base = event_base_new();
    CHILD_REQUIRE(base);
    event* timer = evtimer_new(base, do_nothing, nullptr);
    const timeval now = {0, 0};
    CHILD_REQUIRE(timer && event_add(timer, &now) == 0);
#if EVLET_SIGNALS
    event* usr1 = evsignal_new(base, SIGUSR1, do_nothing, nullptr);
    CHILD_REQUIRE(usr1 && event_add(usr1, nullptr) == 0);
    raise(SIGUSR1);
    CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    event_free(usr1);
#endif
    CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
    event_free(timer);
    event_base_free(base);
}

}  // namespace

TEST_CASE("shutdown_may_be_called_at_once_and_twice") {
    const int status = run_in_child([] {
        libevent_global_shutdown();
        libevent_global_shutdown();
    });
    CHECK(ended_well(status));
}

TEST_CASE("program_that_shuts_down_twice_ends_without_a_leak") {
    // exit() rather than _exit(): under AddressSanitizer the leaks are looked for there.
    const int status = run_in_child([] {
        use_everything();
        libevent_global_shutdown();
        libevent_global_shutdown();
        exit(0);
    });
    CHECK(ended_well(status));
}

#if EVLET_THREADS
TEST_CASE("program_with_threads_that_shuts_down_ends_without_a_leak") {
    const int status = run_in_child([] {
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        use_everything();
        libevent_global_shutdown();
        libevent_global_shutdown();
        exit(0);
    });
    CHECK(ended_well(status));
}
#endif

#if EVLET_DEBUG
TEST_CASE("program_in_debug_mode_that_shuts_down_ends_without_a_leak") {
    const int status = run_in_child([] {
        event_enable_debug_mode();
        use_everything();
        libevent_global_shutdown();
        libevent_global_shutdown();
        exit(0);
    });
    CHECK(ended_well(status));
}
#endif

#if EVLET_MEM_HOOKS
TEST_CASE("nothing_that_was_allocated_is_left_after_the_shutdown") {
    const int status = run_in_child([] {
        FailingMemory memory;
#if EVLET_DEBUG
        event_enable_debug_mode();
#endif
#if EVLET_THREADS
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
#endif
        use_everything();
        libevent_global_shutdown();
        CHILD_REQUIRE(memory.allocations() > 0);
        CHILD_REQUIRE(memory.outstanding() == 0);
        libevent_global_shutdown();
        CHILD_REQUIRE(memory.outstanding() == 0);
    });
    CHECK(ended_well(status));
}
#endif

TEST_CASE("library_works_again_after_a_shutdown") {
    const int status = run_in_child([] {
        libevent_global_shutdown();
        use_everything();
        libevent_global_shutdown();
        use_everything();
    });
    CHECK(ended_well(status));
}
