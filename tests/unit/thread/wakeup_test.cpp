// SPDX-License-Identifier: BSD-3-Clause
// A loop that waits hears of what other threads do to its base.
#include <unistd.h>

#include <atomic>

#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

void set_flag_call(evutil_socket_t, short, void* flag) {
    static_cast<Flag*>(flag)->set();
}

void count_atomically(evutil_socket_t, short, void* count) {
    ++*static_cast<std::atomic<int>*>(count);
}

constexpr timeval kLater = {300, 0};

}  // namespace

TEST_CASE("waiting_loop_hears_of_a_user_event") {
    use_threads();
    Base base;
    Flag called;
    event* user = evuser_new(base, set_flag_call, &called);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    evuser_trigger(user);
    CHECK(called.wait());
    loop.stop();
    event_free(user);
}

TEST_CASE("waiting_loop_hears_of_an_earlier_timer") {
    use_threads();
    Base base;
    Flag called, too_late;
    event* late = evtimer_new(base, set_flag_call, &too_late);
    event* soon = evtimer_new(base, set_flag_call, &called);
    REQUIRE(event_add(late, &kLater) == 0);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    const timeval delay = milliseconds(5);
    REQUIRE(event_add(soon, &delay) == 0);
    CHECK(called.wait());
    CHECK_FALSE(too_late.is_set());
    loop.stop();
    event_free(late);
    event_free(soon);
}

TEST_CASE("waiting_loop_hears_of_a_timer_in_a_common_queue") {
    use_threads();
    Base base;
    Flag called;
    const timeval delay = milliseconds(5);
    const timeval* common = event_base_init_common_timeout(base, &delay);
    REQUIRE(common);
    event* timer = evtimer_new(base, set_flag_call, &called);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    REQUIRE(event_add(timer, common) == 0);
    CHECK(called.wait());
    loop.stop();
    event_free(timer);
}

TEST_CASE("waiting_loop_hears_of_a_new_descriptor") {
    use_threads();
    Base base;
    Flag readable, writable;
    SocketPair pair;
    event* reader = event_new(base, pair[0], EV_READ, set_flag_call, &readable);
    event* writer = event_new(base, pair[1], EV_WRITE, set_flag_call, &writable);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    REQUIRE(event_add(reader, nullptr) == 0);
    REQUIRE(event_add(writer, nullptr) == 0);
    CHECK(writable.wait());
    CHECK_FALSE(readable.is_set());
    REQUIRE(loop_waits(base));
    pair.write(1, "x");
    CHECK(readable.wait());
    loop.stop();
    event_free(reader);
    event_free(writer);
}

TEST_CASE("waiting_loop_hears_that_a_descriptor_is_watched_no_longer") {
    use_threads();
    Base base;
    SocketPair pair;
    std::atomic<int> calls{0};
    Flag alive;
    event* reader = event_new(
        base, pair[0], EV_READ | EV_PERSIST,
        [](evutil_socket_t, short, void* count) { ++*static_cast<std::atomic<int>*>(count); },
        &calls);
    event* user = evuser_new(base, set_flag_call, &alive);
    REQUIRE(event_add(reader, nullptr) == 0);
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    REQUIRE(event_del(reader) == 0);
    pair.write(1, "x");
    evuser_trigger(user);
    CHECK(alive.wait());
    loop.stop();
    CHECK(calls == 0);
    event_free(reader);
    event_free(user);
}

TEST_CASE("loop_ends_when_another_thread_removes_its_last_event") {
    use_threads();
    Base base;
    event* timer = evtimer_new(base, set_flag_call, nullptr);
    REQUIRE(event_add(timer, &kLater) == 0);
    LoopThread loop(base, 0);
    REQUIRE(loop_waits(base));
    REQUIRE(event_del(timer) == 0);
    CHECK(loop.join() == 1);
    SocketPair pair;
    event* reader = event_new(base, pair[0], EV_READ, set_flag_call, nullptr);
    REQUIRE(event_add(reader, nullptr) == 0);
    LoopThread again(base, 0);
    REQUIRE(loop_waits(base));
    event_free(reader);
    CHECK(again.join() == 1);
    event_free(timer);
}

TEST_CASE("waiting_loop_hears_of_once_calls") {
    use_threads();
    Base base;
    Flag now, soon, readable;
    SocketPair pair;
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, set_flag_call, &now, nullptr) == 0);
    CHECK(now.wait());
    REQUIRE(loop_waits(base));
    const timeval delay = milliseconds(3);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, set_flag_call, &soon, &delay) == 0);
    CHECK(soon.wait());
    pair.write(1, "x");
    REQUIRE(event_base_once(base, pair[0], EV_READ, set_flag_call, &readable, nullptr) == 0);
    CHECK(readable.wait());
}

TEST_CASE("loopbreak_from_another_thread_ends_the_wait") {
    use_threads();
    Base base;
    event* timer = evtimer_new(base, set_flag_call, nullptr);
    REQUIRE(event_add(timer, &kLater) == 0);
    for (int round = 0; round < 20; ++round) {
        LoopThread loop(base, 0);
        REQUIRE(loop_waits(base));
        REQUIRE(event_base_loopbreak(base) == 0);
        CHECK(loop.join() == 0);
        CHECK(event_base_got_break(base));
        CHECK_FALSE(event_base_got_exit(base));
    }
    event_free(timer);
}

TEST_CASE("loopexit_from_another_thread_ends_the_wait_now_or_later") {
    use_threads();
    Base base;
    event* timer = evtimer_new(base, set_flag_call, nullptr);
    REQUIRE(event_add(timer, &kLater) == 0);
    const timeval soon = milliseconds(3);
    for (const timeval* delay : {static_cast<const timeval*>(nullptr), &soon}) {
        LoopThread loop(base, 0);
        REQUIRE(loop_waits(base));
        REQUIRE(event_base_loopexit(base, delay) == 0);
        CHECK(loop.join() == 0);
        CHECK(event_base_got_exit(base));
        CHECK_FALSE(event_base_got_break(base));
    }
    event_free(timer);
}

TEST_CASE("loopcontinue_from_another_thread_makes_the_loop_look_again") {
    use_threads();
    Base base;
    LoopThread loop(base);
    for (int i = 0; i < 10; ++i) {
        REQUIRE(loop_waits(base));
        REQUIRE(event_base_loopcontinue(base) == 0);
    }
    CHECK(loop.stop() == 0);
}

TEST_CASE("events_triggered_faster_than_the_loop_turns_are_all_called_back") {
    use_threads();
    Base base;
    constexpr int kEvents = 50;
    struct Counted {
        event* ev;
        std::atomic<int> calls{0};
    } counted[kEvents];
    for (Counted& each : counted) {
        each.ev = evuser_new(
            base,
            [](evutil_socket_t, short, void* c) { ++static_cast<Counted*>(c)->calls; }, &each);
    }
    LoopThread loop(base);
    for (int round = 1; round <= 20; ++round) {
        for (Counted& each : counted)
            evuser_trigger(each.ev);
        bool all = true;
        for (Counted& each : counted)
            all = all && comes_true([&] { return each.calls == round; });
        REQUIRE(all);
    }
    loop.stop();
    for (Counted& each : counted)
        event_free(each.ev);
}

TEST_CASE("two_loops_wake_each_other") {
    use_threads();
    struct Player {
        Base base;
        event* ev = nullptr;
        Player* other = nullptr;
        int left = 500;
        Flag done;
    } players[2];
    for (int i = 0; i < 2; ++i) {
        players[i].other = &players[1 - i];
        players[i].ev = evuser_new(
            players[i].base,
            [](evutil_socket_t, short, void* argument) {
                auto& me = *static_cast<Player*>(argument);
                if (--me.left == 0)
                    me.done.set();
                if (me.left >= 0)
                    evuser_trigger(me.other->ev);
            },
            &players[i]);
    }
    {
        LoopThread first(players[0].base), second(players[1].base);
        evuser_trigger(players[0].ev);
        CHECK(players[0].done.wait());
        CHECK(players[1].done.wait());
        first.stop();
        second.stop();
    }
    for (Player& player : players)
        event_free(player.ev);
}

TEST_CASE("second_loop_on_the_same_base_is_refused") {
    use_threads();
    Base base;
    CapturedLog log;
    {
        LoopThread loop(base);
        REQUIRE(loop_waits(base));
        CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == -1);
        CHECK(loop.stop() == 0);
    }
    CHECK(log.contains("event_base_loop"));
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
}

TEST_CASE("base_without_lock_works_in_its_thread_and_makes_no_waker") {
    use_threads();
    Base base(EVENT_BASE_FLAG_NOLOCK);
    CHECK_FALSE(base.get()->mutex.real());
    CHECK(base.get()->wakeup == nullptr);
    Flag called;
    event* user = evuser_new(base, set_flag_call, &called);
    evuser_trigger(user);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
    CHECK(called.is_set());
    event_free(user);
}

TEST_CASE("base_made_notifiable_twice_or_without_a_lock_still_works") {
    use_threads();
    for (int flags : {0, int(EVENT_BASE_FLAG_NOLOCK)}) {
        Base base(flags);
        CHECK(evthread_make_base_notifiable(base) == 0);
        CHECK(evthread_make_base_notifiable(base) == 0);
        CHECK(base.get()->wakeup != nullptr);
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
        CHECK(event_base_dispatch(base) == 1);
    }
    CHECK(evthread_make_base_notifiable(nullptr) == -1);
}

TEST_CASE("base_cannot_be_made_notifiable_without_descriptors") {
    use_threads();
    Base base(EVENT_BASE_FLAG_NOLOCK);
    {
        FewDescriptors few(0);
        CHECK(evthread_make_base_notifiable(base) == -1);
    }
    CHECK(base.get()->wakeup == nullptr);
    CHECK(evthread_make_base_notifiable(base) == 0);
}

TEST_CASE("base_can_be_freed_after_its_loop_was_ended_from_outside") {
    use_threads();
    for (int round = 0; round < 20; ++round) {
        Base base;
        Flag never;
        event* timer = evtimer_new(base, set_flag_call, &never);
        REQUIRE(event_add(timer, &kLater) == 0);
        LoopThread loop(base);
        loop.stop();
        event_free(timer);
    }
}

TEST_CASE("bases_are_made_used_and_freed_in_many_threads_at_once") {
    use_threads();
    std::atomic<int> calls{0};
    std::atomic<int> failures{0};
    std::thread threads[4];
    for (std::thread& thread : threads) {
        thread = std::thread([&] {
            for (int round = 0; round < 50; ++round) {
                event_base* base = event_base_new();
                event* ev = base ? evtimer_new(base, count_atomically, &calls) : nullptr;
                const timeval now = {0, 0};
                if (!ev || event_add(ev, &now) != 0 || event_base_dispatch(base) != 1)
                    ++failures;
                if (ev)
                    event_free(ev);
                if (base)
                    event_base_free(base);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    CHECK(failures == 0);
    CHECK(calls == 200);
}
