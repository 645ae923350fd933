// SPDX-License-Identifier: BSD-3-Clause
// Priorities, and the limits of event_config_set_max_dispatch_interval().
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

event_base* base_with_limits(const timeval* interval, int callbacks, int min_priority) {
    event_config* config = config_under_test();
    REQUIRE(event_config_set_max_dispatch_interval(config, interval, callbacks, min_priority) == 0);
    event_base* base = event_base_new_with_config(config);
    event_config_free(config);
    REQUIRE(base);
    return base;
}

// Two events of priority 1 are active; the first makes a descriptor readable that an urgent event
// waits for. What was called, in order: with a limit the urgent one comes in between.
std::string order_of_calls(event_base* base, int spin_us) {
    std::string order;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    SocketPair pair;
    TestEvent urgent(base, pair[0], EV_READ, [&](short) { order += 'u'; });
    TestEvent first(base, -1, 0, [&](short) {
        order += '1';
        pair.write(1, "x");
        const long long until = monotonic_us(base) + spin_us;
        while (monotonic_us(base) < until) {}
    });
    TestEvent second(base, -1, 0, [&](short) { order += '2'; });
    REQUIRE(event_priority_set(urgent, 0) == 0);
    REQUIRE(event_priority_set(first, 1) == 0);
    REQUIRE(event_priority_set(second, 1) == 0);
    REQUIRE(urgent.add() == 0);
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    return order;
}

std::string order_with_limits(const timeval* interval, int callbacks, int min_priority,
                              int spin_us = 0) {
    event_base* base = base_with_limits(interval, callbacks, min_priority);
    std::string order = order_of_calls(base, spin_us);
    event_base_free(base);
    return order;
}

}  // namespace

TEST_CASE("new_base_has_one_priority_and_takes_1_to_255") {
    Base base;
    CHECK(event_base_get_npriorities(base) == 1);
    for (const int refused : {0, -1, -255, 256, 257, 65536 + 3, 1 << 30}) {
        CAPTURE(refused);
        CHECK(event_base_priority_init(base, refused) == -1);
        CHECK(event_base_get_npriorities(base) == 1);
    }
    for (const int taken : {1, 2, 255, 3, 1}) {
        CHECK(event_base_priority_init(base, taken) == 0);
        CHECK(event_base_get_npriorities(base) == taken);
    }
    CHECK(event_base_priority_init(nullptr, 2) == -1);
}

TEST_CASE("event_is_born_with_the_middle_priority") {
    Base base;
    const int middle[][2] = {{1, 0}, {2, 1}, {3, 1}, {4, 2}, {255, 127}};
    for (const auto& [count, expected] : middle) {
        REQUIRE(event_base_priority_init(base, count) == 0);
        TestEvent ev(base, -1, 0);
        CHECK(event_get_priority(ev) == expected);
    }
}

TEST_CASE("priority_that_the_base_does_not_have_is_refused") {
    Base base;
    REQUIRE(event_base_priority_init(base, 4) == 0);
    TestEvent ev(base, -1, 0);
    for (const int refused : {-1, 4, 5, 255, 256, 1 << 30}) {
        CHECK(event_priority_set(ev, refused) == -1);
        CHECK(event_get_priority(ev) == 2);
    }
    for (const int taken : {0, 3, 1}) {
        CHECK(event_priority_set(ev, taken) == 0);
        CHECK(event_get_priority(ev) == taken);
    }
    CHECK(event_priority_set(nullptr, 0) == -1);
}

TEST_CASE("priorities_cannot_change_while_something_is_active") {
    Base base;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    TestEvent ev(base, -1, 0, [&](short) {
        CHECK(event_base_priority_init(base, 5) == -1);  // nor in a callback
    });
    event_active(ev, 0, 0);
    CHECK(event_base_priority_init(base, 4) == -1);
    CHECK(event_base_priority_init(base, 3) == -1);
    CHECK(event_priority_set(ev, 0) == -1);
    CHECK(event_base_get_npriorities(base) == 3);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 1);
    CHECK(event_base_get_npriorities(base) == 3);
    CHECK(event_base_priority_init(base, 4) == 0);
}

TEST_CASE("priorities_cannot_change_in_a_finalizer") {
    Base base;
    struct State {
        event_base* base;
        int answer;
    } state = {base, 7};
    event* ev = event_new(
        base, -1, 0, [](evutil_socket_t, short, void*) {}, &state);
    REQUIRE(ev);
    REQUIRE(event_free_finalize(0, ev, [](event*, void* argument) {
                auto& s = *static_cast<State*>(argument);
                s.answer = event_base_priority_init(s.base, 200);
            }) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(state.answer == -1);
    CHECK(event_base_get_npriorities(base) == 1);
}

TEST_CASE("event_left_with_a_priority_that_is_gone_harms_nobody") {
    // The base shrinks below the priority of events that were made before: one waits, one is new,
    // one belongs to the base itself.
    Base base;
    REQUIRE(event_base_priority_init(base, 200) == 0);
    TestEvent waiting(base, -1, 0);
    TestEvent fresh(base, -1, 0);
    int once = 0;
    REQUIRE(event_priority_set(waiting, 199) == 0);
    REQUIRE(event_priority_set(fresh, 150) == 0);
    REQUIRE(waiting.add_ms(0) == 0);
    const timeval soon = milliseconds(1);
    REQUIRE(event_base_once(
                base, -1, EV_TIMEOUT,
                [](evutil_socket_t, short, void* count) { ++*static_cast<int*>(count); }, &once,
                &soon) == 0);
    REQUIRE(event_base_priority_init(base, 2) == 0);
    event_active(fresh, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(waiting.calls == 1);
    CHECK(fresh.calls == 1);
    CHECK(once == 1);
}

TEST_CASE("urgent_events_are_called_first") {
    Base base;
    std::string order;
    REQUIRE(event_base_priority_init(base, 255) == 0);
    std::vector<std::unique_ptr<TestEvent>> events;
    for (const int priority : {254, 0, 127, 1, 253}) {
        events.push_back(std::make_unique<TestEvent>(
            base, -1, 0, [&, priority](short) { order += std::to_string(priority) + " "; }));
        REQUIRE(event_priority_set(*events.back(), priority) == 0);
        event_active(*events.back(), 0, 0);
    }
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == "0 1 127 253 254 ");
}

TEST_CASE("urgent_event_activated_in_a_callback_goes_before_the_rest") {
    Base base;
    std::string order;
    REQUIRE(event_base_priority_init(base, 2) == 0);
    TestEvent urgent(base, -1, 0, [&](short) { order += 'u'; });
    TestEvent first(base, -1, 0, [&](short) {
        order += '1';
        event_active(urgent, 0, 0);
    });
    TestEvent second(base, -1, 0, [&](short) { order += '2'; });
    REQUIRE(event_priority_set(urgent, 0) == 0);
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == "1u2");
}

TEST_CASE("less_urgent_event_activated_in_a_callback_waits_for_its_turn") {
    Base base;
    std::string order;
    REQUIRE(event_base_priority_init(base, 2) == 0);
    TestEvent idle(base, -1, 0, [&](short) { order += 'i'; });
    TestEvent first(base, -1, 0, [&](short) {
        order += '1';
        event_active(idle, 0, 0);
    });
    TestEvent second(base, -1, 0, [&](short) { order += '2'; });
    REQUIRE(event_priority_set(first, 0) == 0);
    REQUIRE(event_priority_set(second, 0) == 0);
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == "12i");
}

TEST_CASE("less_urgent_events_wait_while_urgent_ones_keep_coming") {
    Base base;
    REQUIRE(event_base_priority_init(base, 2) == 0);
    TestEvent* self = nullptr;
    TestEvent idle(base, -1, 0);
    TestEvent urgent(base, -1, 0, [&](short) {
        CHECK(idle.calls == 0);
        if (self->calls < 10)
            event_active(*self, 0, 0);
    });
    self = &urgent;
    REQUIRE(event_priority_set(urgent, 0) == 0);
    event_active(idle, 0, 0);
    event_active(urgent, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(urgent.calls == 10);
    CHECK(idle.calls == 1);
}

TEST_CASE("event_may_change_its_own_priority_in_its_callback") {
    Base base;
    std::string order;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    TestEvent* self = nullptr;
    TestEvent other(base, -1, 0, [&](short) { order += 'o'; });
    TestEvent ev(base, -1, 0, [&](short) {
        order += 'e';
        if (self->calls == 1) {
            CHECK(event_priority_set(*self, 2) == 0);
            event_active(*self, 0, 0);
            event_active(other, 0, 0);
        }
    });
    self = &ev;
    event_active(ev, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == "eoe");
}

TEST_CASE("without_limits_a_row_of_callbacks_is_not_interrupted") {
    CHECK(order_with_limits(nullptr, -1, 0) == "12u");
    const timeval hour = {3600, 0};
    CHECK(order_with_limits(&hour, 100, 0) == "12u");
}

TEST_CASE("limit_of_callbacks_lets_urgent_events_in") {
    CHECK(order_with_limits(nullptr, 1, 0) == "1u2");
    CHECK(order_with_limits(nullptr, 0, 0) == "1u2");
    CHECK(order_with_limits(nullptr, 1, 1) == "1u2");
    CHECK(order_with_limits(nullptr, 1, -5) == "1u2");
    CHECK(order_with_limits(nullptr, 2, 0) == "12u");
}

TEST_CASE("limit_of_time_lets_urgent_events_in") {
    const timeval short_time = {0, 1};
    CHECK(order_with_limits(&short_time, -1, 0, 50) == "1u2");
    const timeval no_time = {0, 0};
    CHECK(order_with_limits(&no_time, -1, 0) == "1u2");
}

TEST_CASE("limits_spare_priorities_above_the_least_one") {
    CHECK(order_with_limits(nullptr, 1, 2) == "12u");
    CHECK(order_with_limits(nullptr, 1, 1 << 30) == "12u");
    const timeval short_time = {0, 1};
    CHECK(order_with_limits(&short_time, -1, 2, 50) == "12u");
}

TEST_CASE("limited_loop_still_calls_everybody") {
    event_base* base = base_with_limits(nullptr, 2, 0);
    {
        std::vector<std::unique_ptr<TestEvent>> events;
        for (int i = 0; i < 25; ++i) {
            events.push_back(std::make_unique<TestEvent>(base, -1, 0));
            event_active(*events.back(), 0, 0);
        }
        CHECK(event_base_dispatch(base) == 1);
        for (const auto& ev : events)
            CHECK(ev->calls == 1);
    }
    event_base_free(base);
}

TEST_CASE("limits_of_no_configuration_are_refused") {
    CHECK(event_config_set_max_dispatch_interval(nullptr, nullptr, 1, 0) == -1);
}
