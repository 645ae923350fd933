// SPDX-License-Identifier: BSD-3-Clause
// evthread_set_condition_callbacks(), and programs that set locks alone.
#include <thread>

#include "locks/counting_hooks.h"

using namespace evlet_test;

TEST_CASE("same_condition_hooks_may_be_set_again_and_others_not") {
    check_in_child([] {
        hide_warnings();
        set_counted_hooks();
        evthread_condition_callbacks same = kCountedConditions;
        CHILD_REQUIRE(evthread_set_condition_callbacks(&same) == 0);
        evthread_condition_callbacks other = kCountedConditions;
        other.signal_condition = [](void*, int) { return 0; };
        CHILD_REQUIRE(evthread_set_condition_callbacks(&other) == -1);
        CHILD_REQUIRE(evthread_set_condition_callbacks(nullptr) == 0);
        CHILD_REQUIRE(evthread_set_condition_callbacks(&other) == 0);
    });
}

TEST_CASE("incomplete_condition_hooks_are_refused_and_leave_none") {
    check_in_child([] {
        hide_warnings();
        CHILD_REQUIRE(evthread_set_lock_callbacks(&kCountedLocks) == 0);
        evthread_condition_callbacks broken[5];
        for (evthread_condition_callbacks& hooks : broken)
            hooks = kCountedConditions;
        broken[0].alloc_condition = nullptr;
        broken[1].free_condition = nullptr;
        broken[2].signal_condition = nullptr;
        broken[3].wait_condition = nullptr;
        broken[4].condition_api_version = EVTHREAD_CONDITION_API_VERSION + 1;
        for (const evthread_condition_callbacks& hooks : broken) {
            CHILD_REQUIRE(evthread_set_condition_callbacks(&hooks) == -1);
            event_base* base = event_base_new();
            CHILD_REQUIRE(base);
            CHILD_REQUIRE(g_books.conditions_alive == 0);
            event_base_free(base);
        }
        CHILD_REQUIRE(evthread_set_condition_callbacks(&kCountedConditions) == 0);
    });
}

TEST_CASE("event_del_does_not_hang_in_a_program_that_set_locks_but_no_conditions") {
    check_in_child([] {
        alarm(20);
        CHILD_REQUIRE(evthread_set_lock_callbacks(&kCountedLocks) == 0);
        evthread_set_id_callback(counted_id);
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        struct Gate {
            std::atomic<bool> entered{false};
            std::atomic<bool> deleted{false};
        } gate;
        event* ev = evtimer_new(
            base,
            [](evutil_socket_t, short, void* argument) {
                auto& g = *static_cast<Gate*>(argument);
                g.entered = true;
                // Long enough for the other thread to meet this callback.
                for (int i = 0; i < 2000 && !g.deleted; ++i)
                    std::this_thread::yield();
            },
            &gate);
        std::thread loop([&] { event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY); });
        event_active(ev, EV_TIMEOUT, 1);
        while (!gate.entered)
            std::this_thread::yield();
        event_del(ev);
        gate.deleted = true;
        event_base_loopexit(base, nullptr);
        loop.join();
        event_free(ev);
        event_base_free(base);
    });
}
