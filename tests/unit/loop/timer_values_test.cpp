// SPDX-License-Identifier: BSD-3-Clause
// Durations nobody should pass and some do, and the dates that event_pending() makes of deadlines.
#include <limits.h>
#include <unistd.h>

#include <limits>
#include <type_traits>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

using Seconds = decltype(timeval::tv_sec);
using Micros = decltype(timeval::tv_usec);
constexpr Seconds kMostSeconds = std::numeric_limits<Seconds>::max();
constexpr Seconds kLeastSeconds = std::numeric_limits<Seconds>::min();
constexpr Micros kMostMicros = std::numeric_limits<Micros>::max();
constexpr Micros kLeastMicros = std::numeric_limits<Micros>::min();

struct Odd {
    timeval duration;
    bool due;  // at once, rather than a second or more from now
};

constexpr Odd kOdd[] = {
    {{0, 0}, true},
    {{0, -1}, true},
    {{-1, 0}, true},
    {{-1, 999999}, true},
    {{1, -1000000}, true},
    {{1, -2000000}, true},
    {{0, 1000000}, false},
    {{-1, 2000000}, false},
    {{2, -1000000}, false},
    {{0, 0x50100000}, false},  // as a handle of event_base_init_common_timeout() looks
    {{kMostSeconds, 0}, false},
    {{kMostSeconds, 999999}, false},
    {{kMostSeconds, kMostMicros}, false},
    {{kMostSeconds, -1}, false},
    {{kLeastSeconds, 0}, true},
    {{kLeastSeconds, 999999}, true},
    {{kLeastSeconds, kLeastMicros}, true},
    {{0, kMostMicros}, false},
    {{0, kLeastMicros}, true},
    {{-1, kMostMicros}, false},
    {{1, kLeastMicros}, true},
};

double seconds(const timeval& tv) {
    return static_cast<double>(tv.tv_sec) + static_cast<double>(tv.tv_usec) / 1e6;
}

timeval wall_now() {
    timeval now;
    evutil_gettimeofday(&now, nullptr);
    return now;
}

}  // namespace

TEST_CASE("odd_durations_are_due_or_in_the_future_as_arithmetic_says") {
    for (const Odd& odd : kOdd) {
        CAPTURE(odd.duration.tv_sec);
        CAPTURE(odd.duration.tv_usec);
        Base base;
        TestEvent timer(base, -1, 0);
        REQUIRE(timer.add(odd.duration) == 0);
        CHECK(pass(base) == 0);
        CHECK(timer.calls == (odd.due ? 1 : 0));
        CHECK(timer.pending() == (odd.due ? 0 : EV_TIMEOUT));
    }
}

TEST_CASE("odd_intervals_of_persistent_timers_do_not_make_the_loop_spin") {
    for (const Odd& odd : kOdd) {
        CAPTURE(odd.duration.tv_sec);
        CAPTURE(odd.duration.tv_usec);
        Base base;
        TestEvent timer(base, -1, EV_PERSIST);
        REQUIRE(timer.add(odd.duration) == 0);
        for (int i = 0; i < 3; ++i)
            pass(base);
        CHECK(timer.calls == (odd.due ? 1 : 0));
    }
}

TEST_CASE("endless_timeout_does_not_keep_a_shorter_one_from_firing") {
    Base base;
    TestEvent endless(base, -1, 0);
    TestEvent shorter(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(endless.add({kMostSeconds, 999999}) == 0);
    REQUIRE(shorter.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(shorter.calls == 1);
    CHECK(endless.calls == 0);
}

TEST_CASE("loop_that_waits_for_an_endless_timeout_wakes_for_a_descriptor") {
    Base base;
    SocketPair pair;
    TestEvent endless(base, -1, 0);
    TestEvent reader(base, pair[0], EV_READ, [&](short) { event_base_loopbreak(base); });
    REQUIRE(endless.add({kMostSeconds, 0}) == 0);
    REQUIRE(reader.add() == 0);
    pair.write(1, "x");
    CHECK(event_base_dispatch(base) == 0);
    CHECK(reader.calls == 1);
}

TEST_CASE("expiry_is_now_plus_the_timeout") {
    Base base;
    TestEvent timer(base, -1, 0);
    for (const timeval delay : {timeval{3600, 250000}, timeval{1, 999999}, timeval{0, 1500000}}) {
        const timeval before = wall_now();
        REQUIRE(timer.add(delay) == 0);
        timeval expiry = {-1, -1};
        CHECK(event_pending(timer, EV_TIMEOUT, &expiry) == EV_TIMEOUT);
        const timeval after = wall_now();
        CHECK(expiry.tv_usec >= 0);
        CHECK(expiry.tv_usec < 1000000);
        CHECK(seconds(expiry) >= seconds(before) + seconds(delay) - 0.01);
        CHECK(seconds(expiry) <= seconds(after) + seconds(delay) + 0.01);
    }
}

TEST_CASE("expiry_is_left_alone_when_no_timeout_is_asked_for_or_pending") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    timeval expiry = {-5, -6};
    REQUIRE(reader.add() == 0);
    CHECK(event_pending(reader, EV_READ | EV_TIMEOUT, &expiry) == EV_READ);
    REQUIRE(reader.add({3600, 0}) == 0);
    CHECK(event_pending(reader, EV_READ, &expiry) == EV_READ);
    CHECK(event_pending(reader, EV_WRITE, &expiry) == 0);
    CHECK(expiry.tv_sec == -5);
    CHECK(expiry.tv_usec == -6);
    CHECK(event_pending(reader, EV_READ | EV_TIMEOUT, &expiry) == (EV_READ | EV_TIMEOUT));
    CHECK(expiry.tv_sec > 0);
}

TEST_CASE("expiry_after_2038_is_right_or_the_last_date_there_is") {
    Base base;
    TestEvent timer(base, -1, 0);
    constexpr Seconds forty_years = 40LL * 365 * 24 * 3600;
    const timeval before = wall_now();
    REQUIRE(timer.add({forty_years, 0}) == 0);
    timeval expiry = {};
    REQUIRE(event_pending(timer, EV_TIMEOUT, &expiry) == EV_TIMEOUT);
    if (sizeof(Seconds) >= 8)
        CHECK(seconds(expiry) >= seconds(before) + static_cast<double>(forty_years) - 0.01);
    else
        CHECK(expiry.tv_sec == kMostSeconds);
}

TEST_CASE("expiry_of_an_endless_timeout_is_not_in_the_past") {
    Base base;
    TestEvent timer(base, -1, 0);
    REQUIRE(timer.add({kMostSeconds, 0}) == 0);
    timeval expiry = {};
    REQUIRE(event_pending(timer, EV_TIMEOUT, &expiry) == EV_TIMEOUT);
    CHECK(expiry.tv_sec > wall_now().tv_sec);
}

TEST_CASE("deadlines_beyond_31_bits_of_seconds_are_kept_in_order") {
    constexpr evlet::Nanos after_2038 = (1LL << 31) * evlet::kNanosPerSecond;
    event events[4] = {};
    evlet::TimerHeap heap{};
    const evlet::Nanos deadlines[] = {after_2038 * 3, after_2038 - 1, after_2038 + 1, after_2038};
    for (int i = 0; i < 4; ++i) {
        REQUIRE(heap.reserve(0) == evlet::Status::ok);
        heap.push(events[i], deadlines[i]);
    }
    for (const int expected : {1, 3, 2, 0}) {
        REQUIRE(heap.top() == &events[expected]);
        heap.remove(events[expected]);
    }
    CHECK(heap.top() == nullptr);
    heap.release();
}
