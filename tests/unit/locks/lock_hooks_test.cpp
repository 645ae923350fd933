// SPDX-License-Identifier: BSD-3-Clause
// evthread_set_lock_callbacks(): what it accepts and what the hooks are then asked for.
#include <unistd.h>

#include <thread>

#include "locks/counting_hooks.h"
#include "loop/base.h"

using namespace evlet_test;

namespace {

void use_base(event_base* base) {
    int calls = 0;
    event* timer = evtimer_new(
        base, [](evutil_socket_t, short, void* count) { ++*static_cast<int*>(count); }, &calls);
    const timeval now = {0, 0};
    CHILD_REQUIRE(timer && event_add(timer, &now) == 0);
    CHILD_REQUIRE(event_base_dispatch(base) == 1);
    CHILD_REQUIRE(calls == 1);
    event_free(timer);
}

}  // namespace

TEST_CASE("locks_are_made_for_a_base_and_all_given_back") {
    check_in_child([] {
        set_counted_hooks();
        const int before = g_books.locks_alive;
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        CHILD_REQUIRE(g_books.locks_alive > before);
        CHILD_REQUIRE(g_books.conditions_alive > 0);
        use_base(base);
        CHILD_REQUIRE(g_books.held == 0);
        event_base_free(base);
        CHILD_REQUIRE(g_books.locks_alive == before);
        CHILD_REQUIRE(g_books.conditions_alive == 0);
        CHILD_REQUIRE(g_books.held == 0);
    });
}

TEST_CASE("base_without_lock_makes_none") {
    check_in_child([] {
        set_counted_hooks();
        const int before = g_books.locks_made;
        event_config* config = event_config_new();
        CHILD_REQUIRE(event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0);
        event_base* base = event_base_new_with_config(config);
        event_config_free(config);
        CHILD_REQUIRE(base);
        use_base(base);
        event_base_free(base);
        CHILD_REQUIRE(g_books.locks_made == before);
        CHILD_REQUIRE(g_books.conditions_alive == 0);
    });
}

TEST_CASE("base_made_before_the_hooks_has_no_lock_and_still_works") {
    check_in_child([] {
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        set_counted_hooks();
        const int before = g_books.locks_made;
        use_base(base);
        event_base_free(base);
        CHILD_REQUIRE(g_books.locks_made == before);
        CHILD_REQUIRE(g_books.held == 0);
    });
}

TEST_CASE("locks_are_freed_as_the_type_they_were_made") {
    check_in_child([] {
        set_counted_hooks();
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        use_base(base);
        event_base_free(base);
        libevent_global_shutdown();
        CHILD_REQUIRE(g_books.locks_alive == 0);
        CHILD_REQUIRE(g_books.freed_as_another_type == 0);
    });
}

TEST_CASE("same_lock_hooks_may_be_set_again_and_others_not") {
    check_in_child([] {
        hide_warnings();
        set_counted_hooks();
        const int made = g_books.locks_made;
        evthread_lock_callbacks same = kCountedLocks;
        CHILD_REQUIRE(evthread_set_lock_callbacks(&same) == 0);
        CHILD_REQUIRE(g_books.locks_made == made);
        evthread_lock_callbacks other = kCountedLocks;
        other.lock = [](unsigned, void*) { return 0; };
        CHILD_REQUIRE(evthread_set_lock_callbacks(&other) == -1);
        other = kCountedLocks;
        other.supported_locktypes |= EVTHREAD_LOCKTYPE_READWRITE;
        CHILD_REQUIRE(evthread_set_lock_callbacks(&other) == -1);
        event_base* base = event_base_new();
        CHILD_REQUIRE(base && g_books.locks_made > made);
        use_base(base);
        event_base_free(base);
    });
}

TEST_CASE("incomplete_lock_hooks_are_refused_and_leave_none") {
    check_in_child([] {
        hide_warnings();
        evthread_lock_callbacks broken[5];
        for (evthread_lock_callbacks& hooks : broken)
            hooks = kCountedLocks;
        broken[0].alloc = nullptr;
        broken[1].free = nullptr;
        broken[2].lock = nullptr;
        broken[3].unlock = nullptr;
        broken[4].lock_api_version = EVTHREAD_LOCK_API_VERSION + 1;
        for (const evthread_lock_callbacks& hooks : broken) {
            CHILD_REQUIRE(evthread_set_lock_callbacks(&hooks) == -1);
            event_base* base = event_base_new();
            CHILD_REQUIRE(base);
            use_base(base);
            event_base_free(base);
            CHILD_REQUIRE(g_books.locks_made == 0);
        }
        set_counted_hooks();
    });
}

TEST_CASE("lock_hooks_that_are_taken_away_make_room_for_others") {
    check_in_child([] {
        hide_warnings();
        CHILD_REQUIRE(evthread_set_lock_callbacks(nullptr) == 0);
        set_counted_hooks();
        CHILD_REQUIRE(evthread_set_lock_callbacks(nullptr) == 0);
        CHILD_REQUIRE(evthread_set_condition_callbacks(nullptr) == 0);
        CHILD_REQUIRE(g_books.locks_alive == 0);
        event_base* unlocked = event_base_new();
        CHILD_REQUIRE(unlocked);
        use_base(unlocked);
        event_base_free(unlocked);
        CHILD_REQUIRE(g_books.locks_alive == 0);
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        use_base(base);
        event_base_free(base);
        CHILD_REQUIRE(g_books.locks_alive == 0);
    });
}

TEST_CASE("hooks_that_cannot_make_locks_are_refused") {
    check_in_child([] {
        hide_warnings();
        // One lock at a time until all those of the process can be made.
        int failing = 1;
        for (; failing < 20; ++failing) {
            g_books.fail_lock_at = failing;
            const int result = evthread_set_lock_callbacks(&kCountedLocks);
            const bool met = g_books.fail_lock_at == 0;
            g_books.fail_lock_at = 0;
            if (!met) {
                CHILD_REQUIRE(result == 0);
                break;
            }
            CHILD_REQUIRE(result == -1);
            CHILD_REQUIRE(g_books.locks_alive == 0);
        }
        CHILD_REQUIRE(failing > 1 && failing < 20);
    });
}

TEST_CASE("base_fails_cleanly_when_a_lock_cannot_be_made") {
    check_in_child([] {
        hide_warnings();
        set_counted_hooks();
        const int before = g_books.locks_alive;
        int failing = 1;
        for (; failing < 20; ++failing) {
            g_books.fail_lock_at = failing;
            event_base* base = event_base_new();
            const bool met = g_books.fail_lock_at == 0;
            g_books.fail_lock_at = 0;
            if (!met) {
                CHILD_REQUIRE(base);
                event_base_free(base);
                break;
            }
            CHILD_REQUIRE(!base);
            CHILD_REQUIRE(errno == ENOMEM);
            CHILD_REQUIRE(g_books.locks_alive == before);
            CHILD_REQUIRE(g_books.conditions_alive == 0);
            CHILD_REQUIRE(g_books.held == 0);
        }
        CHILD_REQUIRE(failing > 1 && failing < 20);
        g_books.fail_conditions = true;
        CHILD_REQUIRE(!event_base_new());
        CHILD_REQUIRE(g_books.locks_alive == before);
        CHILD_REQUIRE(g_books.held == 0);
        g_books.fail_conditions = false;
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        use_base(base);
        event_base_free(base);
    });
}

TEST_CASE("lock_that_cannot_be_taken_is_reported") {
    check_in_child([] {
        static int warnings;
        event_set_log_callback(
            [](int severity, const char*) { warnings += severity == EVENT_LOG_WARN; });
        evthread_lock_callbacks hooks = kCountedLocks;
        hooks.lock = [](unsigned, void*) { return -1; };
        hooks.unlock = [](unsigned, void*) { return 0; };
        CHILD_REQUIRE(evthread_set_lock_callbacks(&hooks) == 0);
        event_base* base = event_base_new();
        CHILD_REQUIRE(warnings > 0);
        if (base)
            event_base_free(base);
    });
}

TEST_CASE("shutdown_gives_the_locks_of_the_process_back_and_may_be_repeated") {
    check_in_child([] {
        set_counted_hooks();
        CHILD_REQUIRE(g_books.locks_alive > 0);
        libevent_global_shutdown();
        CHILD_REQUIRE(g_books.locks_alive == 0);
        libevent_global_shutdown();
        CHILD_REQUIRE(g_books.locks_alive == 0);
    });
}

namespace {

// What another thread does between the moment when the loop has settled what to wait for and the
// wait itself: when the base's lock is given back for it.
struct Intruder {
    event_base* base;
    event* ev;
    int fds[2];
};
Intruder* g_intruder;

int unlock_and_let_in(unsigned mode, void* handle) {
    Intruder* const intruder = g_intruder;
    const bool now = intruder && intruder->base->waiting;
    if (now)
        g_intruder = nullptr;
    const int result = counted_unlock(mode, handle);
    if (now) {
        std::thread([intruder] {
            event_del_noblock(intruder->ev);
            close(intruder->fds[0]);
        }).join();
    }
    return result;
}

}  // namespace

namespace evlet_test {
constexpr Need select_backend = {"the select backend", EVLET_SELECT != 0};
}

TEST_CASE("a_descriptor_closed_by_another_thread_right_before_the_wait_does_not_end_the_loop") {
    NEEDS(select_backend);
    check_in_child([] {
        evthread_lock_callbacks hooks = kCountedLocks;
        hooks.unlock = unlock_and_let_in;
        CHILD_REQUIRE(evthread_set_lock_callbacks(&hooks) == 0);
        CHILD_REQUIRE(evthread_set_condition_callbacks(&kCountedConditions) == 0);
        evthread_set_id_callback(counted_id);
        // select alone is handed a copy of what is wanted.
        event_config* config = event_config_new();
        for (const char* other : {"epoll", "poll"})
            CHILD_REQUIRE(event_config_avoid_method(config, other) == 0);
        Intruder intruder = {event_base_new_with_config(config), nullptr, {-1, -1}};
        event_config_free(config);
        CHILD_REQUIRE(intruder.base && pipe(intruder.fds) == 0);
        intruder.ev = event_new(
            intruder.base, intruder.fds[0], EV_READ, [](evutil_socket_t, short, void*) {}, nullptr);
        CHILD_REQUIRE(event_add(intruder.ev, nullptr) == 0);
        const timeval soon = {0, 20000};
        CHILD_REQUIRE(event_base_loopexit(intruder.base, &soon) == 0);
        g_intruder = &intruder;
        CHILD_REQUIRE(event_base_dispatch(intruder.base) == 0);
        CHILD_REQUIRE(g_intruder == nullptr);
        event_free(intruder.ev);
        event_base_free(intruder.base);
        close(intruder.fds[1]);
    });
}
