// SPDX-License-Identifier: BSD-3-Clause
// Descriptor events with a timeout: the longest silence for persistent ones, the longest wait for
// the others.
#include <unistd.h>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};
constexpr evlet::Nanos kHourNanos = 3600 * evlet::kNanosPerSecond;

void eat(int fd) {
    char byte;
    CHECK(read(fd, &byte, 1) == 1);
}

}  // namespace

TEST_CASE("silent_descriptor_is_told_its_timeout_and_no_more") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add_ms(1) == 0);
    CHECK(reader.pending() == (EV_READ | EV_TIMEOUT));
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 1);
    CHECK(reader.told == EV_TIMEOUT);
    CHECK(reader.pending() == 0);
    pair.write(1, "x");
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 1);
}

TEST_CASE("data_in_time_takes_the_timeout_of_a_one_shot_event_away") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add(kHour) == 0);
    pair.write(1, "x");
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 1);
    CHECK(reader.told == EV_READ);
    CHECK(reader.pending() == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("data_restarts_the_timeout_of_a_persistent_event") {
    Base base;
    SocketPair pair;
    TestEvent* self = nullptr;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short what) {
        CHECK(what == EV_READ);
        eat(pair[0]);
        CHECK(evlet::deadline(*self->get()) == base.get()->cached_now + kHourNanos);
    });
    self = &reader;
    REQUIRE(reader.add(kHour) == 0);
    const evlet::Nanos first = evlet::deadline(*reader.get());
    wait_for_the_clock(base);
    for (int round = 0; round < 3; ++round) {
        pair.write(1, "x");
        event_base_loop(base, EVLOOP_ONCE);
        CHECK(reader.pending() == (EV_READ | EV_TIMEOUT));
    }
    CHECK(reader.calls == 3);
    CHECK(evlet::deadline(*reader.get()) > first);
}

TEST_CASE("restarted_timeout_fires_when_silence_comes") {
    Base base;
    SocketPair pair;
    TestEvent* self = nullptr;
    int silences = 0;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short what) {
        if (what & EV_READ)
            eat(pair[0]);
        else if (++silences == 3)
            event_del(*self);
    });
    self = &reader;
    pair.write(1, "xx");
    REQUIRE(reader.add_ms(2) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(silences == 3);
    CHECK(reader.calls >= 5);
}

TEST_CASE("persistent_event_stays_readable_after_its_timeout") {
    Base base;
    SocketPair pair;
    TestEvent* self = nullptr;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short what) {
        if (what == EV_TIMEOUT && self->calls == 1)
            pair.write(1, "x");
        if (what & EV_READ)
            event_base_loopbreak(base);
    });
    self = &reader;
    REQUIRE(reader.add_ms(3) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK((reader.told & EV_READ) != 0);
    CHECK(reader.calls >= 2);
}

TEST_CASE("data_and_timeout_in_one_pass_make_one_call") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add_ms(0) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 1);
    CHECK((reader.told & EV_TIMEOUT) != 0);
}

TEST_CASE("adding_again_without_a_timeout_leaves_the_one_before") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add(kHour) == 0);
    const evlet::Nanos deadline = evlet::deadline(*reader.get());
    REQUIRE(reader.add() == 0);
    CHECK(reader.pending() == (EV_READ | EV_TIMEOUT));
    CHECK(evlet::deadline(*reader.get()) == deadline);
}

TEST_CASE("adding_again_with_a_timeout_replaces_or_brings_it") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add() == 0);
    CHECK(reader.pending() == EV_READ);
    REQUIRE(reader.add(kHour) == 0);
    CHECK(reader.pending() == (EV_READ | EV_TIMEOUT));
    REQUIRE(reader.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.told == EV_TIMEOUT);
    CHECK(reader.calls == 1);
}

TEST_CASE("remove_timer_leaves_the_descriptor_watched") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short) { eat(pair[0]); });
    REQUIRE(reader.add_ms(0) == 0);
    CHECK(event_remove_timer(reader) == 0);
    CHECK(reader.pending() == EV_READ);
    pass(base);
    CHECK(reader.calls == 0);
    for (int i = 1; i <= 2; ++i) {
        pair.write(1, "x");
        event_base_loop(base, EVLOOP_ONCE);
        CHECK(reader.calls == i);
        CHECK(reader.told == EV_READ);
        CHECK(reader.pending() == EV_READ);  // data does not bring the timeout back
    }
}

TEST_CASE("remove_timer_in_the_callback_ends_the_restarts") {
    Base base;
    SocketPair pair;
    TestEvent* self = nullptr;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short) {
        eat(pair[0]);
        CHECK(event_remove_timer(*self) == 0);
    });
    self = &reader;
    REQUIRE(reader.add(kHour) == 0);
    pair.write(1, "x");
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(reader.pending() == EV_READ);
    pair.write(1, "x");
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(reader.calls == 2);
    CHECK(reader.pending() == EV_READ);
}

TEST_CASE("two_events_of_a_descriptor_keep_separate_timeouts") {
    Base base;
    SocketPair pair;
    TestEvent patient(base, pair[0], EV_READ);
    TestEvent hasty(base, pair[0], EV_READ);
    REQUIRE(patient.add(kHour) == 0);
    REQUIRE(hasty.add_ms(1) == 0);
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(hasty.told == EV_TIMEOUT);
    CHECK(patient.calls == 0);
    CHECK(patient.pending() == (EV_READ | EV_TIMEOUT));
    pair.write(1, "x");
    CHECK(event_base_dispatch(base) == 1);
    CHECK(patient.told == EV_READ);
    CHECK(hasty.calls == 1);
}

TEST_CASE("activating_a_persistent_event_restarts_its_timeout") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent timer(base, -1, EV_PERSIST, [&](short what) {
        CHECK(what == EV_WRITE);
        CHECK(evlet::deadline(*self->get()) == base.get()->cached_now + kHourNanos);
    });
    self = &timer;
    REQUIRE(timer.add(kHour) == 0);
    event_active(timer, EV_WRITE, 0);
    pass(base);
    CHECK(timer.calls == 1);
    CHECK(timer.pending() == EV_TIMEOUT);
}
