// SPDX-License-Identifier: BSD-3-Clause
// What debug mode lets pass: every right use of events.
#include <event2/event_struct.h>
#include <signal.h>
#include <string.h>

#include <vector>

#include "doctest.h"
#include "support/fatal.h"
#if EVLET_THREADS
#include <event2/thread.h>

#include <thread>
#endif

using namespace evlet_test;

namespace {

void do_nothing(evutil_socket_t, short, void*) {}

// Runs the body in debug mode in a child and checks that it came to its end.
void check_passes(void (*body)()) {
    static void (*run)();
    run = body;
    CHECK(ended_well(run_in_child([] {
        event_enable_debug_mode();
        run();
    })));
}

}  // namespace

TEST_CASE("event_may_be_assigned_again_when_it_is_not_added") {
    check_passes([] {
        event_base* base = event_base_new();
        event ev;
        const timeval now = {0, 0};
        for (int round = 0; round < 3; ++round) {
            CHILD_REQUIRE(event_assign(&ev, base, -1, 0, do_nothing, nullptr) == 0);
            CHILD_REQUIRE(event_add(&ev, &now) == 0);
            CHILD_REQUIRE(event_base_dispatch(base) == 1);
            CHILD_REQUIRE(event_assign(&ev, base, -1, EV_PERSIST, do_nothing, nullptr) == 0);
            CHILD_REQUIRE(event_add(&ev, &now) == 0);
            CHILD_REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
            CHILD_REQUIRE(event_del(&ev) == 0);
        }
        event_debug_unassign(&ev);
        event_base_free(base);
    });
}

TEST_CASE("storage_may_serve_another_event_after_unassigning") {
    check_passes([] {
        event_base* base = event_base_new();
        event ev;
        CHILD_REQUIRE(event_assign(&ev, base, -1, 0, do_nothing, nullptr) == 0);
        event_debug_unassign(&ev);
        CHILD_REQUIRE(!event_initialized(&ev));
        memset(&ev, 0xee, sizeof ev);
        CHILD_REQUIRE(event_assign(&ev, base, -1, 0, do_nothing, nullptr) == 0);
        CHILD_REQUIRE(event_add(&ev, nullptr) == 0);
        CHILD_REQUIRE(event_del(&ev) == 0);
        event_debug_unassign(&ev);
        event_debug_unassign(&ev);
        event_base_free(base);
    });
}

TEST_CASE("events_of_a_base_that_was_freed_may_be_unassigned") {
    check_passes([] {
        event_base* base = event_base_new();
        event ev;
        const timeval later = {100, 0};
        CHILD_REQUIRE(event_assign(&ev, base, -1, EV_PERSIST, do_nothing, nullptr) == 0);
        CHILD_REQUIRE(event_add(&ev, &later) == 0);
        event_base_free(base);
        event_debug_unassign(&ev);
    });
}

TEST_CASE("callback_may_free_or_reassign_its_own_event") {
    check_passes([] {
        event_base* base = event_base_new();
        static event ev;
        static event_base* the_base;
        the_base = base;
        event* own = evtimer_new(
            base, [](evutil_socket_t, short, void* self) { event_free(static_cast<event*>(self)); },
            event_self_cbarg());
        const timeval now = {0, 0};
        CHILD_REQUIRE(event_add(own, &now) == 0);
        CHILD_REQUIRE(event_assign(
                          &ev, base, -1, 0,
                          [](evutil_socket_t, short, void*) {
                              event_assign(&ev, the_base, -1, 0, do_nothing, nullptr);
                              const timeval soon = {0, 1};
                              event_add(&ev, &soon);
                          },
                          nullptr) == 0);
        CHILD_REQUIRE(event_add(&ev, &now) == 0);
        CHILD_REQUIRE(event_base_dispatch(base) == 1);
        event_base_free(base);
    });
}

TEST_CASE("finalizer_may_free_its_event_or_leave_that_to_later") {
    check_passes([] {
        event_base* base = event_base_new();
        event* freed_by_library = evtimer_new(base, do_nothing, nullptr);
        event* freed_inside = evtimer_new(base, do_nothing, nullptr);
        event* freed_later = evtimer_new(base, do_nothing, nullptr);
        CHILD_REQUIRE(event_free_finalize(0, freed_by_library, nullptr) == 0);
        CHILD_REQUIRE(event_finalize(0, freed_inside,
                                     [](event* ev, void*) { event_free(ev); }) == 0);
        CHILD_REQUIRE(event_finalize(0, freed_later, nullptr) == 0);
        CHILD_REQUIRE(event_base_dispatch(base) == 1);
        event_free(freed_later);
        event_base_free(base);
    });
}

TEST_CASE("events_that_the_library_makes_for_itself_pass") {
    check_passes([] {
#if EVLET_THREADS
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
#endif
        for (int round = 0; round < 3; ++round) {
            event_config* config = event_config_new();
            if (round == 2)
                event_config_set_flag(config, EVENT_BASE_FLAG_USE_SIGNALFD);
            event_base* base = event_base_new_with_config(config);
            event_config_free(config);
            CHILD_REQUIRE(base);
            const timeval soon = milliseconds(1);
            const timeval* common = event_base_init_common_timeout(base, &soon);
            CHILD_REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, common) == 0);
            CHILD_REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, nullptr) == 0);
            const timeval later = {100, 0};
            CHILD_REQUIRE(event_base_once(base, -1, EV_TIMEOUT, do_nothing, nullptr, &later) == 0);
            CHILD_REQUIRE(event_base_loopexit(base, &soon) == 0);
            CHILD_REQUIRE(event_base_dispatch(base) == 0);
#if EVLET_SIGNALS
            event* usr1 = evsignal_new(base, SIGUSR1, do_nothing, nullptr);
            CHILD_REQUIRE(event_add(usr1, nullptr) == 0);
            raise(SIGUSR1);
            CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
            event_free(usr1);
#endif
            CHILD_REQUIRE(event_reinit(base) == 0);
            event_base_free(base);
        }
    });
}

TEST_CASE("thousands_of_events_are_told_apart") {
    check_passes([] {
        event_base* base = event_base_new();
        std::vector<event> events(3000);
        const timeval later = {100, 0};
        for (event& ev : events)
            CHILD_REQUIRE(event_assign(&ev, base, -1, 0, do_nothing, nullptr) == 0);
        for (size_t i = 0; i < events.size(); i += 2)
            CHILD_REQUIRE(event_add(&events[i], &later) == 0);
        for (size_t i = 1; i < events.size(); i += 2)
            event_debug_unassign(&events[i]);
        for (size_t i = 0; i < events.size(); i += 2) {
            CHILD_REQUIRE(event_pending(&events[i], EV_TIMEOUT, nullptr) == EV_TIMEOUT);
            CHILD_REQUIRE(event_del(&events[i]) == 0);
            event_debug_unassign(&events[i]);
        }
        event_base_free(base);
    });
}

TEST_CASE("debug_mode_may_be_switched_on_before_the_program_has_made_anything") {
    CHECK(ended_well(run_in_child([] {
        CHILD_REQUIRE(event_get_version() != nullptr);
        event_config_free(event_config_new());
        event_enable_debug_mode();
    })));
}

#if EVLET_MEM_HOOKS
TEST_CASE("debug_mode_without_memory_switches_itself_off_instead_of_accusing_the_innocent") {
    CHECK(ended_well(run_in_child([] {
        static bool warned;
        event_set_log_callback([](int severity, const char*) {
            warned = warned || severity == EVENT_LOG_WARN;
        });
        FailingMemory memory;
        event_enable_debug_mode();
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        static event events[500];
        for (event& ev : events) {
            memory.fail_at(1, true);
            const int assigned = event_assign(&ev, base, -1, 0, do_nothing, nullptr);
            memory.stop_failing();
            CHILD_REQUIRE(assigned == 0);
        }
        CHILD_REQUIRE(warned);
        const timeval now = {0, 0};
        for (event& ev : events)
            CHILD_REQUIRE(event_add(&ev, &now) == 0);
        CHILD_REQUIRE(event_base_dispatch(base) == 1);
        event_base_free(base);
        libevent_global_shutdown();
        CHILD_REQUIRE(memory.outstanding() == 0);
    })));
}
#endif

#if EVLET_THREADS
TEST_CASE("threads_may_make_and_free_events_in_debug_mode") {
    check_passes([] {
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        event_base* base = event_base_new();
        std::thread threads[4];
        for (std::thread& thread : threads) {
            thread = std::thread([base] {
                const timeval later = {100, 0};
                for (int i = 0; i < 500; ++i) {
                    event* ev = evtimer_new(base, do_nothing, nullptr);
                    CHILD_REQUIRE(ev && event_add(ev, &later) == 0);
                    event_free(ev);
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        event_base_free(base);
    });
}
#endif
