// SPDX-License-Identifier: BSD-3-Clause
// A socket bufferevent that gets another descriptor, base or priority.
#include <event2/bufferevent_struct.h>
#include <event2/event_compat.h>
#include <event2/watch.h>

#include "socket_support.h"

using namespace evlet_test;

TEST_CASE("another_descriptor_goes_on_with_what_was_enabled_and_what_was_not_sent") {
    Base base;
    SocketPair first, second;
    SocketStream stream(base, first[0], BEV_OPT_CLOSE_ON_FREE);
    const int old = bufferevent_getfd(stream);
    stream.enable(EV_READ);
    first.write(1, "ab");
    settle(base);
    stream.write("out");
    const int fd = dup(second[0]);
    CHECK(bufferevent_setfd(stream, fd) == 0);
    CHECK(bufferevent_getfd(stream) == fd);
    CHECK(is_open(old));
    second.write(1, "cd");
    first.write(1, "lost");
    settle(base);
    CHECK(stream.take() == "abcd");
    CHECK(receive_all(second[1]) == "out");
    CHECK(receive_all(first[1]).empty());
    stream.free();
    CHECK_FALSE(is_open(fd));
    CHECK(is_open(old));
}

TEST_CASE("a_replaced_descriptor_is_closed_if_the_bufferevent_owns_it") {
    NEEDS(duplicates);
    Base base;
    SocketPair pair;
    for (const int options : {0, int(BEV_OPT_CLOSE_ON_FREE)}) {
        const int first = dup(pair[0]);
        const int second = dup(pair[0]);
        SocketStream stream(base, first, options);
        stream.enable(EV_READ);
        CHECK(bufferevent_replacefd(stream, first) == 0);
        CHECK(is_open(first));
        CHECK(bufferevent_replacefd(stream, second) == 0);
        CHECK(bufferevent_getfd(stream) == second);
        CHECK(is_open(first) == (options == 0));
        pair.write(1, "x");
        settle(base);
        CHECK(stream.take() == "x");
        CHECK(bufferevent_replacefd(stream, -1) == 0);
        CHECK(bufferevent_getfd(stream) == -1);
        CHECK(is_open(second) == (options == 0));
        stream.free();
        if (options == 0) {
            close(first);
            close(second);
        }
    }
}

TEST_CASE("without_a_descriptor_everything_waits_for_one") {
    Base base;
    SocketPair pair;
    SocketStream stream(base, -1);
    CHECK(bufferevent_getfd(stream) == -1);
    stream.enable(EV_READ);
    stream.write("early");
    settle(base);
    CHECK(stream.output_length() == 5);
    CHECK(stream.calls() == 0);
    REQUIRE(bufferevent_setfd(stream, pair[0]) == 0);
    pair.write(1, "in");
    settle(base);
    CHECK(receive_all(pair[1]) == "early");
    CHECK(stream.take() == "in");
    REQUIRE(bufferevent_setfd(stream, -1) == 0);
    stream.write("kept");
    pair.write(1, "not seen");
    settle(base);
    CHECK(stream.output_length() == 4);
    CHECK(stream.input_length() == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("a_descriptor_taken_away_in_a_callback_is_not_used_again") {
    Base base;
    SocketPair pair;
    make_buffers_small(pair[0]);
    SocketStream stream(base, pair[0]);
    stream.enable(EV_READ);
    stream.on_read = [&] {
        stream.write("reply");
        bufferevent_setfd(stream, -1);
    };
    pair.write(1, "x");
    settle(base);
    CHECK(receive_all(pair[1]).empty());
    CHECK(stream.output_length() == 5);
    CHECK(stream.events.empty());
    // While a send is told to a callback of the buffer.
    REQUIRE(evbuffer_add_cb(
        stream.output(),
        [](evbuffer*, const evbuffer_cb_info* info, void* bev) {
            if (info->n_deleted)
                bufferevent_setfd(static_cast<bufferevent*>(bev), -1);
        },
        stream.get()));
    stream.write(bytes_of_size(1000000));
    REQUIRE(bufferevent_setfd(stream, pair[0]) == 0);
    settle(base);
    CHECK(stream.output_length() > 0);
    CHECK(bufferevent_getfd(stream) == -1);
    CHECK(stream.events.empty());
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("a_bufferevent_moves_to_another_base_as_it_is") {
    Base first, second;
    SocketPair pair;
    SocketStream stream(first, pair[0]);
    CHECK(bufferevent_base_set(second, stream) == 0);
    CHECK(bufferevent_get_base(stream) == second.get());
    stream.enable(EV_READ);
    stream.write("out");
    pair.write(1, "in");
    settle(first);
    CHECK(stream.calls() == 0);
    settle(second);
    CHECK(stream.take() == "in");
    CHECK(receive_all(pair[1]) == "out");
    CHECK(stream.reads == 1);
    CHECK(stream.writes == 1);
}

TEST_CASE("what_was_written_before_a_move_leaves_in_the_new_base") {
    Base first, second;
    SocketPair pair;
    for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)}) {
        SocketStream stream(first, pair[0], options);
        stream.write("out");
        bufferevent_trigger_event(stream, BEV_EVENT_CONNECTED, BEV_TRIG_DEFER_CALLBACKS);
        CHECK(bufferevent_base_set(second, stream) == 0);
        settle(first);
        CHECK(stream.calls() == 0);
        settle(second);
        CHECK(receive_all(pair[1]) == "out");
        CHECK(stream.events == std::vector<short>{BEV_EVENT_CONNECTED});
        CHECK(stream.writes == 1);
    }
}

TEST_CASE("a_move_while_reading_is_enabled_takes_all_of_it_or_nothing") {
    Base first, second;
    SocketPair pair;
    SocketStream stream(first, pair[0]);
    stream.enable(EV_READ);
    settle(first);
    const bool moved = bufferevent_base_set(second, stream) == 0;
    event_base* const now = moved ? second.get() : first.get();
    event_base* const other = moved ? first.get() : second.get();
    CHECK(bufferevent_get_base(stream) == now);
    pair.write(1, "in");
    settle(other);
    CHECK(stream.calls() == 0);
    settle(now);
    CHECK(stream.take() == "in");
}

TEST_CASE("priority_decides_which_bufferevent_is_called_first") {
    Base base;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)}) {
        SocketPair one, two;
        SocketStream late(base, one[0], options), early(base, two[0], options);
        CHECK(bufferevent_get_priority(late) == 1);
        REQUIRE(bufferevent_priority_set(late, 2) == 0);
        REQUIRE(bufferevent_priority_set(early, 0) == 0);
        CHECK(bufferevent_get_priority(late) == 2);
        CHECK(bufferevent_get_priority(early) == 0);
        CHECK(bufferevent_priority_set(early, 3) == -1);
        CHECK(bufferevent_priority_set(early, -1) == -1);
        CHECK(bufferevent_get_priority(early) == 0);
        std::string order;
        late.on_read = [&] { order += 'l'; };
        early.on_read = [&] { order += 'e'; };
        late.enable(EV_READ);
        early.enable(EV_READ);
        settle(base);
        one.write(1, "x");
        two.write(1, "x");
        settle(base);
        CHECK(order == "el");
    }
}

TEST_CASE("priority_survives_a_descriptor_and_a_write_from_a_more_urgent_callback") {
    Base base;
    REQUIRE(event_base_priority_init(base, 2) == 0);
    SocketPair one, two;
    SocketStream late(base, -1, BEV_OPT_DEFER_CALLBACKS), early(base, two[0]);
    REQUIRE(bufferevent_priority_set(late, 1) == 0);
    REQUIRE(bufferevent_priority_set(early, 0) == 0);
    REQUIRE(bufferevent_setfd(late, one[0]) == 0);
    CHECK(bufferevent_get_priority(late) == 1);
    settle(base);
    TestEvent urgent(base, -1, 0, [&](short) { late.write("x"); });
    REQUIRE(event_priority_set(urgent, 0) == 0);
    event_active(urgent, 0, 0);
    settle(base);
    CHECK(receive_all(one[1]) == "x");
    std::string order;
    late.on_read = [&] { order += 'l'; };
    TestEvent timer(base, -1, 0, [&](short) { order += 'e'; });
    REQUIRE(event_priority_set(timer, 0) == 0);
    // Its callback is due, and so is one that is more urgent but came later.
    bufferevent_trigger(late, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
    event_active(timer, 0, 0);
    settle(base);
    CHECK(order == "el");
}

TEST_CASE("priority_may_change_while_a_call_is_due") {
    Base base;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    SocketPair pair;
    SocketStream stream(base, pair[0], BEV_OPT_DEFER_CALLBACKS);
    for (const int priority : {2, 0, 1, 2, 0}) {
        bufferevent_trigger(stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
        CHECK(bufferevent_priority_set(stream, priority) == 0);
        const int before = stream.reads;
        settle(base);
        CHECK(stream.reads == before + 1);
    }
}

TEST_CASE("priority_and_base_may_change_while_a_call_is_queued_that_has_nothing_left_to_do") {
    Base second;
    for (const bool move : {false, true}) {
        Base base;
        REQUIRE(event_base_priority_init(base, 3) == 0);
        SocketPair pair;
        SocketStream stream(base, pair[0]);
        REQUIRE(bufferevent_priority_set(stream, 0) == 0);
        // Written when the read is active already: that call's end sends it, and the call which was
        // asked for stays behind.
        evwatch* const watcher = evwatch_check_new(
            base,
            [](evwatch*, const evwatch_check_cb_info*, void* s) {
                const auto& written = *static_cast<SocketStream*>(s);
                if (written.reads == 0)
                    written.write("x");
            },
            &stream);
        REQUIRE(watcher);
        bool changed = false;
        const auto change = [&](short) {
            if (!stream.reads || changed)
                return;
            changed = true;
            CHECK(stream.output_length() == 0);
            if (move) {
                REQUIRE(bufferevent_disable(stream, EV_READ) == 0);
                CHECK(bufferevent_base_set(second, stream) == 0);
            } else {
                CHECK(bufferevent_priority_set(stream, 2) == 0);
            }
        };
        TestEvent before(base, pair[0], EV_READ, change), after(base, pair[0], EV_READ, change);
        REQUIRE(event_priority_set(before, 0) == 0);
        REQUIRE(event_priority_set(after, 0) == 0);
        REQUIRE(before.add() == 0);
        stream.enable(EV_READ);
        REQUIRE(after.add() == 0);
        pair.write(1, "x");
        settle(base);
        evwatch_free(watcher);
        CHECK(changed);
        bufferevent_trigger(stream, EV_READ, BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
        settle(move ? second : base);
        CHECK(stream.reads == 2);
        stream.free();
        settle(base);
        settle(second);
    }
}
