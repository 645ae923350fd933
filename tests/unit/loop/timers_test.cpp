// SPDX-License-Identifier: BSD-3-Clause
// Timers: once and again, added anew, taken away. What the loop thinks of odd durations is in
// timer_values_test.cpp.
#include <unistd.h>

#include <vector>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};
constexpr evlet::Nanos kMilli = evlet::kNanosPerMilli;

}  // namespace

TEST_CASE("timer_fires_once_and_the_loop_ends_when_nothing_is_left") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(timer.pending() == EV_TIMEOUT);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
    CHECK(timer.told == EV_TIMEOUT);
    CHECK(timer.fd == -1);
    CHECK(timer.pending() == 0);
}

TEST_CASE("timer_does_not_fire_early") {
    for (const int flags :
         {0, int(EVENT_BASE_FLAG_PRECISE_TIMER),
          int(EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_EPOLL_DISALLOW_TIMERFD),
          int(EVENT_BASE_FLAG_NO_CACHE_TIME)}) {
        CAPTURE(flags);
        Base base(flags);
        for (const long us : {1L, 999L, 1001L, 3500L}) {
            CAPTURE(us);
            TestEvent timer(base, -1, 0);
            const long long before = monotonic_us(base);
            REQUIRE(timer.add({0, static_cast<decltype(timeval::tv_usec)>(us)}) == 0);
            CHECK(event_base_dispatch(base) == 1);
            CHECK(timer.calls == 1);
            CHECK(monotonic_us(base) - before >= us);
        }
    }
}

TEST_CASE("timers_fire_in_the_order_of_their_deadlines_not_of_adding") {
    Base base;
    std::vector<int> order;
    TestEvent late(base, -1, 0, [&](short) { order.push_back(9); });
    TestEvent first(base, -1, 0, [&](short) { order.push_back(1); });
    TestEvent third(base, -1, 0, [&](short) { order.push_back(3); });
    TestEvent second(base, -1, 0, [&](short) { order.push_back(2); });
    in_a_callback(base, [&] {
        CHECK(late.add_ms(9) == 0);
        CHECK(first.add_ms(1) == 0);
        CHECK(third.add_ms(3) == 0);
        CHECK(second.add_ms(2) == 0);
    });
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == std::vector<int>{1, 2, 3, 9});
}

TEST_CASE("timer_that_re_adds_itself_fires_again") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, 0, [&](short) {
        if (self->calls < 4)
            CHECK(self->add_ms(1) == 0);
    });
    self = &timer;
    REQUIRE(timer.add_ms(0) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 4);
}

TEST_CASE("timer_added_without_a_timeout_is_not_pending") {
    Base base;
    TestEvent timer(base, -1, 0);
    CHECK(timer.add() == 0);
    CHECK(timer.pending() == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 0);
}

TEST_CASE("persistent_timer_fires_until_it_is_deleted") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, EV_PERSIST, [&](short) {
        CHECK(self->pending() == EV_TIMEOUT);
        if (self->calls == 5)
            event_del(*self);
    });
    self = &timer;
    const long long before = monotonic_us(base);
    REQUIRE(timer.add_ms(2) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 5);
    CHECK(monotonic_us(base) - before >= 5 * 2000);
}

TEST_CASE("persistent_timer_does_not_drift") {
    Base base;
    constexpr evlet::Nanos every = 3 * kMilli;
    evlet::Nanos deadline = 0;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, EV_PERSIST, [&](short) {
        const evlet::Nanos now = base.get()->cached_now;
        const evlet::Nanos next = evlet::deadline(*self->get());
        CHECK(now >= deadline);
        if (deadline + every > now) {
            CHECK(next == deadline + every);
        } else {
            CHECK(next == now + every);  // more than an interval was missed
        }
        deadline = next;
        if (self->calls == 10)
            event_del(*self);
    });
    self = &timer;
    REQUIRE(timer.add_ms(3) == 0);
    deadline = evlet::deadline(*timer.get());
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 10);
}

TEST_CASE("persistent_timer_that_fell_behind_skips_what_it_missed") {
    Base base;
    evlet::Nanos fired_at = 0;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, EV_PERSIST, [&](short) {
        if (self->calls == 1) {
            usleep(20000);
        } else {
            // One call for all the intervals that passed, then on from there.
            fired_at = base.get()->cached_now;
            CHECK(evlet::deadline(*self->get()) == fired_at + kMilli);
            event_del(*self);
        }
    });
    self = &timer;
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 2);
    CHECK(fired_at != 0);
}

TEST_CASE("persistent_timer_of_no_or_negative_duration_fires_once") {
    for (const long sec : {0L, -1L}) {
        CAPTURE(sec);
        Base base;
        TestEvent timer(base, -1, EV_PERSIST);
        REQUIRE(timer.add({static_cast<time_t>(sec), 0}) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(timer.calls == 1);
    }
}

TEST_CASE("re_adding_a_timer_earlier_makes_it_fire_earlier") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
}

TEST_CASE("re_adding_a_timer_later_makes_it_fire_later_and_once") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(0) == 0);
    const long long before = monotonic_us(base);
    REQUIRE(timer.add_ms(6) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
    CHECK(monotonic_us(base) - before >= 6000);
}

TEST_CASE("re_adding_a_timer_without_a_timeout_leaves_its_deadline") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(1) == 0);
    const evlet::Nanos deadline = evlet::deadline(*timer.get());
    REQUIRE(timer.add() == 0);
    CHECK(evlet::deadline(*timer.get()) == deadline);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
}

TEST_CASE("re_adding_a_persistent_timer_changes_its_interval") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, EV_PERSIST, [&](short) {
        if (self->calls == 1) {
            CHECK(self->add_ms(4) == 0);
            CHECK(evlet::deadline(*self->get()) == base.get()->cached_now + 4 * kMilli);
        } else {
            CHECK(evlet::interval(*self->get()) == 4 * kMilli);
            event_del(*self);
        }
    });
    self = &timer;
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 2);
}

TEST_CASE("expired_timer_that_another_callback_re_adds_waits_for_its_new_deadline") {
    Base base;
    TestEvent second(base, -1, 0);
    TestEvent first(base, -1, 0, [&](short) {
        CHECK(second.pending() == EV_TIMEOUT);  // active with it
        CHECK(second.add(kHour) == 0);
    });
    in_a_callback(base, [&] {
        CHECK(first.add_ms(0) == 0);
        CHECK(second.add_ms(0) == 0);
    });
    CHECK(pass(base) == 0);
    CHECK(first.calls == 1);
    CHECK(second.calls == 0);
    CHECK(second.pending() == EV_TIMEOUT);
}

TEST_CASE("expired_timer_that_another_callback_deletes_does_not_fire") {
    Base base;
    TestEvent once(base, -1, 0);
    TestEvent again(base, -1, EV_PERSIST);
    TestEvent first(base, -1, 0, [&](short) {
        CHECK(event_del(once) == 0);
        CHECK(event_del(again) == 0);
    });
    in_a_callback(base, [&] {
        CHECK(first.add({0, 0}) == 0);
        CHECK(once.add({0, 1}) == 0);
        CHECK(again.add({0, 2}) == 0);
    });
    usleep(1000);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(first.calls == 1);
    CHECK(once.calls == 0);
    CHECK(again.calls == 0);
}

TEST_CASE("timer_added_in_a_callback_with_no_delay_fires_in_a_later_pass") {
    Base base;
    TestEvent later(base, -1, 0);
    TestEvent second(base, -1, 0, [&](short) { CHECK(later.calls == 0); });
    TestEvent first(base, -1, 0, [&](short) { CHECK(later.add_ms(0) == 0); });
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(second.calls == 1);
    CHECK(later.calls == 1);
}

TEST_CASE("removed_timer_of_a_timer_does_not_fire") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(0) == 0);
    CHECK(event_remove_timer(timer) == 0);
    CHECK(timer.pending() == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 0);
}

TEST_CASE("remove_timer_ends_a_persistent_timer_in_its_callback") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, EV_PERSIST, [&](short) {
        if (self->calls == 2)
            CHECK(event_remove_timer(*self) == 0);
    });
    self = &timer;
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 2);
    CHECK(timer.pending() == 0);
}

TEST_CASE("remove_timer_is_harmless_without_a_timer_and_refused_without_a_base") {
    Base base;
    TestEvent timer(base, -1, 0);
    CHECK(event_remove_timer(timer) == 0);
    CHECK(event_remove_timer(timer) == 0);
    event loose;
    REQUIRE(event_assign(
                &loose, nullptr, -1, 0, [](evutil_socket_t, short, void*) {}, nullptr) == 0);
    CapturedLog log;
    CHECK(event_remove_timer(&loose) == -1);
    CHECK(event_remove_timer(nullptr) == -1);
    CHECK(log.contains("event_remove_timer"));
    event_debug_unassign(&loose);
}

TEST_CASE("deleted_timer_can_be_added_again") {
    Base base;
    TestEvent timer(base, -1, 0);
    for (int round = 0; round < 3; ++round) {
        REQUIRE(timer.add(kHour) == 0);
        REQUIRE(event_del(timer) == 0);
        CHECK(timer.pending() == 0);
    }
    REQUIRE(timer.add_ms(0) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
}

TEST_CASE("timeout_set_anew_on_an_activated_timer_replaces_the_activation") {
    Base base;
    TestEvent timer(base, -1, 0);
    const timeval soon = {10, 0};
    const timeval late = {100, 0};
    REQUIRE(timer.add(soon) == 0);
    event_active(timer, EV_TIMEOUT, 1);
    REQUIRE(timer.add(late) == 0);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    CHECK(timer.calls == 0);
    CHECK(timer.pending(EV_TIMEOUT) == EV_TIMEOUT);
    // An activation for another reason stays, and a one-shot event's timeout goes with its call.
    event_active(timer, EV_READ, 1);
    REQUIRE(timer.add(late) == 0);
    event_base_loop(base, EVLOOP_NONBLOCK);
    CHECK(timer.calls == 1);
    CHECK(timer.told == EV_READ);
}
