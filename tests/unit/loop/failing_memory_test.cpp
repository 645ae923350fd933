// SPDX-License-Identifier: BSD-3-Clause
// Every call that allocates, with its first, second, third ... allocation failing until none does:
// the call says so, leaves everything as it was, and leaks nothing.
#include <errno.h>
#include <event2/thread.h>
#include <event2/util.h>
#include <event2/watch.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

#if EVLET_MEM_HOOKS

namespace {

constexpr timeval kHour = {3600, 0};

// What `call` makes fails at its n-th allocation, n = 1, 2 ..., until it allocates no more than
// that. `call` answers whether it succeeded; `unchanged` runs after each failure. Returns how many
// failures there were.
int fail_each_allocation(FailingMemory& memory, const std::function<bool()>& call,
                         const std::function<void()>& unchanged = nullptr) {
    for (int n = 1; n < 100; ++n) {
        CAPTURE(n);
        const long before = memory.outstanding();
        errno = 0;
        memory.fail_at(n, n % 2 == 0);
        const bool succeeded = call();
        const int error = errno;
        const bool met = memory.failed();
        memory.stop_failing();
        if (!met) {
            CHECK(succeeded);
            return n - 1;
        }
        CHECK_FALSE(succeeded);
        CHECK(error == ENOMEM);
        if (unchanged)
            unchanged();
        // Tables and a waker that were made on the way may stay; there are few of them, and the
        // base frees them.
        CHECK(memory.outstanding() - before <= 4);
    }
    FAIL("it never succeeds");
    return 0;
}

void nothing(evutil_socket_t, short, void*) {}

// What a base tells of itself.
struct State {
    int active, added, priorities;
    explicit State(event_base* base)
        : active(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE)),
          added(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED)),
          priorities(event_base_get_npriorities(base)) {}
    bool operator==(const State& other) const {
        return active == other.active && added == other.added && priorities == other.priorities;
    }
};

}  // namespace

TEST_CASE("configuration_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    event_config* config = nullptr;
    CHECK(fail_each_allocation(memory, [&] { return (config = event_config_new()) != nullptr; }) ==
          1);
    CHECK(fail_each_allocation(
              memory, [&] { return event_config_avoid_method(config, "select") == 0; }) == 1);
    event_config_free(config);
    CHECK(memory.outstanding() == before);
}

TEST_CASE("base_without_memory") {
    for (const int flags :
         {0, int(EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST), int(EVENT_BASE_FLAG_PRECISE_TIMER)}) {
        event_config* config = config_under_test(flags);
        FailingMemory memory;
        CapturedLog log;
        const long before = memory.outstanding();
        event_base* base = nullptr;
        const int failures = fail_each_allocation(
            memory, [&] { return (base = event_base_new_with_config(config)) != nullptr; },
            [&] { CHECK(memory.outstanding() == before); });
        CHECK(failures >= 1);
        event_base_free(base);
        CHECK(memory.outstanding() == before);
        event_config_free(config);
    }
}

TEST_CASE("priorities_without_memory") {
    Base base;
    FailingMemory memory;
    TestEvent urgent(base, -1, 0);
    CHECK(fail_each_allocation(
              memory, [&] { return event_base_priority_init(base, 9) == 0; },
              [&] { CHECK(event_base_get_npriorities(base) == 1); }) == 1);
    CHECK(event_base_get_npriorities(base) == 9);
    REQUIRE(event_priority_set(urgent, 8) == 0);
    event_active(urgent, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(urgent.calls == 1);
}

TEST_CASE("event_without_memory") {
    Base base;
    FailingMemory memory;
    event* ev = nullptr;
    const long before = memory.outstanding();
    CHECK(fail_each_allocation(
              memory, [&] { return (ev = event_new(base, -1, 0, nothing, nullptr)) != nullptr; },
              [&] { CHECK(memory.outstanding() == before); }) == 1);
    event_free(ev);
    CHECK(memory.outstanding() == before);
}

TEST_CASE("descriptor_events_without_memory") {
    NEEDS(system_descriptors);
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        SocketPair pair;
        pair.write(1, "x");
        // Numbers far apart, so that every table has to grow several times.
        for (const int above : {3, 40, 130, 300, 700}) {
            CAPTURE(above);
            const int fd = fcntl(pair[0], F_DUPFD, above);
            REQUIRE(fd >= above);
            {
                TestEvent reader(base, fd, EV_READ);
                const State state(base);
                fail_each_allocation(
                    memory, [&] { return reader.add(kHour) == 0; },
                    [&] {
                        CHECK(reader.pending() == 0);
                        CHECK(State(base) == state);
                        pass(base);
                        CHECK(reader.calls == 0);
                    });
                CHECK(reader.pending() == (EV_READ | EV_TIMEOUT));
                pass(base);
                CHECK(reader.calls == 1);
            }
            close(fd);
        }
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("many_descriptor_events_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        std::vector<std::unique_ptr<SocketPair>> pairs;
        std::vector<std::unique_ptr<TestEvent>> readers;
        for (int i = 0; i < 80; ++i) {
            pairs.push_back(std::make_unique<SocketPair>());
            pairs[i]->write(1, "x");
            readers.push_back(
                std::make_unique<TestEvent>(base, (*pairs[i])[0], EV_READ | EV_PERSIST));
            TestEvent& reader = *readers.back();
            fail_each_allocation(
                memory, [&] { return reader.add() == 0; }, [&] { CHECK(reader.pending() == 0); });
            CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == i + 1);
        }
        // A wait that has no memory to tell more at once tells the rest in the next passes.
        memory.fail_at(1, true);
        for (int i = 0; i < 4; ++i)
            CHECK(evlet_test::pass(base) == 0);
        memory.stop_failing();
        for (const auto& reader : readers)
            CHECK(reader->calls >= 1);
        // Removal needs no memory.
        memory.fail_at(1, true);
        for (const auto& reader : readers)
            CHECK(event_del(*reader) == 0);
        memory.stop_failing();
        CHECK(event_base_dispatch(base) == 1);
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("timers_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        std::vector<std::unique_ptr<TestEvent>> timers;
        int failures = 0;
        for (int i = 0; i < 40; ++i) {
            timers.push_back(std::make_unique<TestEvent>(base, -1, 0));
            TestEvent& timer = *timers.back();
            failures += fail_each_allocation(
                memory, [&] { return timer.add_ms(i % 5) == 0; },
                [&] { CHECK(timer.pending() == 0); });
            CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == i + 1);
        }
        CHECK(failures >= 2);
        // What is pending can be re-added, fired and repeated without memory.
        memory.fail_at(1, true);
        for (const auto& timer : timers)
            CHECK(timer->add_ms(1) == 0);
        CHECK(event_base_dispatch(base) == 1);
        CHECK_FALSE(memory.failed());
        memory.stop_failing();
        for (const auto& timer : timers)
            CHECK(timer->calls == 1);
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("timeout_that_finds_no_memory_leaves_the_descriptor_and_its_old_timeout") {
    Base base;
    SocketPair pair;
    FailingMemory memory;
    std::vector<std::unique_ptr<TestEvent>> filler;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(reader.add() == 0);
    // Fill the heap until the next timer needs memory.
    for (;;) {
        memory.fail_at(1);
        const bool added = reader.add(kHour) == 0;
        memory.stop_failing();
        if (!added)
            break;
        REQUIRE(event_remove_timer(reader) == 0);
        filler.push_back(std::make_unique<TestEvent>(base, -1, 0));
        REQUIRE(filler.back()->add(kHour) == 0);
        REQUIRE(filler.size() < 100);
    }
    CHECK(reader.pending() == EV_READ);
    pair.write(1, "x");
    pass(base);
    CHECK(reader.calls == 1);
    REQUIRE(reader.add(kHour) == 0);
    CHECK(reader.pending() == (EV_READ | EV_TIMEOUT));
}

TEST_CASE("once_and_loopexit_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        SocketPair pair;
        const State state(base);
        const auto unchanged = [&] { CHECK(State(base) == state); };
        int calls = 0;
        const auto count = [](evutil_socket_t, short, void* n) { ++*static_cast<int*>(n); };
        CHECK(fail_each_allocation(
                  memory,
                  [&] {
                      return event_base_once(base, pair[0], EV_WRITE, count, &calls, &kHour) == 0;
                  },
                  unchanged) >= 1);
        pass(base);
        CHECK(calls == 1);
        CHECK(
            fail_each_allocation(
                memory,
                [&] { return event_base_once(base, -1, EV_TIMEOUT, count, &calls, nullptr) == 0; },
                unchanged) == 1);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(calls == 2);
        CHECK(fail_each_allocation(
                  memory, [&] { return event_base_loopexit(base, nullptr) == 0; }, unchanged) == 1);
        CHECK(event_base_dispatch(base) == 0);
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("common_timeouts_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        std::vector<std::unique_ptr<TestEvent>> events;
        for (int i = 0; i < 20; ++i) {
            const timeval duration = milliseconds(i);
            const timeval* handle = nullptr;
            CHECK(fail_each_allocation(memory, [&] {
                      handle = event_base_init_common_timeout(base, &duration);
                      return handle != nullptr;
                  }) >= 2);
            for (int k = 0; k < 3; ++k) {
                events.push_back(std::make_unique<TestEvent>(base, -1, 0));
                TestEvent& ev = *events.back();
                fail_each_allocation(
                    memory, [&] { return ev.add(*handle) == 0; },
                    [&] { CHECK(ev.pending() == 0); });
            }
        }
        memory.fail_at(1, true);
        CHECK(event_base_dispatch(base) == 1);
        CHECK_FALSE(memory.failed());
        memory.stop_failing();
        for (const auto& ev : events)
            CHECK(ev->calls == 1);
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("watchers_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        evwatch* watcher = nullptr;
        const auto prepare = [](evwatch*, const evwatch_prepare_cb_info*, void*) {};
        const auto check = [](evwatch*, const evwatch_check_cb_info*, void*) {};
        CHECK(fail_each_allocation(memory, [&] {
                  return (watcher = evwatch_prepare_new(base, prepare, nullptr)) != nullptr;
              }) == 2);
        evwatch_free(watcher);
        CHECK(fail_each_allocation(memory, [&] {
                  return (watcher = evwatch_check_new(base, check, nullptr)) != nullptr;
              }) == 1);
        evwatch_free(watcher);
    }
    CHECK(memory.outstanding() == before);
}

TEST_CASE("notifiable_base_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    {
        Base base;
        fail_each_allocation(memory, [&] { return evthread_make_base_notifiable(base) == 0; });
        CHECK(evthread_make_base_notifiable(base) == 0);
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
        CHECK(event_base_dispatch(base) == 1);
    }
    CHECK(memory.outstanding() == before);
}

#if EVLET_SIGNALS
TEST_CASE("signal_events_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    for (const int flags : {0, int(EVENT_BASE_FLAG_USE_SIGNALFD)}) {
        Base base(flags);
        TestEvent ev(base, SIGUSR1, EV_SIGNAL | EV_PERSIST);
        CHECK(fail_each_allocation(
                  memory, [&] { return ev.add(kHour) == 0; }, [&] { CHECK(ev.pending() == 0); }) >=
              1);
        raise(SIGUSR1);
        event_base_loop(base, EVLOOP_ONCE);
        CHECK(ev.calls == 1);
    }
    CHECK(memory.outstanding() == before);
}
#endif

TEST_CASE("monotonic_timer_without_memory") {
    FailingMemory memory;
    const long before = memory.outstanding();
    evutil_monotonic_timer* timer = nullptr;
    CHECK(fail_each_allocation(
              memory, [&] { return (timer = evutil_monotonic_timer_new()) != nullptr; }) == 1);
    evutil_monotonic_timer_free(timer);
    CHECK(memory.outstanding() == before);
}

TEST_CASE("calls_that_need_no_memory_do_not_ask_for_any") {
    Base base;
    SocketPair pair;
    FailingMemory memory;
    TestEvent ev(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent other(base, -1, 0);
    REQUIRE(ev.add(kHour) == 0);
    REQUIRE(event_del(ev) == 0);
    REQUIRE(other.add(kHour) == 0);
    pass(base);
    memory.fail_at(1, true);
    for (int i = 0; i < 10; ++i) {
        CHECK(ev.add(kHour) == 0);
        pair.write(1, "x");
        event_active(other, 0, 0);
        CHECK(pass(base) == 0);
        CHECK(event_remove_timer(ev) == 0);
        CHECK(event_del(ev) == 0);
        event stored;
        CHECK(event_assign(&stored, base, -1, 0, nothing, nullptr) == 0);
        CHECK(event_finalize(0, &stored, nullptr) == 0);
        pass(base);
    }
    CHECK_FALSE(memory.failed());
    memory.stop_failing();
    CHECK(ev.calls == 10);
}

#endif
