// SPDX-License-Identifier: BSD-3-Clause
// In which turn of the loop data leave and callbacks come: replies at once, no waiting for
// "writable" where the kernel has room, nobody starved; deferral and triggers.
#include <event2/watch.h>
#include <fcntl.h>
#include <poll.h>

#include <thread>

#include "socket_support.h"

using namespace evlet_test;

namespace {

// Bytes the kernel holds for whoever reads `fd`.
bool has_bytes(int fd) {
    pollfd entry = {fd, POLLIN, 0};
    return poll(&entry, 1, 0) == 1;
}

}  // namespace

TEST_CASE("a_reply_written_in_the_read_callback_has_left_when_the_handler_ends") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    int most_events = 0;
    bool sent_inside = true;
    stream.on_read = [&] {
        stream.write("reply ");
        stream.write("in one");
        sent_inside = has_bytes(pair[1]);
        most_events = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
    };
    pair.write(1, "request");
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(stream.reads == 1);
    CHECK_FALSE(sent_inside);
    CHECK(receive_all(pair[1]) == "reply in one");
    CHECK(stream.writes == 1);
    // Only reading was ever added.
    CHECK(most_events == 1);
}

TEST_CASE("an_echo_to_another_bufferevent_leaves_right_after_the_callback") {
    Base base;
    SocketPair left, right;
    SocketStream from(base, left[0]), to(base, right[0]);
    from.enable(EV_READ);
    from.on_read = [&] { bufferevent_write_buffer(to, from.input()); };
    // Active in the same pass; the first that is called after it looks.
    bool looked = false, gone = false;
    const auto look = [&](short) {
        if (from.reads && !looked) {
            looked = true;
            gone = has_bytes(right[1]);
        }
    };
    TestEvent second(base, left[0], EV_READ, look), third(base, left[0], EV_READ, look);
    REQUIRE(second.add() == 0);
    REQUIRE(bufferevent_disable(from, EV_READ) == 0);
    from.enable(EV_READ);
    REQUIRE(third.add() == 0);
    left.write(1, "through");
    settle(base);
    CHECK(looked);
    CHECK(gone);
    CHECK(receive_all(right[1]) == "through");
    CHECK(to.writes == 1);
}

TEST_CASE("data_written_before_the_loop_starts_leave_in_its_first_turn") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.write("early");
    CHECK_FALSE(has_bytes(pair[1]));
    pass(base);
    CHECK(receive_all(pair[1]) == "early");
    CHECK(stream.writes == 1);
    CHECK(event_base_get_max_events(base, EVENT_BASE_COUNT_ADDED, 0) <= 1);
}

TEST_CASE("data_written_in_a_timer_leave_before_the_next_callback") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bool gone = false;
    TestEvent second(base, -1, 0, [&](short) { gone = has_bytes(pair[1]); });
    TestEvent first(base, -1, 0, [&](short) { stream.write("timely"); });
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    pass(base);
    CHECK(gone);
    CHECK(receive_all(pair[1]) == "timely");
}

TEST_CASE("a_loop_that_runs_once_returns_after_output_was_sent") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bool too_late = false;
    TestEvent patience(base, -1, 0, [&](short) { too_late = true; });
    REQUIRE(patience.add_ms(10000) == 0);
    stream.write("x");
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(stream.writes == 1);
    CHECK_FALSE(too_late);
}

TEST_CASE("a_loop_with_output_to_send_does_not_end_before_it_is_sent") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.write("x");
    CHECK(event_base_dispatch(base) == 1);
    CHECK(receive_all(pair[1]) == "x");
    CHECK(stream.writes == 1);
}

#if EVLET_PORT_HAS_THREADS
TEST_CASE("a_write_callback_that_always_refills_starves_nobody") {
    Base base;
    SocketPair pair;
    // A peer that is always ready for more.
    std::thread reader([fd = pair[1]] {
        char part[65536];
        pollfd entry = {fd, POLLIN, 0};
        while (poll(&entry, 1, 30000) == 1) {
            if (::recv(fd, part, sizeof part, 0) == 0)
                break;
        }
    });
    {
        SocketStream stream(base, pair[0]);
        SocketPair other;
        SocketStream bystander(base, other[0]);
        bystander.enable(EV_READ);
        constexpr int kTimes = EVLET_PORT_SYSTEM_DESCRIPTORS ? 100000 : 5000;  // in a moment
        int left = kTimes;
        stream.on_write = [&] {
            if (--left > 0)
                stream.write("x");
            else
                event_base_loopbreak(base);
        };
        int ticks = 0;
        TestEvent timer(base, -1, EV_PERSIST, [&](short) { ++ticks; });
        REQUIRE(timer.add_ms(1) == 0);
        other.write(1, "hello");
        int when_heard = 0;
        bystander.on_read = [&] { when_heard = left; };
        stream.write("x");
        event_base_dispatch(base);
        CHECK(left == 0);
        CHECK(when_heard > kTimes - 10);
        CHECK(ticks > 3);
    }
    shutdown(pair[0], SHUT_WR);
    reader.join();
}
#endif

TEST_CASE("a_refill_is_limited_to_two_sends_a_turn") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    int sends = 0;
    stream.on_write = [&] {
        ++sends;
        stream.write("x");
    };
    struct Turns {
        int count;
    } turns = {};
    evwatch* const watcher = evwatch_prepare_new(
        base,
        [](evwatch*, const evwatch_prepare_cb_info*, void* t) { ++static_cast<Turns*>(t)->count; },
        &turns);
    REQUIRE(watcher);
    stream.write("x");
    TestEvent stop(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(stop.add_ms(5) == 0);
    event_base_dispatch(base);
    CHECK(sends > 0);
    // The one that was due, and the one of what its callback added.
    CHECK(sends <= 2 * turns.count + 2);
    evwatch_free(watcher);
    stream.on_write = nullptr;
}

TEST_CASE("only_what_the_kernel_did_not_take_waits_for_room") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    const std::string sent = bytes_of_size(100000);
    stream.write(sent);
    pass(base);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    std::string got;
    for (int i = 0; i < 10000 && got.size() < sent.size(); ++i) {
        got += receive_all(pair[1]);
        pass(base);
    }
    const bool same = got == sent;
    CHECK(same);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    CHECK(stream.writes == 1);
}

TEST_CASE("deferred_callbacks_come_once_for_all_reasons_in_their_order") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0], BEV_OPT_DEFER_CALLBACKS);
    bufferevent_trigger_event(stream, BEV_EVENT_EOF | BEV_EVENT_READING, 0);
    bufferevent_trigger(stream, EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS);
    bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
    bufferevent_trigger_event(stream, BEV_EVENT_CONNECTED, 0);
    bufferevent_trigger(stream, EV_READ | EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS);
    CHECK(stream.order.empty());
    pass(base);
    CHECK(stream.order == "erwe");
    CHECK(stream.events ==
          std::vector<short>{BEV_EVENT_CONNECTED, BEV_EVENT_EOF | BEV_EVENT_READING});
    settle(base);
    CHECK(stream.order == "erwe");
}

TEST_CASE("a_deferred_bufferevent_never_calls_inside_a_call_of_the_program") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0], BEV_OPT_DEFER_CALLBACKS);
    bool inside = false;
    stream.on_read = [&] {
        CHECK_FALSE(inside);
        inside = true;
        bufferevent_trigger(stream, EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS);
        bufferevent_trigger_event(stream, BEV_EVENT_TIMEOUT, 0);
        inside = false;
    };
    stream.on_write = [&] { CHECK_FALSE(inside); };
    stream.on_event = [&](short) { CHECK_FALSE(inside); };
    stream.enable(EV_READ);
    pair.write(1, "x");
    settle(base);
    CHECK(stream.reads == 1);
    CHECK(stream.writes == 1);
    CHECK(stream.events.size() == 1);
}

TEST_CASE("a_deferred_callback_that_triggers_itself_does_not_starve_the_loop") {
    Base base;
    SocketStream stream(base, -1, BEV_OPT_DEFER_CALLBACKS);
    stream.on_read = [&] { bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS); };
    bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
    TestEvent stop(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(stop.add_ms(2) == 0);
    event_base_dispatch(base);
    CHECK(stream.reads > 1);
    CHECK(stop.calls == 1);
}

TEST_CASE("a_trigger_obeys_the_watermarks_unless_told_otherwise") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    pair.write(1, "abc");
    pass(base);
    REQUIRE(stream.reads == 1);
    bufferevent_setwatermark(stream, EV_READ, 4, 0);
    bufferevent_trigger(stream, EV_READ, 0);
    CHECK(stream.reads == 1);
    bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
    CHECK(stream.reads == 2);
    bufferevent_setwatermark(stream, EV_READ, 3, 0);
    bufferevent_trigger(stream, EV_READ, 0);
    CHECK(stream.reads == 3);
    REQUIRE(bufferevent_disable(stream, EV_WRITE) == 0);
    stream.write("def");
    bufferevent_trigger(stream, EV_WRITE, 0);
    CHECK(stream.writes == 0);
    bufferevent_setwatermark(stream, EV_WRITE, 3, 0);
    bufferevent_trigger(stream, EV_WRITE, 0);
    CHECK(stream.writes == 1);
    bufferevent_setwatermark(stream, EV_WRITE, 2, 0);
    bufferevent_trigger(stream, EV_WRITE, 0);
    CHECK(stream.writes == 1);
    bufferevent_trigger(stream, EV_READ | EV_WRITE, BEV_TRIG_IGNORE_WATERMARKS);
    CHECK(stream.writes == 2);
    CHECK(stream.reads == 4);
    bufferevent_trigger(stream, 0, BEV_TRIG_IGNORE_WATERMARKS);
    CHECK(stream.calls() == 6);
}

TEST_CASE("a_trigger_may_be_deferred_where_the_bufferevent_is_not") {
    Base base;
    SocketStream stream(base, -1);
    bufferevent_trigger(stream, EV_READ, BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
    bufferevent_trigger(stream, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
    bufferevent_trigger_event(stream, BEV_EVENT_EOF, BEV_TRIG_DEFER_CALLBACKS);
    CHECK(stream.calls() == 0);
    bufferevent_trigger_event(stream, BEV_EVENT_TIMEOUT, 0);
    CHECK(stream.events == std::vector<short>{BEV_EVENT_TIMEOUT});
    pass(base);
    CHECK(stream.order == "erwe");
    CHECK(stream.saw(BEV_EVENT_EOF));
}

TEST_CASE("deferred_callbacks_count_as_active_events") {
    Base base;
    SocketStream stream(base, -1, BEV_OPT_DEFER_CALLBACKS);
    bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    CHECK(stream.reads == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 0);
}

TEST_CASE("a_base_freed_with_calls_due_makes_none_of_them") {
    for (const bool kept : {false, true}) {
        Base base;
        SocketPair pair;
        SocketStream stream(base, pair[0], BEV_OPT_DEFER_CALLBACKS);
        stream.enable(EV_READ);
        stream.write("never sent");
        bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
        bufferevent_trigger_event(stream, BEV_EVENT_EOF, 0);
        if (kept)
            bufferevent_incref(stream);
        bufferevent* const bev = stream.get();
        stream.free();
        if (kept)
            CHECK(bufferevent_decref(bev) == 1);
        base.free();
        CHECK(stream.calls() == 0);
        CHECK(receive_all(pair[1]).empty());
    }
}

TEST_CASE("a_write_callback_is_called_once_when_writing_is_enabled_with_nothing_to_send") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    pass(base);
    CHECK(stream.writes == 0);
    stream.enable(EV_WRITE);
    pass(base);
    pass(base);
    CHECK(stream.writes == 1);
    REQUIRE(bufferevent_disable(stream, EV_WRITE) == 0);
    stream.enable(EV_WRITE);
    pass(base);
    pass(base);
    CHECK(stream.writes == 2);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("without_a_write_callback_enabling_writing_waits_for_nothing") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, pair[0]);
    bufferevent_setcb(stream, nullptr, nullptr, nullptr, nullptr);
    stream.enable(EV_WRITE);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("bufferevents_that_write_to_each_other_for_ever_do_not_keep_the_loop_from_its_timers") {
    NEEDS(system_descriptors);
    Base base;
    const int sinks[2] = {open("/dev/null", O_WRONLY), open("/dev/null", O_WRONLY)};
    SocketStream one(base, sinks[0]), two(base, sinks[1]);
    one.on_write = [&] { two.write("x"); };
    two.on_write = [&] { one.write("x"); };
    bool fired = false;
    TestEvent timer(base, -1, 0, [&](short) {
        fired = true;
        event_base_loopbreak(base);
    });
    REQUIRE(timer.add_ms(1) == 0);
    one.write("x");
    event_base_dispatch(base);
    CHECK(fired);
    one.free();
    two.free();
    close(sinks[0]);
    close(sinks[1]);
}
