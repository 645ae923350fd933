// SPDX-License-Identifier: BSD-3-Clause
// event_base_get_num_events() and event_base_get_max_events(): the figures that programs written
// for libevent 2.1 see, step by step; the one that differs says so.
#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr unsigned kActive = EVENT_BASE_COUNT_ACTIVE;
constexpr unsigned kAdded = EVENT_BASE_COUNT_ADDED;
constexpr unsigned kVirtual = EVENT_BASE_COUNT_VIRTUAL;
constexpr timeval kHour = {3600, 0};

struct Counts {
    int active, added, most_active, most_added;
};
bool operator==(const Counts& a, const Counts& b) {
    return a.active == b.active && a.added == b.added && a.most_active == b.most_active &&
           a.most_added == b.most_added;
}
doctest::String toString(const Counts& c) {
    return doctest::toString(c.active) + "/" + doctest::toString(c.added) + " at most " +
           doctest::toString(c.most_active) + "/" + doctest::toString(c.most_added);
}

Counts counts(event_base* base) {
    CHECK(event_base_get_num_events(base, kVirtual) == 0);
    CHECK(event_base_get_max_events(base, kVirtual, 0) == 0);
    return {event_base_get_num_events(base, kActive), event_base_get_num_events(base, kAdded),
            event_base_get_max_events(base, kActive, 0),
            event_base_get_max_events(base, kAdded, 0)};
}

}  // namespace

TEST_CASE("fresh_base_counts_nothing_not_even_its_own") {
    Base base;
    CHECK(counts(base) == Counts{0, 0, 0, 0});
    REQUIRE(event_base_init_common_timeout(base, &kHour));
    CHECK(counts(base) == Counts{0, 0, 0, 0});
}

TEST_CASE("timer_counts_once_however_often_it_is_added") {
    Base base;
    TestEvent timer(base, -1, 0, [&](short) { CHECK(counts(base) == Counts{0, 0, 1, 1}); });
    REQUIRE(timer.add(kHour) == 0);
    CHECK(counts(base) == Counts{0, 1, 0, 1});
    REQUIRE(timer.add_ms(1) == 0);
    CHECK(counts(base) == Counts{0, 1, 0, 1});
    CHECK(event_base_dispatch(base) == 1);
    CHECK(counts(base) == Counts{0, 0, 1, 1});
}

// While it waits to be called back it is pending for the next time already, hence the most of 2.
TEST_CASE("persistent_timer_counts_one_while_it_repeats") {
    Base base;
    TestEvent timer(base, -1, EV_PERSIST, [&](short) {
        CHECK(counts(base) == Counts{0, 1, 1, 2});
    });
    REQUIRE(timer.add_ms(1) == 0);
    event_base_loop(base, EVLOOP_ONCE);
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(counts(base) == Counts{0, 1, 1, 2});
    timer.free();
    CHECK(counts(base) == Counts{0, 0, 1, 2});
}

TEST_CASE("descriptor_its_timeout_and_its_activity_count_one_each") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short) {
        CHECK(counts(base) == Counts{0, 2, 1, 3});
    });
    REQUIRE(reader.add() == 0);
    REQUIRE(reader.add() == 0);
    CHECK(counts(base) == Counts{0, 1, 0, 1});
    REQUIRE(reader.add(kHour) == 0);
    CHECK(counts(base) == Counts{0, 2, 0, 2});
    pair.write(1, "x");
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(counts(base) == Counts{0, 2, 1, 3});
    event_active(reader, EV_WRITE, 1);
    event_active(reader, EV_READ, 1);
    CHECK(counts(base) == Counts{1, 3, 1, 3});
    REQUIRE(event_del(reader) == 0);
    CHECK(counts(base) == Counts{0, 0, 1, 3});
}

TEST_CASE("once_call_counts_as_active_or_as_a_timer") {
    Base base;
    const auto nothing = [](evutil_socket_t, short, void*) {};
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, nothing, nullptr, nullptr) == 0);
    CHECK(counts(base) == Counts{1, 1, 1, 1});
    CHECK(event_base_dispatch(base) == 1);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, nothing, nullptr, &kHour) == 0);
    CHECK(counts(base) == Counts{0, 1, 1, 1});
}

TEST_CASE("common_timeouts_count_their_events_and_not_their_own_timer") {
    Base base;
    const timeval ms = milliseconds(1);
    const timeval* common = event_base_init_common_timeout(base, &ms);
    REQUIRE(common);
    TestEvent a(base, -1, 0);
    TestEvent b(base, -1, 0);
    REQUIRE(a.add(*common) == 0);
    REQUIRE(b.add(*common) == 0);
    CHECK(event_base_get_num_events(base, kAdded) == 2);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(event_base_get_num_events(base, kAdded | kActive) == 0);
    CHECK(event_base_get_max_events(base, kAdded, 0) == 2);
}

TEST_CASE("kinds_asked_for_together_are_added_up") {
    Base base;
    TestEvent timer(base, -1, 0);
    TestEvent active(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    event_active(active, 0, 0);
    CHECK(event_base_get_num_events(base, 0) == 0);
    CHECK(event_base_get_num_events(base, kActive | kAdded) == 3);
    CHECK(event_base_get_num_events(base, kActive | kAdded | kVirtual) == 3);
    CHECK(event_base_get_max_events(base, kActive | kAdded, 0) == 3);
    CHECK(event_base_get_max_events(base, 0, 0) == 0);
}

TEST_CASE("maximum_starts_over_when_cleared_for_the_kinds_asked_for") {
    Base base;
    TestEvent timer(base, -1, 0);
    TestEvent other(base, -1, 0);
    REQUIRE(timer.add(kHour) == 0);
    event_active(other, 0, 0);
    pass(base);
    CHECK(event_base_get_max_events(base, kAdded, 1) == 2);
    CHECK(event_base_get_max_events(base, kAdded, 0) == 0);
    CHECK(event_base_get_max_events(base, kActive, 0) == 1);
    REQUIRE(other.add(kHour) == 0);
    CHECK(event_base_get_max_events(base, kAdded, 0) == 2);
    CHECK(event_base_get_max_events(base, kActive | kAdded, 1) == 3);
    CHECK(event_base_get_max_events(base, kActive | kAdded, 0) == 0);
}

TEST_CASE("refused_events_do_not_count") {
    Base base;
    TestEvent bad(base, 1000000, EV_READ);  // a number that nobody has open
    CHECK(bad.add(kHour) == -1);
    CHECK(counts(base) == Counts{0, 0, 0, 0});
}
