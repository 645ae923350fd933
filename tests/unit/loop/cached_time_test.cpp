// SPDX-License-Identifier: BSD-3-Clause
// The time that the callbacks of a pass share.
#include <event2/watch.h>
#include <unistd.h>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr int kSleepUs = 3000;

long long micros(const timeval& tv) {
    return static_cast<long long>(tv.tv_sec) * 1000000 + tv.tv_usec;
}

long long wall_us() {
    timeval now;
    evutil_gettimeofday(&now, nullptr);
    return micros(now);
}

long long cached_us(event_base* base) {
    timeval now = {-1, -1};
    CHECK(event_base_gettimeofday_cached(base, &now) == 0);
    CHECK(now.tv_usec >= 0);
    CHECK(now.tv_usec < 1000000);
    return micros(now);
}

}  // namespace

TEST_CASE("cached_time_stands_still_during_a_pass") {
    Base base;
    long long first = 0;
    TestEvent b(base, -1, 0, [&](short) { CHECK(cached_us(base) == first); });
    TestEvent a(base, -1, 0, [&](short) {
        first = cached_us(base);
        usleep(kSleepUs);
        CHECK(cached_us(base) == first);
    });
    event_active(a, 0, 0);
    event_active(b, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(b.calls == 1);
    CHECK(first > 0);
}

TEST_CASE("cached_time_is_the_wall_clocks") {
    Base base;
    const long long before = wall_us();
    long long cached = 0;
    in_a_callback(base, [&] { cached = cached_us(base); });
    const long long after = wall_us();
    // A clock that is being adjusted may differ a little.
    CHECK(cached >= before - 10000);
    CHECK(cached <= after + 10000);
}

TEST_CASE("cached_time_is_read_anew_when_asked_for") {
    Base base;
    in_a_callback(base, [&] {
        const long long first = cached_us(base);
        usleep(kSleepUs);
        CHECK(event_base_update_cache_time(base) == 0);
        const long long second = cached_us(base);
        CHECK(second - first >= kSleepUs - 10);
        CHECK(cached_us(base) == second);
    });
}

TEST_CASE("cached_time_moves_on_from_pass_to_pass") {
    Base base;
    long long first = 0;
    in_a_callback(base, [&] { first = cached_us(base); });
    usleep(kSleepUs);
    in_a_callback(base, [&] { CHECK(cached_us(base) - first >= kSleepUs - 10); });
}

TEST_CASE("outside_of_callbacks_the_time_is_now") {
    Base base;
    in_a_callback(base, [&] { cached_us(base); });
    for (event_base* asked : {base.get(), static_cast<event_base*>(nullptr)}) {
        const long long before = wall_us();
        usleep(kSleepUs);
        CHECK(cached_us(asked) >= before + kSleepUs - 10);
    }
    CHECK(event_base_update_cache_time(base) == 0);
    const long long before = wall_us();
    usleep(kSleepUs);
    CHECK(cached_us(base) >= before + kSleepUs - 10);
}

TEST_CASE("base_that_shall_not_cache_tells_the_time_anew_each_time") {
    Base base(EVENT_BASE_FLAG_NO_CACHE_TIME);
    in_a_callback(base, [&] {
        const long long first = cached_us(base);
        usleep(kSleepUs);
        CHECK(cached_us(base) - first >= kSleepUs - 10);
        CHECK(event_base_update_cache_time(base) == 0);
    });
}

TEST_CASE("timeouts_added_in_a_callback_count_from_the_cached_time") {
    Base base;
    TestEvent early(base, -1, 0);
    TestEvent late(base, -1, 0);
    in_a_callback(base, [&] {
        // Both are added for the same moment, although time passes in between.
        CHECK(late.add({3600, 0}) == 0);
        usleep(kSleepUs);
        CHECK(early.add({3600, 0}) == 0);
        timeval a;
        timeval b;
        event_pending(late, EV_TIMEOUT, &a);
        event_pending(early, EV_TIMEOUT, &b);
        CHECK(micros(b) - micros(a) < kSleepUs);
        CHECK(event_base_update_cache_time(base) == 0);
        CHECK(early.add({3600, 0}) == 0);
        event_pending(early, EV_TIMEOUT, &b);
        CHECK(micros(b) - micros(a) >= kSleepUs - 1000);
    });
}

TEST_CASE("check_watchers_see_the_time_of_the_pass_and_prepare_watchers_none_cached") {
    Base base;
    struct State {
        event_base* base;
        long long in_check;
        long long in_prepare[2];
    } state = {base, 0, {}};
    evwatch* prepare = evwatch_prepare_new(
        base,
        [](evwatch*, const evwatch_prepare_cb_info*, void* argument) {
            auto& s = *static_cast<State*>(argument);
            s.in_prepare[0] = cached_us(s.base);
            usleep(kSleepUs);
            s.in_prepare[1] = cached_us(s.base);
        },
        &state);
    evwatch* check = evwatch_check_new(
        base,
        [](evwatch*, const evwatch_check_cb_info*, void* argument) {
            auto& s = *static_cast<State*>(argument);
            s.in_check = cached_us(s.base);
        },
        &state);
    TestEvent ev(base, -1, 0, [&](short) { CHECK(cached_us(base) == state.in_check); });
    event_active(ev, 0, 0);
    pass(base);
    CHECK(ev.calls == 1);
    CHECK(state.in_prepare[1] - state.in_prepare[0] >= kSleepUs - 10);
    evwatch_free(prepare);
    evwatch_free(check);
}

TEST_CASE("asking_for_the_time_with_nowhere_to_put_it_is_refused") {
    Base base;
    CHECK(event_base_gettimeofday_cached(base, nullptr) == -1);
    CHECK(event_base_gettimeofday_cached(nullptr, nullptr) == -1);
    CHECK(event_base_update_cache_time(nullptr) == -1);
    timeval now;
    CHECK(event_gettime_monotonic(nullptr, &now) == -1);
    CHECK(event_gettime_monotonic(base, nullptr) == -1);
}

TEST_CASE("monotonic_time_of_a_base_does_not_go_back") {
    Base base;
    long long last = monotonic_us(base);
    for (int i = 0; i < 1000; ++i) {
        const long long now = monotonic_us(base);
        REQUIRE(now >= last);
        last = now;
    }
}
