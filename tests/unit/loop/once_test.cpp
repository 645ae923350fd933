// SPDX-License-Identifier: BSD-3-Clause
// event_base_once() in all its forms.
#include <errno.h>
#include <unistd.h>

#include <string>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};
constexpr timeval kNow = {0, 0};
constexpr timeval kPast = {-3, 0};

struct Told {
    int calls = 0;
    evutil_socket_t fd = -77;
    short what = 0;
};

void note(evutil_socket_t fd, short what, void* argument) {
    auto& told = *static_cast<Told*>(argument);
    ++told.calls;
    told.fd = fd;
    told.what = what;
}

}  // namespace

TEST_CASE("once_with_a_timeout_of_nothing_is_called_in_the_next_pass") {
    Base base;
    for (const timeval* timeout : {static_cast<const timeval*>(nullptr), &kNow, &kPast}) {
        Told told;
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, note, &told, timeout) == 0);
        CHECK(told.calls == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(told.calls == 1);
        CHECK(told.fd == -1);
        CHECK(told.what == EV_TIMEOUT);
    }
}

TEST_CASE("once_with_a_timeout_is_called_after_it") {
    Base base;
    Told told;
    const timeval delay = milliseconds(3);
    const long long before = monotonic_us(base);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, note, &told, &delay) == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(told.calls == 1);
    CHECK(monotonic_us(base) - before >= 3000);
}

TEST_CASE("once_for_a_descriptor_is_called_once") {
    Base base;
    SocketPair pair;
    Told reading;
    Told writing;
    pair.write(1, "x");
    REQUIRE(event_base_once(base, pair[0], EV_READ, note, &reading, nullptr) == 0);
    REQUIRE(event_base_once(base, pair[0], EV_WRITE, note, &writing, &kHour) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reading.calls == 1);
    CHECK(reading.fd == pair[0]);
    CHECK(reading.what == EV_READ);
    CHECK(writing.calls == 1);
    CHECK(writing.what == EV_WRITE);
}

TEST_CASE("once_for_a_silent_descriptor_is_told_its_timeout") {
    Base base;
    SocketPair pair;
    Told told;
    const timeval delay = milliseconds(1);
    for (const int what : {EV_READ, EV_READ | EV_TIMEOUT}) {
        told = {};
        REQUIRE(event_base_once(base, pair[0], static_cast<short>(what), note, &told, &delay) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(told.calls == 1);
        CHECK(told.what == EV_TIMEOUT);
    }
}

TEST_CASE("once_for_a_close_is_told_it") {
    Base base;
    if (!(event_base_get_features(base) & EV_FEATURE_EARLY_CLOSE))
        return;  // select cannot tell
    SocketPair pair;
    Told told;
    REQUIRE(event_base_once(base, pair[0], EV_CLOSED, note, &told, nullptr) == 0);
    pair.close(1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(told.what == EV_CLOSED);
}

TEST_CASE("once_that_makes_no_sense_is_refused_and_never_called") {
    Base base;
    SocketPair pair;
    Told told;
    for (const int what : {0, int(EV_SIGNAL), EV_READ | EV_PERSIST, EV_TIMEOUT | EV_PERSIST,
                           int(EV_PERSIST), EV_SIGNAL | EV_TIMEOUT, int(EV_ET)}) {
        CAPTURE(what);
        errno = 0;
        CHECK(event_base_once(base, pair[0], static_cast<short>(what), note, &told, &kNow) == -1);
        CHECK(errno == EINVAL);
    }
    CHECK(event_base_once(base, -1, EV_TIMEOUT, nullptr, &told, nullptr) == -1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(told.calls == 0);
}

TEST_CASE("once_calls_may_make_once_calls") {
    Base base;
    struct State {
        event_base* base;
        int left;
    } state = {base, 5};
    struct Chain {
        static void call(evutil_socket_t, short, void* argument) {
            auto& s = *static_cast<State*>(argument);
            if (--s.left > 0)
                CHECK(event_base_once(s.base, -1, EV_TIMEOUT, call, &s, nullptr) == 0);
        }
    };
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, Chain::call, &state, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(state.left == 0);
}

TEST_CASE("many_once_calls_are_each_made_once") {
    Base base;
    Told told;
    for (int i = 0; i < 300; ++i) {
        const timeval delay = {0, static_cast<suseconds_t>(i % 7 * 100)};
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, note, &told, &delay) == 0);
    }
    CHECK(event_base_dispatch(base) == 1);
    CHECK(told.calls == 300);
}

#if EVLET_MEM_HOOKS
TEST_CASE("once_calls_that_never_come_are_freed_with_their_base") {
    FailingMemory memory;
    const long before = memory.outstanding();
    Told told;
    {
        SocketPair pair;
        Base base;
        const timeval* common = event_base_init_common_timeout(base, &kHour);
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, note, &told, nullptr) == 0);
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, note, &told, &kHour) == 0);
        REQUIRE(event_base_once(base, -1, EV_TIMEOUT, note, &told, common) == 0);
        REQUIRE(event_base_once(base, pair[0], EV_READ, note, &told, &kHour) == 0);
        REQUIRE(event_base_loopexit(base, &kHour) == 0);
    }
    CHECK(memory.outstanding() == before);
    CHECK(told.calls == 0);
}
#endif
