// SPDX-License-Identifier: BSD-3-Clause
// Descriptors that cannot be watched: an error that says so, and nothing has changed.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

bool uses(event_base* base, const char* method) {
    return strcmp(event_base_get_method(base), method) == 0;
}

bool epoll_collects_changes() {
    return getenv("EVENT_EPOLL_USE_CHANGELIST") != nullptr;
}

// Numbers up to 4095, if the system lets us, until the end of the scope.
class ManyDescriptors {
public:
    ManyDescriptors() {
        REQUIRE(getrlimit(RLIMIT_NOFILE, &old_) == 0);
        rlimit limit = old_;
        limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
        REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
    ~ManyDescriptors() { setrlimit(RLIMIT_NOFILE, &old_); }
    ManyDescriptors(const ManyDescriptors&) = delete;
    ManyDescriptors& operator=(const ManyDescriptors&) = delete;

private:
    rlimit old_;
};

// The base is as good as before somebody's event was refused.
void check_undamaged(event_base* base, int events) {
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == events);
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add() == 0);
    pass(base);
    CHECK(reader.calls == 1);
}

}  // namespace

TEST_CASE("event_with_a_negative_descriptor_waits_for_its_timeout_alone") {
    Base base;
    for (const int fd : {-1, -2, -1000000, INT_MIN}) {
        for (const int what : {EV_READ, EV_WRITE, EV_READ | EV_ET, EV_CLOSED}) {
            CAPTURE(fd);
            CAPTURE(what);
            TestEvent ev(base, fd, static_cast<short>(what));
            CHECK(ev.add_ms(0) == 0);
            CHECK(event_base_dispatch(base) == 1);
            CHECK(ev.calls == 1);
            CHECK(ev.told == EV_TIMEOUT);
            CHECK(ev.add() == 0);
            CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
            CHECK(ev.calls == 1);
            CHECK(event_del(ev) == 0);
            CHECK(ev.pending() == 0);
        }
    }
    check_undamaged(base, 0);
}

TEST_CASE("event_with_a_negative_descriptor_can_be_made_to_happen_and_goes_with_its_base") {
    Base base;
    TestEvent ev(base, -1, EV_READ | EV_PERSIST);
    CHECK(ev.add() == 0);
    event_active(ev, EV_READ, 0);
    CHECK(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
    CHECK(ev.calls == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    base.free();
    CHECK(event_initialized(ev));
    event_base* other = event_base_new();
    REQUIRE(other);
    CHECK(event_base_set(other, ev) == 0);  // so that it can be freed
    ev.free();
    event_base_free(other);
}

TEST_CASE("select_refuses_descriptors_above_its_limit_with_a_sentence") {
    NEEDS(system_descriptors);
    Base base;
    if (!uses(base, "select"))
        return;  // the others have no such limit: high_descriptors_work_where_there_is_no_limit
    SocketPair pair;
    TestEvent watched(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(watched.add() == 0);
    const ManyDescriptors many;
    for (const int number : {FD_SETSIZE, FD_SETSIZE + 1, 3000}) {
        CAPTURE(number);
        const int fd = fcntl(pair[0], F_DUPFD, number);
        REQUIRE(fd == number);
        {
            CapturedLog log;
            TestEvent ev(base, fd, EV_READ);
            errno = 0;
            CHECK(ev.add({3600, 0}) == -1);
            CHECK(errno == EINVAL);
            CHECK(log.contains("select needs one below"));
            CHECK(ev.pending() == 0);
            CHECK(event_del(ev) == 0);
        }
        close(fd);
    }
    CHECK(watched.pending() == EV_READ);
    check_undamaged(base, 1);
    const int last = fcntl(pair[0], F_DUPFD, FD_SETSIZE - 1);
    REQUIRE(last == FD_SETSIZE - 1);
    {
        pair.write(1, "x");
        TestEvent ev(base, last, EV_READ);
        CHECK(ev.add() == 0);
        pass(base);
        CHECK(ev.calls == 1);
    }
    close(last);
}

TEST_CASE("high_descriptors_work_where_there_is_no_limit") {
    NEEDS(system_descriptors);
    Base base;
    if (uses(base, "select"))
        return;
    const ManyDescriptors many;
    SocketPair pair;
    const int high = fcntl(pair[0], F_DUPFD, FD_SETSIZE + 100);
    REQUIRE(high > FD_SETSIZE);
    {
        pair.write(1, "x");
        TestEvent reader(base, high, EV_READ);
        REQUIRE(reader.add() == 0);
        pass(base);
        CHECK(reader.calls == 1);
    }
    close(high);
}

TEST_CASE("regular_file_is_refused_by_epoll_and_always_ready_elsewhere") {
    NEEDS(system_descriptors);
    Base base;
    FILE* file = tmpfile();
    REQUIRE(file);
    TestEvent reader(base, fileno(file), EV_READ);
    CapturedLog log;
    if (uses(base, "epoll") && !epoll_collects_changes()) {
        errno = 0;
        CHECK(reader.add({3600, 0}) == -1);
        CHECK(errno == EPERM);
        CHECK(reader.pending() == 0);
        check_undamaged(base, 0);
    } else if (uses(base, "epoll")) {
        // The kernel is asked right before the wait: too late for an error, so it is logged.
        REQUIRE(reader.add() == 0);
        pass(base);
        CHECK(reader.calls == 0);
        CHECK(log.contains("watching fd"));
        CHECK(event_del(reader) == 0);
        check_undamaged(base, 0);
    } else {
        REQUIRE(reader.add() == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(reader.calls == 1);
        CHECK(reader.told == EV_READ);
    }
    reader.free();
    fclose(file);
}

TEST_CASE("numbers_that_are_no_descriptors_are_refused_however_high") {
    Base base;
    for (const int fd : {900, 50000, 1 << 28, INT_MAX}) {
        CAPTURE(fd);
        TestEvent ev(base, fd, EV_READ);
        errno = 0;
        CHECK(ev.add({3600, 0}) == -1);
        CHECK(errno == EBADF);
        CHECK(ev.pending() == 0);
    }
    check_undamaged(base, 0);
}

TEST_CASE("closed_descriptor_is_an_error_or_told_and_can_be_deleted") {
    NEEDS(system_descriptors);
    Base base;
    SocketPair pair;
    const int above = fcntl(pair[0], F_DUPFD, 20);
    REQUIRE(above >= 0);
    const int gone = dup(pair[0]);
    REQUIRE(gone < above);
    {
        // The base knows numbers up to this one.
        TestEvent other(base, above, EV_READ);
        REQUIRE(other.add() == 0);
        pass(base);
    }
    close(above);
    close(gone);
    TestEvent reader(base, gone, EV_READ);
    CapturedLog log;
    if (uses(base, "epoll") && !epoll_collects_changes()) {
        errno = 0;
        CHECK(reader.add() == -1);
        CHECK(errno == EBADF);
    } else if (uses(base, "epoll")) {
        REQUIRE(reader.add() == 0);
        pass(base);
        CHECK(log.contains("watching fd"));
    } else if (uses(base, "poll")) {
        REQUIRE(reader.add() == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(reader.calls == 1);  // told, so that the program finds out
    } else {
        REQUIRE(reader.add() == 0);
        CHECK(event_base_dispatch(base) == -1);
        CHECK(log.contains("select"));
    }
    CHECK(event_del(reader) == 0);
    check_undamaged(base, 0);
}

TEST_CASE("edge_and_level_triggered_events_of_one_descriptor_do_not_mix") {
    Base base;
    SocketPair pair;
    TestEvent level(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent edge(base, pair[0], EV_WRITE | EV_ET | EV_PERSIST);
    CapturedLog log;
    REQUIRE(level.add() == 0);
    CHECK(edge.add({3600, 0}) == -1);
    CHECK(edge.pending() == 0);
    CHECK(log.contains("EV_ET on some events only"));
    pair.write(1, "x");
    pass(base);
    pass(base);
    CHECK(level.calls == 2);
    CHECK(edge.calls == 0);

    REQUIRE(event_del(level) == 0);
    REQUIRE(edge.add() == 0);
    CHECK(level.add() == -1);
    pass(base);
    CHECK(edge.calls == 1);
    CHECK(level.calls == 2);
    REQUIRE(event_del(edge) == 0);
    check_undamaged(base, 0);
}

TEST_CASE("adding_twice_is_adding_once") {
    Base base;
    SocketPair pair;
    pair.write(1, "x");
    TestEvent reader(base, pair[0], EV_READ);
    REQUIRE(reader.add() == 0);
    REQUIRE(reader.add() == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(reader.calls == 1);
}

TEST_CASE("deleting_what_is_not_added_is_no_error") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ);
    CHECK(event_del(reader) == 0);
    REQUIRE(reader.add() == 0);
    CHECK(event_del(reader) == 0);
    CHECK(event_del(reader) == 0);
    CHECK(event_del_block(reader) == 0);
    CHECK(event_del_noblock(reader) == 0);
    check_undamaged(base, 0);
}

TEST_CASE("events_that_are_none_are_refused") {
    CapturedLog log;
    CHECK(event_add(nullptr, nullptr) == -1);
    CHECK(event_del(nullptr) == -1);
    event_active(nullptr, EV_READ, 1);
    event_free(nullptr);
    event loose;
    REQUIRE(event_assign(
                &loose, nullptr, 0, EV_READ, [](evutil_socket_t, short, void*) {}, nullptr) == 0);
    errno = 0;
    CHECK(event_add(&loose, nullptr) == -1);
    CHECK(errno == EINVAL);
    CHECK(event_del(&loose) == -1);
    CHECK(log.contains("has no base"));
    event_debug_unassign(&loose);
}

TEST_CASE("signal_and_descriptor_in_one_event_are_refused") {
    NEEDS(signals);
    Base base;
    CapturedLog log;
    const auto nothing = [](evutil_socket_t, short, void*) {};
    for (const int what : {EV_READ, EV_WRITE, EV_CLOSED}) {
        CHECK(event_new(base, 1, static_cast<short>(EV_SIGNAL | what), nothing, nullptr) ==
              nullptr);
        event ev = {};
        CHECK(event_assign(&ev, base, 1, static_cast<short>(EV_SIGNAL | what), nothing, nullptr) ==
              -1);
        CHECK(event_initialized(&ev) == 0);
    }
    CHECK(log.contains("EV_SIGNAL"));
}

TEST_CASE("descriptor_takes_more_events_than_16_bits_can_count") {
    Base base;
    SocketPair pair;
    std::vector<event> events(65540);
    int calls = 0;
    const auto count = [](evutil_socket_t, short, void* n) { ++*static_cast<int*>(n); };
    for (event& ev : events) {
        REQUIRE(event_assign(&ev, base, pair[0], EV_READ | EV_PERSIST, count, &calls) == 0);
        REQUIRE(event_add(&ev, nullptr) == 0);
    }
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 65540);
    for (size_t i = 0; i + 1 < events.size(); ++i)
        REQUIRE(event_del(&events[i]) == 0);
    pair.write(1, "x");
    pass(base);
    CHECK(calls == 1);
    REQUIRE(event_del(&events.back()) == 0);
    for (event& ev : events)
        event_debug_unassign(&ev);
    check_undamaged(base, 0);
}
