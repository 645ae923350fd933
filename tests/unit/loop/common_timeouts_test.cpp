// SPDX-License-Identifier: BSD-3-Clause
// event_base_init_common_timeout(): events that share one duration.
#include <errno.h>
#include <unistd.h>

#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr timeval kHour = {3600, 0};

const timeval* common(event_base* base, const timeval& duration) {
    const timeval* handle = event_base_init_common_timeout(base, &duration);
    REQUIRE(handle);
    return handle;
}

}  // namespace

TEST_CASE("same_duration_always_gives_the_same_handle") {
    Base base;
    const timeval* first = common(base, {1, 500000});
    const timeval* other = common(base, {1, 500001});
    CHECK(first != other);
    CHECK(common(base, {1, 500000}) == first);
    CHECK(common(base, {0, 1500000}) == first);  // the same, not normalised
    CHECK(common(base, *first) == first);        // a handle stands for its duration
    CHECK(common(base, *other) == other);
}

TEST_CASE("handles_of_two_bases_are_separate") {
    Base first;
    Base second;
    const timeval* a = common(first, kHour);
    const timeval* b = common(second, kHour);
    CHECK(a != b);
}

TEST_CASE("durations_that_cannot_be_are_refused") {
    Base base;
    const timeval negative = {-1, 0};
    const timeval slightly = {0, -1};
    errno = 0;
    CHECK(event_base_init_common_timeout(base, &negative) == nullptr);
    CHECK(errno == EINVAL);
    CHECK(event_base_init_common_timeout(base, &slightly) == nullptr);
    CHECK(event_base_init_common_timeout(base, nullptr) == nullptr);
    CHECK(event_base_init_common_timeout(nullptr, &kHour) == nullptr);
}

TEST_CASE("there_are_255_durations_and_no_more") {
    Base base;
    const timeval* first = nullptr;
    for (int i = 1; i <= 255; ++i) {
        const timeval duration = {0, i * 100};
        const timeval* handle = event_base_init_common_timeout(base, &duration);
        REQUIRE(handle);
        if (!first)
            first = handle;
    }
    CHECK(event_base_init_common_timeout(base, &kHour) == nullptr);
    CHECK(common(base, {0, 100}) == first);
    // The first and the last ones work.
    TestEvent a(base, -1, 0);
    TestEvent b(base, -1, 0);
    REQUIRE(a.add(*first) == 0);
    REQUIRE(b.add(*common(base, {0, 25500})) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(a.calls == 1);
    CHECK(b.calls == 1);
}

TEST_CASE("events_with_a_common_timeout_fire_in_the_order_of_adding_and_not_early") {
    Base base;
    const timeval* handle = common(base, milliseconds(3));
    std::vector<int> order;
    std::vector<std::unique_ptr<TestEvent>> events;
    const long long before = monotonic_us(base);
    for (int i = 0; i < 50; ++i) {
        events.push_back(
            std::make_unique<TestEvent>(base, -1, 0, [&, i](short) { order.push_back(i); }));
        REQUIRE(events[i]->add(*handle) == 0);
        CHECK(events[i]->pending() == EV_TIMEOUT);
    }
    CHECK(event_base_dispatch(base) == 1);
    CHECK(monotonic_us(base) - before >= 3000);
    REQUIRE(order.size() == 50);
    for (int i = 0; i < 50; ++i)
        CHECK(order[i] == i);
    CHECK(events[0]->told == EV_TIMEOUT);
}

TEST_CASE("copy_of_a_handle_is_as_good_as_the_handle") {
    Base base;
    const timeval copy = *common(base, milliseconds(1));
    TestEvent ev(base, -1, 0);
    REQUIRE(ev.add(copy) == 0);
    CHECK(evlet::common_queue(*ev.get()) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 1);
}

TEST_CASE("plain_duration_equal_to_a_common_one_is_a_plain_timer") {
    Base base;
    common(base, milliseconds(1));
    TestEvent ev(base, -1, 0);
    REQUIRE(ev.add_ms(1) == 0);
    CHECK(evlet::common_queue(*ev.get()) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 1);
}

TEST_CASE("expiry_of_a_common_timeout_is_a_date") {
    Base base;
    TestEvent ev(base, -1, 0);
    REQUIRE(ev.add(*common(base, kHour)) == 0);
    timeval now;
    evutil_gettimeofday(&now, nullptr);
    timeval expiry = {};
    REQUIRE(event_pending(ev, EV_TIMEOUT, &expiry) == EV_TIMEOUT);
    CHECK(expiry.tv_usec < 1000000);
    CHECK(expiry.tv_sec >= now.tv_sec + 3590);
    CHECK(expiry.tv_sec <= now.tv_sec + 3610);
}

TEST_CASE("persistent_event_with_a_common_timeout_repeats_on_its_grid") {
    Base base;
    const timeval* handle = common(base, milliseconds(2));
    TestEvent* self = nullptr;
    evlet::Nanos deadline = 0;
    TestEvent ev(base, -1, EV_PERSIST, [&](short) {
        CHECK(evlet::common_queue(*self->get()) == 1);
        const evlet::Nanos next = evlet::deadline(*self->get());
        const evlet::Nanos every = 2 * evlet::kNanosPerMilli;
        CHECK(next >= deadline + every);
        deadline = next;
        if (self->calls == 5)
            event_del(*self);
    });
    self = &ev;
    REQUIRE(ev.add(*handle) == 0);
    deadline = evlet::deadline(*ev.get());
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 5);
}

TEST_CASE("persistent_descriptor_restarts_its_common_timeout_with_data") {
    Base base;
    SocketPair pair;
    const timeval* handle = common(base, kHour);
    TestEvent bystander(base, -1, 0);
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST, [&](short) {
        char byte;
        CHECK(read(pair[0], &byte, 1) == 1);
    });
    REQUIRE(reader.add(*handle) == 0);
    REQUIRE(bystander.add(*handle) == 0);
    const evlet::Nanos first = evlet::deadline(*reader.get());
    wait_for_the_clock(base);
    pair.write(1, "x");
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(reader.calls == 1);
    CHECK(evlet::deadline(*reader.get()) > first);
    CHECK(evlet::common_queue(*reader.get()) == 1);
    // The other one is first in the queue now.
    CHECK(base.get()->common->queues[0]->events.first() == bystander.get());
}

TEST_CASE("re_adding_puts_an_event_at_the_end_of_its_queue") {
    Base base;
    const timeval* handle = common(base, milliseconds(1));
    std::vector<int> order;
    TestEvent a(base, -1, 0, [&](short) { order.push_back(1); });
    TestEvent b(base, -1, 0, [&](short) { order.push_back(2); });
    in_a_callback(base, [&] {
        CHECK(a.add(*handle) == 0);
        CHECK(b.add(*handle) == 0);
        CHECK(a.add(*handle) == 0);
    });
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == std::vector<int>{2, 1});
}

TEST_CASE("event_changes_between_plain_and_common_timeouts_and_durations") {
    Base base;
    const timeval* hour = common(base, kHour);
    const timeval* soon = common(base, milliseconds(1));
    TestEvent ev(base, -1, 0);
    REQUIRE(ev.add(*hour) == 0);
    REQUIRE(ev.add(kHour) == 0);
    REQUIRE(ev.add(*hour) == 0);
    REQUIRE(ev.add(*soon) == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 1);
    REQUIRE(ev.add(*hour) == 0);
    REQUIRE(ev.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 2);
}

TEST_CASE("removal_from_head_middle_and_end_leaves_the_others") {
    Base base;
    const timeval* handle = common(base, milliseconds(1));
    for (const int gone : {0, 1, 2}) {
        for (const bool whole : {false, true}) {
            TestEvent events[] = {{base, -1, 0}, {base, -1, 0}, {base, -1, 0}};
            for (TestEvent& ev : events)
                REQUIRE(ev.add(*handle) == 0);
            CHECK((whole ? event_del(events[gone]) : event_remove_timer(events[gone])) == 0);
            CHECK(events[gone].pending() == 0);
            CHECK(event_base_dispatch(base) == 1);
            for (int i = 0; i < 3; ++i)
                CHECK(events[i].calls == (i == gone ? 0 : 1));
        }
    }
}

TEST_CASE("removal_of_all_lets_the_loop_end") {
    Base base;
    const timeval* handle = common(base, kHour);
    TestEvent a(base, -1, 0);
    TestEvent b(base, -1, 0);
    REQUIRE(a.add(*handle) == 0);
    REQUIRE(b.add(*handle) == 0);
    REQUIRE(event_del(a) == 0);
    REQUIRE(event_del(b) == 0);
    CHECK(base.get()->timers.size() == 0);
    CHECK(event_base_dispatch(base) == 1);
}

TEST_CASE("event_of_the_queue_deleted_by_the_one_before_does_not_fire") {
    Base base;
    const timeval* handle = common(base, milliseconds(1));
    TestEvent second(base, -1, 0);
    TestEvent third(base, -1, 0);
    TestEvent first(base, -1, 0, [&](short) {
        CHECK(event_del(second) == 0);
        CHECK(third.add(kHour) == 0);
    });
    in_a_callback(base, [&] {
        CHECK(first.add(*handle) == 0);
        CHECK(second.add(*handle) == 0);
        CHECK(third.add(*handle) == 0);
    });
    event_base_loop(base, EVLOOP_ONCE);
    CHECK(first.calls == 1);
    CHECK(second.calls == 0);
    CHECK(third.calls == 0);
    CHECK(third.pending() == EV_TIMEOUT);
}

TEST_CASE("random_mix_of_plain_and_common_timeouts_fires_everybody_once") {
    Base base;
    std::mt19937 random(5);
    std::vector<const timeval*> handles;
    for (int ms = 0; ms < 12; ++ms)
        handles.push_back(common(base, milliseconds(ms)));
    std::vector<std::unique_ptr<TestEvent>> events;
    for (int i = 0; i < 1000; ++i) {
        events.push_back(std::make_unique<TestEvent>(base, -1, 0));
        const int rounds = 1 + static_cast<int>(random() % 3);
        for (int round = 0; round < rounds; ++round) {
            const unsigned ms = random() % 12;
            if (random() % 3 == 0)
                REQUIRE(events[i]->add_ms(ms) == 0);
            else
                REQUIRE(events[i]->add(*handles[ms]) == 0);
        }
    }
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1000);
    CHECK(event_base_dispatch(base) == 1);
    for (const auto& ev : events)
        REQUIRE(ev->calls == 1);
}

TEST_CASE("endless_common_timeout_neither_fires_nor_spins") {
    Base base;
    const timeval* handle =
        common(base, {std::numeric_limits<decltype(timeval::tv_sec)>::max(), 0});
    TestEvent endless(base, -1, EV_PERSIST);
    TestEvent soon(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    REQUIRE(endless.add(*handle) == 0);
    REQUIRE(soon.add_ms(1) == 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(endless.calls == 0);
    CHECK(endless.pending() == EV_TIMEOUT);
}

TEST_CASE("priority_of_an_event_holds_for_its_common_timeout") {
    Base base;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    const timeval* handle = common(base, milliseconds(1));
    std::vector<int> order;
    TestEvent idle(base, -1, 0, [&](short) { order.push_back(2); });
    TestEvent urgent(base, -1, 0, [&](short) { order.push_back(0); });
    REQUIRE(event_priority_set(idle, 2) == 0);
    REQUIRE(event_priority_set(urgent, 0) == 0);
    in_a_callback(base, [&] {
        CHECK(idle.add(*handle) == 0);
        CHECK(urgent.add(*handle) == 0);
    });
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == std::vector<int>{0, 2});
}
