// SPDX-License-Identifier: BSD-3-Clause
// Timeouts of reading and writing. A test that expects none has another timer, later, which shows
// that the time has passed.
#include "socket_support.h"

using namespace evlet_test;

namespace {

constexpr timeval kShort = milliseconds(15);
constexpr timeval kHour = {3600, 0};

// Runs the loop until well after kShort has passed.
void let_short_pass(event_base* base) {
    bool passed = false;
    TestEvent later(base, -1, 0, [&](short) { passed = true; });
    REQUIRE(later.add_ms(60) == 0);
    REQUIRE(run_until(base, [&] { return passed; }));
}

void fill_kernel(SocketStream& stream, event_base* base) {
    while (stream.output_length() == 0) {
        stream.write(bytes_of_size(100000));
        settle(base);
    }
}

}  // namespace

TEST_CASE("a_peer_that_says_nothing_ends_reading_with_a_timeout") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, nullptr) == 0);
    stream.enable(EV_READ);
    const long long before = monotonic_us(base);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(monotonic_us(base) - before >= 14000);
    CHECK(stream.events[0] == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING));
    CHECK(bufferevent_get_enabled(stream) == EV_WRITE);
    let_short_pass(base);
    CHECK(stream.events.size() == 1);
    // Enabled again, it begins anew.
    stream.enable(EV_READ);
    CHECK(run_until(base, [&] { return stream.events.size() == 2; }));
    stream.enable(EV_READ);
    pair.write(1, "x");
    CHECK(run_until(base, [&] { return stream.reads == 1; }));
}

TEST_CASE("each_byte_that_comes_begins_the_read_timeout_anew") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    const timeval limit = milliseconds(500);
    REQUIRE(bufferevent_set_timeouts(stream, &limit, nullptr) == 0);
    stream.enable(EV_READ);
    // A byte every 100 ms for longer than the limit.
    int left = 8;
    TestEvent sender(base, -1, EV_PERSIST, [&](short) {
        if (left-- > 0)
            pair.write(1, "x");
    });
    REQUIRE(sender.add_ms(100) == 0);
    long long last = 0;
    stream.on_read = [&] { last = monotonic_us(base); };
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.reads == 8);
    CHECK(monotonic_us(base) - last >= 490000);
}

TEST_CASE("output_that_nobody_takes_ends_writing_with_a_timeout") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_timeouts(stream, nullptr, &kShort) == 0);
    fill_kernel(stream, base);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events[0] == (BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
    CHECK(bufferevent_get_enabled(stream) == 0);
    CHECK(stream.output_length() > 0);
    const size_t left = stream.output_length();
    receive_all(pair[1]);
    let_short_pass(base);
    CHECK(stream.output_length() == left);
    CHECK(stream.events.size() == 1);
    stream.enable(EV_WRITE);
    settle(base);
    CHECK(stream.output_length() < left);
}

TEST_CASE("without_output_writing_has_no_timeout") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_timeouts(stream, nullptr, &kShort) == 0);
    stream.enable(EV_WRITE);
    stream.write("all of it is taken");
    let_short_pass(base);
    CHECK(stream.writes == 1);
    CHECK(stream.events.empty());
}

TEST_CASE("a_disabled_direction_has_no_timeout") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, &kShort) == 0);
    stream.enable(EV_READ);
    REQUIRE(bufferevent_disable(stream, EV_READ | EV_WRITE) == 0);
    stream.write("kept");
    let_short_pass(base);
    CHECK(stream.events.empty());
}

TEST_CASE("a_reader_that_rests_at_its_high_mark_has_no_timeout") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setwatermark(stream, EV_READ, 0, 2);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, nullptr) == 0);
    stream.enable(EV_READ);
    pair.write(1, "ab");
    settle(base);
    let_short_pass(base);
    CHECK(stream.events.empty());
    CHECK(stream.take() == "ab");
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events[0] == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING));
}

TEST_CASE("timeouts_may_be_set_while_waiting_and_taken_away") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    fill_kernel(stream, base);
    let_short_pass(base);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, &kShort) == 0);
    CHECK(run_until(base, [&] { return stream.events.size() == 2; }));
    CHECK(stream.saw(BEV_EVENT_TIMEOUT | BEV_EVENT_READING));
    CHECK(stream.saw(BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
    stream.enable(EV_READ | EV_WRITE);
    REQUIRE(bufferevent_set_timeouts(stream, nullptr, nullptr) == 0);
    let_short_pass(base);
    CHECK(stream.events.size() == 2);
    REQUIRE(bufferevent_set_timeouts(stream, &kHour, &kHour) == 0);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, nullptr) == 0);
    CHECK(run_until(base, [&] { return stream.events.size() == 3; }));
    CHECK(stream.events[2] == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING));
}

TEST_CASE("a_later_timeout_replaces_an_earlier_one") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, nullptr) == 0);
    stream.enable(EV_READ);
    REQUIRE(bufferevent_set_timeouts(stream, &kHour, nullptr) == 0);
    let_short_pass(base);
    CHECK(stream.events.empty());
}

TEST_CASE("a_timeout_that_is_told_later_is_told_once") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0], BEV_OPT_DEFER_CALLBACKS);
    REQUIRE(bufferevent_set_timeouts(stream, &kShort, nullptr) == 0);
    stream.enable(EV_READ);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    let_short_pass(base);
    CHECK(stream.events.size() == 1);
}

TEST_CASE("a_slow_peer_that_takes_something_now_and_then_is_no_timeout_of_writing") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    const timeval limit = milliseconds(500);
    REQUIRE(bufferevent_set_timeouts(stream, nullptr, &limit) == 0);
    stream.write(bytes_of_size(4000000));
    int left = 8;
    long long last = 0;
    TestEvent taker(base, -1, EV_PERSIST, [&](short) {
        if (left-- > 0) {
            CHECK_FALSE(receive_all(pair[1]).empty());
            last = monotonic_us(base);
        }
    });
    REQUIRE(taker.add_ms(100) == 0);
    CHECK(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events[0] == (BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING));
    CHECK(left <= 0);
    CHECK(monotonic_us(base) - last >= 490000);
}
