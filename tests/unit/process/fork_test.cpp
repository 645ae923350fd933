// SPDX-License-Identifier: BSD-3-Clause
// After fork() and event_reinit() both processes go on with their events, apart from each other.
#include <fcntl.h>

#include "process/fork_support.h"

using namespace evlet_test;

namespace {

constexpr int kPersistentRead = EV_READ | EV_PERSIST;

}  // namespace

TEST_CASE("child_and_parent_both_keep_hearing_of_a_descriptor") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &calls);
    REQUIRE(event_add(reader, nullptr) == 0);
    pair.write(1, "a");
    REQUIRE(loop_until(base, calls, 1));
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        CHILD_REQUIRE(event_pending(reader, EV_READ, nullptr) == EV_READ);
        CHILD_REQUIRE(write(pair[1], "b", 1) == 1);
        CHILD_REQUIRE(loop_until(base, calls, 2));
        CHILD_REQUIRE(write(pair[1], "c", 1) == 1);
        CHILD_REQUIRE(loop_until(base, calls, 3));
    });
    CHECK(calls == 1);
    pair.write(1, "d");
    CHECK(loop_until(base, calls, 2));
    event_free(reader);
}

TEST_CASE("changes_that_no_loop_has_seen_yet_reach_both_processes") {
    // With the changelist they are still on the list at the time of the fork.
    Base base;
    SocketPair kept, dropped, added_later;
    int kept_calls = 0, dropped_calls = 0, later_calls = 0;
    event* keep = event_new(base, kept[0], kPersistentRead, count_byte, &kept_calls);
    event* drop = event_new(base, dropped[0], kPersistentRead, count_byte, &dropped_calls);
    event* later = event_new(base, added_later[0], kPersistentRead, count_byte, &later_calls);
    REQUIRE(event_add(drop, nullptr) == 0);
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    REQUIRE(event_add(keep, nullptr) == 0);
    REQUIRE(event_del(drop) == 0);
    auto use = [&](bool& result) {
        result = event_add(later, nullptr) == 0 && write(kept[1], "a", 1) == 1 &&
                 write(dropped[1], "a", 1) == 1 && write(added_later[1], "a", 1) == 1 &&
                 loop_until(base, kept_calls, 1) && loop_until(base, later_calls, 1) &&
                 dropped_calls == 0;
    };
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        bool result;
        use(result);
        CHILD_REQUIRE(result);
    });
    bool result;
    use(result);
    CHECK(result);
    event_free(keep);
    event_free(drop);
    event_free(later);
}

TEST_CASE("event_removed_in_the_child_stays_in_the_parent") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &calls);
    REQUIRE(event_add(reader, nullptr) == 0);
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        CHILD_REQUIRE(event_del(reader) == 0);
        CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
    });
    pair.write(1, "a");
    CHECK(loop_until(base, calls, 1));
    event_free(reader);
}

TEST_CASE("base_freed_in_the_child_goes_on_in_the_parent") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &calls);
    REQUIRE(event_add(reader, nullptr) == 0);
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        event_free(reader);
        event_base_free(base);
    });
    pair.write(1, "a");
    CHECK(loop_until(base, calls, 1));
    event_free(reader);
}

TEST_CASE("event_added_in_the_child_is_unknown_to_the_parent") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_call, &calls);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        CHILD_REQUIRE(event_add(reader, nullptr) == 0);
        CHILD_REQUIRE(write(pair[1], "a", 1) == 1);
        CHILD_REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
        CHILD_REQUIRE(calls == 1);
    });
    // The byte is still there, and the parent's base is not told of it.
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
    CHECK(calls == 0);
    event_free(reader);
}

TEST_CASE("timers_go_on_in_both_processes") {
    Base base;
    int once_calls = 0, repeated_calls = 0;
    event* once = evtimer_new(base, count_call, &once_calls);
    event* repeated = event_new(base, -1, EV_PERSIST, count_call, &repeated_calls);
    const timeval soon = milliseconds(2);
    REQUIRE(event_add(once, &soon) == 0);
    REQUIRE(event_add(repeated, &soon) == 0);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        CHILD_REQUIRE(loop_until(base, once_calls, 1));
        const int so_far = repeated_calls;
        CHILD_REQUIRE(loop_until(base, repeated_calls, so_far + 1));
        CHILD_REQUIRE(once_calls == 1);
    });
    CHECK(once_calls == 0);
    CHECK(loop_until(base, once_calls, 1));
    const int so_far = repeated_calls;
    CHECK(loop_until(base, repeated_calls, so_far + 1));
    event_free(once);
    event_free(repeated);
}

TEST_CASE("common_timeouts_and_once_calls_go_on_in_the_child") {
    Base base;
    int common_calls = 0, once_calls = 0;
    const timeval soon = milliseconds(2);
    const timeval* common = event_base_init_common_timeout(base, &soon);
    REQUIRE(common);
    event* timer = evtimer_new(base, count_call, &common_calls);
    REQUIRE(event_add(timer, common) == 0);
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, count_call, &once_calls, &soon) == 0);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        CHILD_REQUIRE(loop_until(base, common_calls, 1));
        CHILD_REQUIRE(loop_until(base, once_calls, 1));
    });
    CHECK(loop_until(base, common_calls, 1));
    CHECK(loop_until(base, once_calls, 1));
    event_free(timer);
}

TEST_CASE("active_events_are_called_back_in_both_processes") {
    Base base;
    int calls = 0;
    event* user = evuser_new(base, count_call, &calls);
    evuser_trigger(user);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
        CHILD_REQUIRE(calls == 1);
    });
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
    CHECK(calls == 1);
    event_free(user);
}

TEST_CASE("fork_inside_a_callback_leaves_two_working_loops") {
    struct Forker {
        event_base* base;
        int socket;
        int bytes = 0;
        pid_t child = -1;
        int reinit = -1;
    };
    Base base;
    SocketPair pair;
    Forker forker = {base, pair[1]};
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &forker.bytes);
    REQUIRE(event_add(reader, nullptr) == 0);
    event* timer = evtimer_new(
        base,
        [](evutil_socket_t, short, void* argument) {
            auto& f = *static_cast<Forker*>(argument);
            f.child = fork();
            if (f.child == 0)
                f.reinit = event_reinit(f.base);
            else if (f.child > 0)
                event_base_loopbreak(f.base);
        },
        &forker);
    const timeval now = {0, 0};
    REQUIRE(event_add(timer, &now) == 0);
    // The child comes back from this call, too, with the first pass behind it.
    event_base_loop(base, EVLOOP_ONCE);
    REQUIRE(forker.child >= 0);
    if (forker.child == 0) {
        CHILD_REQUIRE(forker.reinit == 0);
        CHILD_REQUIRE(write(forker.socket, "a", 1) == 1);
        CHILD_REQUIRE(loop_until(base, forker.bytes, 1));
        _exit(0);
    }
    int status = -1;
    REQUIRE(waitpid(forker.child, &status, 0) == forker.child);
    CHECK(ended_well(status));
    CHECK(forker.bytes == 0);
    pair.write(1, "b");
    CHECK(loop_until(base, forker.bytes, 1));
    event_free(reader);
    event_free(timer);
}

TEST_CASE("grandchild_may_reinit_a_base_that_was_reinited") {
    Base base;
    SocketPair pair;
    int calls = 0;
    event* reader = event_new(base, pair[0], kPersistentRead, count_byte, &calls);
    REQUIRE(event_add(reader, nullptr) == 0);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        const pid_t grandchild = fork();
        CHILD_REQUIRE(grandchild >= 0);
        if (grandchild == 0) {
            CHILD_REQUIRE(event_reinit(base) == 0);
            CHILD_REQUIRE(event_reinit(base) == 0);
            CHILD_REQUIRE(write(pair[1], "a", 1) == 1);
            CHILD_REQUIRE(loop_until(base, calls, 1));
            _exit(0);
        }
        int status = -1;
        CHILD_REQUIRE(waitpid(grandchild, &status, 0) == grandchild);
        CHILD_REQUIRE(ended_well(status));
        CHILD_REQUIRE(write(pair[1], "b", 1) == 1);
        CHILD_REQUIRE(loop_until(base, calls, 1));
    });
    pair.write(1, "c");
    CHECK(loop_until(base, calls, 1));
    event_free(reader);
}

TEST_CASE("many_descriptors_of_all_kinds_survive_the_reinit") {
    constexpr int kPairs = 40;
    Base base;
    SocketPair pairs[kPairs];
    int calls[kPairs] = {};
    event* events[kPairs];
    for (int i = 0; i < kPairs; ++i) {
        const int what = i % 3 == 0 ? EV_WRITE : EV_READ;
        events[i] = event_new(base, pairs[i][0], static_cast<short>(what | EV_PERSIST), count_call,
                              &calls[i]);
        REQUIRE(event_add(events[i], nullptr) == 0);
    }
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        for (int i = 0; i < kPairs; ++i) {
            if (i % 3 == 1)
                CHILD_REQUIRE(write(pairs[i][1], "a", 1) == 1);
        }
        CHILD_REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
        for (int i = 0; i < kPairs; ++i)
            CHILD_REQUIRE((calls[i] > 0) == (i % 3 != 2));
    });
    for (event* ev : events)
        event_free(ev);
}
