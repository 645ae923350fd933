// SPDX-License-Identifier: BSD-3-Clause
// Numbers of descriptors that are closed, used again, or name an open file that others name too.
#include <errno.h>
#include <event2/watch.h>
#include <string.h>
#include <unistd.h>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

void count_pass(evwatch*, const evwatch_prepare_cb_info*, void* count) {
    ++*static_cast<int*>(count);
}

// How many passes the loop makes while it has nothing to do for some milliseconds.
int passes_while_idle(event_base* base) {
    int passes = 0;
    evwatch* watcher = evwatch_prepare_new(base, count_pass, &passes);
    TestEvent timer(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(timer.add_ms(30) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(timer.calls == 1);
    evwatch_free(watcher);
    return passes;
}

// Stale reports cost a pass or two and a poll that ends early another; spinning costs thousands.
constexpr int kFewPasses = 8;

}  // namespace

TEST_CASE("event_of_a_closed_descriptor_can_be_deleted") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    pass(base);
    pair.close(0);
    CHECK(event_del(reader) == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(passes_while_idle(base) <= kFewPasses);
}

TEST_CASE("number_used_again_belongs_to_its_new_file_only") {
    NEEDS(system_descriptors);
    Base base;
    for (const bool wait_between : {false, true}) {
        CAPTURE(wait_between);
        SocketPair old_pair;
        TestEvent old_reader(base, old_pair[0], EV_READ | EV_PERSIST);
        REQUIRE(old_reader.add() == 0);
        pass(base);
        const int number = old_pair[0];
        SocketPair new_pair;
        REQUIRE(dup2(new_pair[0], number) == number);  // closes the old file
        CHECK(event_del(old_reader) == 0);
        if (wait_between)
            pass(base);
        TestEvent new_reader(base, number, EV_READ);
        REQUIRE(new_reader.add() == 0);
        pass(base);
        CHECK(new_reader.calls == 0);
        new_pair.write(1, "x");
        event_base_loop(base, EVLOOP_ONCE);
        CHECK(new_reader.calls == 1);
        CHECK(old_reader.calls == 0);
    }
}

TEST_CASE("number_used_again_between_deleting_and_adding_is_watched") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    for (int round = 0; round < 5; ++round) {
        SocketPair other;
        const int number = other[0];
        TestEvent reader(base, number, EV_READ | EV_PERSIST);
        REQUIRE(reader.add() == 0);
        pass(base);
        REQUIRE(event_del(reader) == 0);
        REQUIRE(dup2(pair[0], number) == number);
        REQUIRE(reader.add() == 0);
        pair.write(1, "x");
        event_base_loop(base, EVLOOP_ONCE);
        CHECK(reader.calls == 1);
        char byte;
        REQUIRE(read(number, &byte, 1) == 1);
    }
}

TEST_CASE("two_numbers_of_one_file_are_both_told") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    const int second = dup(pair[0]);
    REQUIRE(second >= 0);
    {
        TestEvent a(base, pair[0], EV_READ | EV_PERSIST);
        TestEvent b(base, second, EV_READ | EV_PERSIST);
        REQUIRE(a.add() == 0);
        REQUIRE(b.add() == 0);
        pair.write(1, "x");
        pass(base);
        CHECK(a.calls == 1);
        CHECK(b.calls == 1);
        REQUIRE(event_del(a) == 0);
        pass(base);
        CHECK(a.calls == 1);
        CHECK(b.calls == 2);
        REQUIRE(a.add() == 0);
        REQUIRE(event_del(b) == 0);
        pass(base);
        CHECK(a.calls == 2);
        CHECK(b.calls == 2);
    }
    close(second);
}

TEST_CASE("number_deleted_and_closed_leaves_the_other_number_of_its_file") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    const int second = dup(pair[0]);
    REQUIRE(second >= 0);
    TestEvent a(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent b(base, second, EV_READ | EV_PERSIST);
    REQUIRE(a.add() == 0);
    REQUIRE(b.add() == 0);
    pass(base);
    b.free();
    pass(base);
    close(second);
    pair.write(1, "x");
    pass(base);
    CHECK(a.calls == 1);
}

TEST_CASE("descriptor_closed_while_its_copy_lives_on_does_not_make_the_loop_spin") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    SocketPair other;
    TestEvent bystander(base, other[0], EV_READ | EV_PERSIST);
    REQUIRE(bystander.add() == 0);
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    pass(base);
    const int copy = dup(pair[0]);
    REQUIRE(copy >= 0);
    pair.close(0);  // the wrong order: event_del() comes first in a well-behaved program
    CHECK(event_del(reader) == 0);
    pair.write(1, "x");
    CHECK(passes_while_idle(base) <= kFewPasses);
    CHECK(reader.calls == 0);

    // Everybody else is still watched, and so is the copy if asked for.
    other.write(1, "y");
    TestEvent by_copy(base, copy, EV_READ | EV_PERSIST);
    REQUIRE(by_copy.add() == 0);
    event_base_loop(base, EVLOOP_ONCE);
    pass(base);
    CHECK(bystander.calls >= 1);
    CHECK(by_copy.calls >= 1);
    by_copy.free();
    bystander.free();
    close(copy);
}

TEST_CASE("stale_reports_end_once_descriptors_are_left_again") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    pass(base);
    const int copy = dup(pair[0]);
    REQUIRE(copy >= 0);
    pair.close(0);
    CHECK(event_del(reader) == 0);
    pair.write(1, "x");
    {
        CapturedLog log;
        FewDescriptors none(0);
        for (int i = 0; i < 3; ++i) {
            TestEvent timer(base, -1, 0);
            REQUIRE(timer.add_ms(0) == 0);
            event_base_loop(base, EVLOOP_ONCE);
            CHECK(timer.calls == 1);
        }
    }
    CHECK(passes_while_idle(base) <= kFewPasses);
    CHECK(reader.calls == 0);
    close(copy);
}

TEST_CASE("edge_triggered_bystander_survives_a_renewed_set") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    SocketPair other;
    TestEvent bystander(base, other[0], EV_READ | EV_ET | EV_PERSIST, [&](short) {
        char byte;
        while (read(other[0], &byte, 1) == 1) {}
    });
    REQUIRE(bystander.add() == 0);
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    pass(base);
    const int copy = dup(pair[0]);
    REQUIRE(copy >= 0);
    pair.close(0);
    CHECK(event_del(reader) == 0);
    pair.write(1, "x");
    CHECK(passes_while_idle(base) <= kFewPasses);
    const int before = bystander.calls;
    other.write(1, "y");
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(bystander.calls == before + 1);
    CHECK(passes_while_idle(base) <= kFewPasses);
    close(copy);
}
