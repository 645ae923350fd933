// SPDX-License-Identifier: BSD-3-Clause
// evthread_enable_lock_debugging(): misuse of a lock ends the program with a sentence.
#include <thread>

#include "locks/counting_hooks.h"
#include "thread/lock.h"

using namespace evlet_test;
using evlet::Condition;
using evlet::Mutex;

namespace {

void watch_locks() {
    evthread_enable_lock_debugging();
    if (evthread_use_pthreads() != 0)
        _exit(98);
}

Mutex made(Mutex::Kind kind) {
    Mutex mutex;
    if (mutex.init(kind) != evlet::Status::ok || !mutex.real())
        _exit(97);
    return mutex;
}

void use_a_base_from_two_threads() {
    event_base* base = event_base_new();
    CHILD_REQUIRE(base);
    std::atomic<int> calls{0};
    event* ev = event_new(
        base, -1, EV_PERSIST,
        [](evutil_socket_t, short, void* count) { ++*static_cast<std::atomic<int>*>(count); },
        &calls);
    std::thread loop([&] { event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY); });
    while (calls < 100) {
        event_active(ev, EV_TIMEOUT, 1);
        const timeval now = {0, 0};
        event_add(ev, &now);
        event_del(ev);
    }
    event_base_loopexit(base, nullptr);
    loop.join();
    event_free(ev);
    event_base_free(base);
}

}  // namespace

TEST_CASE("giving_back_a_lock_that_is_not_held_is_fatal") {
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::plain);
            mutex.unlock();
        },
        "not held"));
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::recursive);
            mutex.lock();
            mutex.unlock();
            mutex.unlock();
        },
        "not held"));
}

TEST_CASE("taking_a_plain_lock_twice_is_fatal") {
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::plain);
            mutex.lock();
            mutex.lock();
        },
        "twice"));
}

TEST_CASE("recursive_lock_may_be_taken_several_times") {
    check_in_child([] {
        watch_locks();
        Mutex mutex = made(Mutex::recursive);
        mutex.lock();
        mutex.lock();
        mutex.unlock();
        mutex.lock();
        mutex.unlock();
        mutex.unlock();
        mutex.destroy();
    });
}

TEST_CASE("freeing_a_held_lock_is_fatal") {
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::plain);
            mutex.lock();
            mutex.destroy();
        },
        "while it is held"));
}

TEST_CASE("giving_back_the_lock_of_another_thread_is_fatal") {
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::plain);
            std::thread([&] { mutex.lock(); }).join();
            mutex.unlock();
        },
        "another thread"));
}

TEST_CASE("waiting_without_the_lock_or_holding_it_twice_is_fatal") {
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::plain);
            Condition condition;
            CHILD_REQUIRE(condition.init() == evlet::Status::ok);
            condition.wait(mutex);
        },
        "held exactly once"));
    CHECK(ends_fatally(
        [] {
            watch_locks();
            Mutex mutex = made(Mutex::recursive);
            Condition condition;
            CHILD_REQUIRE(condition.init() == evlet::Status::ok);
            mutex.lock();
            mutex.lock();
            condition.wait(mutex);
        },
        "held exactly once"));
}

TEST_CASE("waiting_gives_the_lock_to_others_and_takes_it_again") {
    check_in_child([] {
        watch_locks();
        Mutex mutex = made(Mutex::plain);
        Condition condition;
        CHILD_REQUIRE(condition.init() == evlet::Status::ok);
        bool ready = false;
        mutex.lock();
        std::thread other([&] {
            mutex.lock();
            ready = true;
            condition.broadcast();
            mutex.unlock();
        });
        while (!ready)
            condition.wait(mutex);
        mutex.unlock();
        other.join();
        condition.destroy();
        mutex.destroy();
    });
}

TEST_CASE("watched_base_works_from_two_threads_whichever_call_came_first") {
    check_in_child([] {
        watch_locks();
        use_a_base_from_two_threads();
    });
    check_in_child([] {
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        evthread_enable_lock_debugging();
        use_a_base_from_two_threads();
    });
    check_in_child([] {
        set_counted_hooks();
        evthread_enable_lock_debuging();
        use_a_base_from_two_threads();
        CHILD_REQUIRE(g_books.held == 0);
    });
}

TEST_CASE("lock_debugging_may_be_switched_on_twice_and_without_threads") {
    check_in_child([] {
        evthread_enable_lock_debugging();
        evthread_enable_lock_debugging();
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        CHILD_REQUIRE(event_base_dispatch(base) == 1);
        event_base_free(base);
        libevent_global_shutdown();
    });
}

TEST_CASE("watched_locks_are_all_given_back") {
    check_in_child([] {
        evthread_enable_lock_debugging();
        set_counted_hooks();
        const int before = g_books.locks_alive;
        event_base* base = event_base_new();
        CHILD_REQUIRE(base && g_books.locks_alive > before);
        event_base_free(base);
        CHILD_REQUIRE(g_books.locks_alive == before);
        libevent_global_shutdown();
        CHILD_REQUIRE(g_books.locks_alive == 0);
        CHILD_REQUIRE(g_books.freed_as_another_type == 0);
    });
}

TEST_CASE("hooks_are_compared_behind_the_watch") {
    check_in_child([] {
        hide_warnings();
        watch_locks();
        CHILD_REQUIRE(evthread_use_pthreads() == 0);
        CHILD_REQUIRE(evthread_set_lock_callbacks(&kCountedLocks) == -1);
        CHILD_REQUIRE(evthread_set_condition_callbacks(&kCountedConditions) == -1);
    });
}

TEST_CASE("condition_hooks_taken_away_under_the_watch_are_not_called_any_more") {
    check_in_child([] {
        hide_warnings();
        evthread_enable_lock_debugging();
        set_counted_hooks();
        CHILD_REQUIRE(evthread_set_condition_callbacks(nullptr) == 0);
        event_base* base = event_base_new();
        CHILD_REQUIRE(base);
        CHILD_REQUIRE(g_books.conditions_alive == 0);
        event_base_free(base);
    });
}
