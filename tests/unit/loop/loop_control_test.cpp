// SPDX-License-Identifier: BSD-3-Clause
// event_base_loop(): its flags, its results, and everything that ends it.
#include <errno.h>
#include <event2/watch.h>
#include <unistd.h>

#include <string>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};
constexpr timeval kNow = {0, 0};

}  // namespace

TEST_CASE("loop_without_events_ends_at_once_and_says_so") {
    Base base;
    for (const int flags : {0, EVLOOP_ONCE, EVLOOP_NONBLOCK, EVLOOP_ONCE | EVLOOP_NONBLOCK})
        CHECK(event_base_loop(base, flags) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(event_base_got_exit(base) == 0);
    CHECK(event_base_got_break(base) == 0);
}

TEST_CASE("nonblocking_loop_calls_what_is_due_and_does_not_wait") {
    Base base;
    TestEvent later(base, -1, 0);
    TestEvent due(base, -1, 0);
    REQUIRE(later.add(kHour) == 0);
    REQUIRE(due.add(kNow) == 0);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    CHECK(due.calls == 1);
    CHECK(later.calls == 0);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE) == 0);
}

TEST_CASE("loop_once_waits_for_the_first_event_and_returns") {
    Base base;
    TestEvent first(base, -1, 0);
    TestEvent later(base, -1, 0);
    REQUIRE(first.add_ms(2) == 0);
    REQUIRE(later.add(kHour) == 0);
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(first.calls == 1);
    CHECK(later.calls == 0);
    CHECK(event_base_got_exit(base) == 0);
}

TEST_CASE("loop_once_calls_everybody_who_is_active_by_then") {
    Base base;
    TestEvent a(base, -1, 0);
    TestEvent b(base, -1, 0);
    event_active(a, 0, 0);
    event_active(b, 0, 0);
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(a.calls == 1);
    CHECK(b.calls == 1);
}

TEST_CASE("loop_that_shall_not_exit_on_empty_ends_when_told") {
    Base base;
    const timeval soon = milliseconds(2);
    REQUIRE(event_base_loopexit(base, &soon) == 0);
    CHECK(event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY) == 0);
    CHECK(event_base_got_exit(base) == 1);
    CHECK(event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY | EVLOOP_NONBLOCK) == 0);
    CHECK(event_base_got_exit(base) == 0);
}

TEST_CASE("loop_that_shall_not_exit_on_empty_goes_on_after_its_last_event") {
    Base base;
    TestEvent second(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    TestEvent first(base, -1, 0);
    REQUIRE(first.add_ms(0) == 0);
    int passes = 0;
    struct State {
        event* second;
        int* passes;
    } state = {second, &passes};
    evwatch* watcher = evwatch_prepare_new(
        base,
        [](evwatch*, const evwatch_prepare_cb_info*, void* argument) {
            auto& s = *static_cast<State*>(argument);
            if (++*s.passes == 3)
                event_active(s.second, 0, 0);
        },
        &state);
    REQUIRE(watcher);
    TestEvent heartbeat(base, -1, EV_PERSIST);
    REQUIRE(heartbeat.add_ms(1) == 0);
    CHECK(event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY) == 0);
    CHECK(first.calls == 1);
    CHECK(second.calls == 1);
    evwatch_free(watcher);
}

TEST_CASE("loopexit_ends_the_loop_after_the_callbacks_that_are_due") {
    Base base;
    TestEvent second(base, -1, 0);
    TestEvent third(base, -1, 0);
    TestEvent first(base, -1, 0, [&](short) {
        CHECK(event_base_loopexit(base, nullptr) == 0);
        event_active(third, 0, 0);  // is active before the loop ends
    });
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    TestEvent later(base, -1, 0);
    REQUIRE(later.add(kHour) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(event_base_got_exit(base) == 1);
    CHECK(event_base_got_break(base) == 0);
    CHECK(second.calls == 1);
    CHECK(third.calls == 1);
    CHECK(later.calls == 0);
}

TEST_CASE("loopexit_with_a_time_ends_the_loop_not_before_it") {
    Base base;
    TestEvent later(base, -1, 0);
    REQUIRE(later.add(kHour) == 0);
    const long long before = monotonic_us(base);
    const timeval delay = milliseconds(5);
    REQUIRE(event_base_loopexit(base, &delay) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(monotonic_us(base) - before >= 5000);
    CHECK(event_base_got_exit(base) == 1);
}

TEST_CASE("loopexit_outside_of_the_loop_lets_the_next_one_make_a_pass") {
    for (const timeval* delay : {static_cast<const timeval*>(nullptr), &kNow}) {
        Base base;
        TestEvent timer(base, -1, EV_PERSIST);
        REQUIRE(timer.add(kHour) == 0);
        TestEvent due(base, -1, 0);
        event_active(due, 0, 0);
        REQUIRE(event_base_loopexit(base, delay) == 0);
        CHECK(event_base_dispatch(base) == 0);
        CHECK(due.calls == 1);
        CHECK(event_base_got_exit(base) == 1);
    }
}

TEST_CASE("loopexit_counts_for_one_loop_only") {
    Base base;
    REQUIRE(event_base_loopexit(base, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(event_base_got_exit(base) == 1);
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(event_base_got_exit(base) == 0);
    CHECK(timer.calls == 1);
}

TEST_CASE("loopbreak_ends_the_loop_after_the_running_callback_and_keeps_the_rest") {
    Base base;
    TestEvent second(base, -1, 0);
    TestEvent first(base, -1, 0, [&](short) {
        CHECK(event_base_loopbreak(base) == 0);
        CHECK(event_base_got_break(base) == 1);
    });
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(event_base_got_break(base) == 1);
    CHECK(event_base_got_exit(base) == 0);
    CHECK(second.calls == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(event_base_got_break(base) == 0);
    CHECK(second.calls == 1);
}

TEST_CASE("loopbreak_outside_of_the_loop_has_no_effect_on_the_next_one") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(event_base_loopbreak(base) == 0);
    CHECK(event_base_got_break(base) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(timer.calls == 1);
}

TEST_CASE("loopbreak_in_a_watcher_ends_the_loop") {
    Base base;
    const auto stop = [](evwatch* watcher, const evwatch_prepare_cb_info*, void*) {
        event_base_loopbreak(evwatch_base(watcher));
    };
    evwatch* watcher = evwatch_prepare_new(base, stop, nullptr);
    REQUIRE(watcher);
    TestEvent due(base, -1, 0);
    event_active(due, 0, 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(event_base_got_break(base) == 1);
    evwatch_free(watcher);
}

TEST_CASE("loop_that_a_prepare_watcher_ends_does_not_wait_first") {
    for (const bool by_break : {true, false}) {
        CAPTURE(by_break);
        Base base;
        const auto stop = [](evwatch* watcher, const evwatch_prepare_cb_info*, void* by_break) {
            if (*static_cast<const bool*>(by_break))
                event_base_loopbreak(evwatch_base(watcher));
            else
                event_base_loopexit(evwatch_base(watcher), nullptr);
        };
        evwatch* watcher = evwatch_prepare_new(base, stop, const_cast<bool*>(&by_break));
        REQUIRE(watcher);
        TestEvent rescue(base, -1, 0);
        REQUIRE(rescue.add_ms(200) == 0);
        CHECK(event_base_dispatch(base) == 0);
        CHECK(rescue.calls == 0);
        evwatch_free(watcher);
    }
}

TEST_CASE("loopcontinue_looks_for_new_events_before_the_rest_of_the_row") {
    Base base;
    std::string order;
    SocketPair pair;
    REQUIRE(event_base_priority_init(base, 2) == 0);
    TestEvent urgent(base, pair[0], EV_READ, [&](short) { order += 'u'; });
    REQUIRE(event_priority_set(urgent, 0) == 0);
    REQUIRE(urgent.add() == 0);
    TestEvent first(base, -1, 0, [&](short) {
        order += '1';
        pair.write(1, "x");
        CHECK(event_base_loopcontinue(base) == 0);
    });
    TestEvent second(base, -1, 0, [&](short) { order += '2'; });
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == "1u2");
}

TEST_CASE("loopcontinue_outside_of_callbacks_has_no_effect") {
    Base base;
    TestEvent a(base, -1, 0);
    TestEvent b(base, -1, 0);
    CHECK(event_base_loopcontinue(base) == 0);
    event_active(a, 0, 0);
    event_active(b, 0, 0);
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(a.calls == 1);
    CHECK(b.calls == 1);
}

TEST_CASE("loop_in_a_callback_of_the_same_base_is_refused") {
    Base base;
    int answers[2] = {7, 7};
    CapturedLog log;
    TestEvent ev(base, -1, 0, [&](short) {
        answers[0] = event_base_loop(base, EVLOOP_NONBLOCK);
        answers[1] = event_base_dispatch(base);
    });
    event_active(ev, 0, 0);
    TestEvent after(base, -1, 0);
    event_active(after, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(answers[0] == -1);
    CHECK(answers[1] == -1);
    CHECK(log.contains("is in its loop"));
    CHECK(after.calls == 1);
}

TEST_CASE("loop_of_another_base_runs_in_a_callback") {
    Base outer;
    Base inner;
    TestEvent in_inner(inner, -1, 0);
    TestEvent ev(outer, -1, 0, [&](short) {
        event_active(in_inner, 0, 0);
        CHECK(event_base_dispatch(inner) == 1);
    });
    event_active(ev, 0, 0);
    CHECK(event_base_dispatch(outer) == 1);
    CHECK(in_inner.calls == 1);
}

TEST_CASE("base_freed_in_its_loop_stays") {
    Base base;
    CapturedLog log;
    TestEvent ev(base, -1, 0, [&](short) {
        event_base_free(base);
        event_base_free_nofinalize(base);
    });
    event_active(ev, 0, 0);
    TestEvent after(base, -1, 0);
    event_active(after, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(after.calls == 1);
    CHECK(log.contains("is in its loop"));
}

TEST_CASE("base_freed_with_everything_in_it_lets_go_of_the_events") {
    SocketPair pair;
    event events[5];
    int calls = 0;
    const auto count = [](evutil_socket_t, short, void* n) { ++*static_cast<int*>(n); };
    {
        Base base;
        const timeval* common = event_base_init_common_timeout(base, &kHour);
        REQUIRE(common);
        REQUIRE(event_assign(&events[0], base, pair[0], EV_READ | EV_PERSIST, count, &calls) == 0);
        REQUIRE(event_assign(&events[1], base, -1, EV_PERSIST, count, &calls) == 0);
        REQUIRE(event_assign(&events[2], base, -1, 0, count, &calls) == 0);
        REQUIRE(event_assign(&events[3], base, pair[1], EV_WRITE, count, &calls) == 0);
        REQUIRE(event_assign(&events[4], base, -1, 0, count, &calls) == 0);
        REQUIRE(event_add(&events[0], &kHour) == 0);
        REQUIRE(event_add(&events[1], &kHour) == 0);
        REQUIRE(event_add(&events[2], common) == 0);
        REQUIRE(event_add(&events[3], nullptr) == 0);
        event_active(&events[4], 0, 0);
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, count, &calls, &kHour) == 0);
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, count, &calls, nullptr) == 0);
        REQUIRE(event_base_once(base, pair[0], EV_READ, count, &calls, common) == 0);
    }
    CHECK(calls == 0);
    // They are as if deleted: another base takes them.
    Base other;
    for (event& ev : events) {
        CHECK(event_base_set(other, &ev) == 0);
        event_active(&ev, 0, 0);
    }
    CHECK(event_base_dispatch(other) == 1);
    CHECK(calls == 5);
    for (event& ev : events)
        event_debug_unassign(&ev);
}

TEST_CASE("no_base_at_all_is_refused") {
    errno = 0;
    CHECK(event_base_loop(nullptr, 0) == -1);
    CHECK(errno == EINVAL);
    CHECK(event_base_dispatch(nullptr) == -1);
    CHECK(event_base_loopexit(nullptr, nullptr) == -1);
    CHECK(event_base_loopbreak(nullptr) == -1);
    CHECK(event_base_loopcontinue(nullptr) == -1);
    CHECK(event_base_get_npriorities(nullptr) == -1);
    CHECK(event_base_once(
              nullptr, -1, EV_TIMEOUT, [](evutil_socket_t, short, void*) {}, nullptr, nullptr) ==
          -1);
    CHECK(event_reinit(nullptr) == -1);
    event_base_free(nullptr);
    event_base_free_nofinalize(nullptr);
}
