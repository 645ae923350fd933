// SPDX-License-Identifier: BSD-3-Clause
#include "base/time.h"

#include <limits>

#include "doctest.h"

using namespace evlet;

namespace {

using Seconds = decltype(timeval::tv_sec);
using Micros = decltype(timeval::tv_usec);
constexpr Seconds kMostSeconds = std::numeric_limits<Seconds>::max();
constexpr Seconds kLeastSeconds = std::numeric_limits<Seconds>::min();

timeval tv(int64_t seconds, int64_t micros) {
    timeval result;
    result.tv_sec = static_cast<Seconds>(seconds);
    result.tv_usec = static_cast<Micros>(micros);
    return result;
}

// Same numbers on every run.
class Numbers {
public:
    uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }
    // Of all magnitudes alike, so that small values and the ends of the range are met.
    int64_t any() {
        const uint64_t bits = next() >> (next() % 64);
        const auto value = static_cast<int64_t>(bits & INT64_MAX);
        return next() & 1 ? value : -value - 1;
    }

private:
    uint64_t state_ = 88172645463325252u;
};

constexpr int kRounds = 20000;

}  // namespace

TEST_CASE("timeval_becomes_nanoseconds") {
    CHECK(from_timeval(tv(0, 0)) == 0);
    CHECK(from_timeval(tv(0, 1)) == 1000);
    CHECK(from_timeval(tv(1, 0)) == 1000000000);
    CHECK(from_timeval(tv(3, 250000)) == 3250000000);
    CHECK(from_timeval(tv(kMostSeconds > INT32_MAX ? INT64_C(4000000000) : INT32_MAX, 0)) ==
          (kMostSeconds > INT32_MAX ? INT64_C(4000000000) : INT32_MAX) * kNanosPerSecond);
}

TEST_CASE("negative_and_unnormalised_timevals_are_understood") {
    CHECK(from_timeval(tv(-1, 0)) == -kNanosPerSecond);
    CHECK(from_timeval(tv(-1, 999999)) == -1000);
    CHECK(from_timeval(tv(0, -5)) == -5000);
    CHECK(from_timeval(tv(0, 2500000)) == 2500000000);
    CHECK(from_timeval(tv(2, -500000)) == 1500000000);
}

TEST_CASE("seconds_beyond_the_range_of_nanoseconds_saturate") {
    if (kMostSeconds > INT32_MAX) {
        CHECK(from_timeval(tv(kMostSeconds, 999999)) == kForever);
        CHECK(from_timeval(tv(kMostSeconds, 0)) == kForever);
        CHECK(from_timeval(tv(kLeastSeconds, 0)) == INT64_MIN);
        CHECK(from_timeval(tv(kLeastSeconds, -999999)) == INT64_MIN);
        CHECK(from_timeval(tv(kForever / kNanosPerSecond, 999999)) == kForever);
        CHECK(from_timeval(tv(kForever / kNanosPerSecond + 1, 0)) == kForever);
    } else {
        CHECK(from_timeval(tv(kMostSeconds, 999999)) ==
              INT32_MAX * kNanosPerSecond + 999999 * kNanosPerMicro);
        CHECK(from_timeval(tv(kLeastSeconds, 0)) == INT32_MIN * kNanosPerSecond);
    }
}

TEST_CASE("microseconds_beyond_the_range_of_nanoseconds_saturate") {
    constexpr Micros most = std::numeric_limits<Micros>::max();
    constexpr Micros least = std::numeric_limits<Micros>::min();
    if (most > INT32_MAX) {
        CHECK(from_timeval(tv(0, most)) == kForever);
        CHECK(from_timeval(tv(0, least)) == INT64_MIN);
    } else {
        CHECK(from_timeval(tv(0, most)) == INT32_MAX * kNanosPerMicro);
        CHECK(from_timeval(tv(0, least)) == INT32_MIN * kNanosPerMicro);
    }
}

TEST_CASE("nanoseconds_become_a_normalised_timeval_rounded_down") {
    CHECK(to_timeval(0).tv_sec == 0);
    CHECK(to_timeval(999).tv_usec == 0);
    CHECK(to_timeval(1000).tv_usec == 1);
    CHECK(to_timeval(1999999999).tv_sec == 1);
    CHECK(to_timeval(1999999999).tv_usec == 999999);
    CHECK(to_timeval(-1).tv_sec == -1);
    CHECK(to_timeval(-1).tv_usec == 999999);
    CHECK(to_timeval(-kNanosPerSecond).tv_sec == -1);
    CHECK(to_timeval(-kNanosPerSecond).tv_usec == 0);
    CHECK(to_timeval(-kNanosPerSecond - 1).tv_sec == -2);
}

TEST_CASE("every_time_survives_the_way_through_a_timeval_to_the_microsecond") {
    Numbers numbers;
    for (int i = 0; i < kRounds; ++i) {
        const Nanos ns = numbers.any();
        if (ns / kNanosPerSecond >= kMostSeconds || ns / kNanosPerSecond <= kLeastSeconds ||
            ns < INT64_MIN + kNanosPerSecond)
            continue;
        const timeval between = to_timeval(ns);
        REQUIRE(between.tv_usec >= 0);
        REQUIRE(between.tv_usec <= 999999);
        const Nanos back = from_timeval(between);
        REQUIRE(back <= ns);
        REQUIRE(ns - back < kNanosPerMicro);
    }
}

TEST_CASE("times_that_time_t_cannot_hold_stay_at_its_ends") {
    const Nanos longest = kForever / kNanosPerSecond;
    const timeval late = to_timeval(kForever);
    CHECK(late.tv_sec == (longest < kMostSeconds ? longest : kMostSeconds));
    const timeval early = to_timeval(-kForever);
    CHECK(early.tv_sec < 0);
    CHECK(early.tv_sec == (-longest - 1 > kLeastSeconds ? -longest - 1 : kLeastSeconds));
}

TEST_CASE("sums_of_times_saturate_and_never_wrap") {
    CHECK(add_saturated(kForever, 1) == kForever);
    CHECK(add_saturated(1, kForever) == kForever);
    CHECK(add_saturated(kForever, kForever) == kForever);
    CHECK(add_saturated(INT64_MIN, -1) == INT64_MIN);
    CHECK(add_saturated(INT64_MIN, INT64_MIN) == INT64_MIN);
    CHECK(add_saturated(kForever, INT64_MIN) == -1);
    Numbers numbers;
    for (int i = 0; i < kRounds; ++i) {
        const Nanos a = numbers.any();
        const Nanos b = numbers.any();
        Nanos expected;
        if (b > 0 && a > kForever - b)
            expected = kForever;
        else if (b < 0 && a < INT64_MIN - b)
            expected = INT64_MIN;
        else
            expected = a + b;
        REQUIRE(add_saturated(a, b) == expected);
        REQUIRE(add_saturated(b, a) == expected);
    }
}

TEST_CASE("waits_are_rounded_up_to_milliseconds") {
    CHECK(to_wait_milliseconds(0, 1000) == 0);
    CHECK(to_wait_milliseconds(1, 1000) == 1);
    CHECK(to_wait_milliseconds(999999, 1000) == 1);
    CHECK(to_wait_milliseconds(1000000, 1000) == 1);
    CHECK(to_wait_milliseconds(1000001, 1000) == 2);
    Numbers numbers;
    constexpr int limit = INT32_MAX;
    for (int i = 0; i < kRounds; ++i) {
        const Nanos ns = numbers.any() & INT64_MAX;
        const int ms = to_wait_milliseconds(ns, limit);
        REQUIRE(ms >= 0);
        if (ms == limit) {
            REQUIRE(ns > (limit - 1) * kNanosPerMilli);
            continue;
        }
        REQUIRE(ms * kNanosPerMilli >= ns);
        REQUIRE((ms - 1) * kNanosPerMilli < ns);
    }
}

TEST_CASE("waits_are_clamped_and_negative_ones_are_for_ever") {
    CHECK(to_wait_milliseconds(-1, 1000) == -1);
    CHECK(to_wait_milliseconds(INT64_MIN, 1000) == -1);
    CHECK(to_wait_milliseconds(kForever, 1000) == 1000);
    CHECK(to_wait_milliseconds(kForever, INT32_MAX) == INT32_MAX);
    CHECK(to_wait_milliseconds(1000 * kNanosPerMilli, 1000) == 1000);
    CHECK(to_wait_milliseconds(999 * kNanosPerMilli + 1, 1000) == 1000);
    CHECK(to_wait_milliseconds(5, 0) == 0);
}
