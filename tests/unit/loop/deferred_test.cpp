// SPDX-License-Identifier: BSD-3-Clause
// Calls that the loop is asked to make without an event (src/loop/deferred.h).
#include "loop/deferred.h"

#include <functional>
#include <string>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet;
using namespace evlet_test;

namespace {

// A deferred call that notes that it came, and may do something as well.
class Deferred : event_callback {
public:
    explicit Deferred(char name = 'd', int priority = 0) : name_(name) {
        init_deferred(*this, on_call, this, priority);
    }
    Deferred(const Deferred&) = delete;
    Deferred& operator=(const Deferred&) = delete;
    void ask(event_base* base, Turn turn = Turn::next, Counts counts = Counts::yes,
             int priority = -1) {
        defer(*base, *this, turn, counts, priority);
    }
    void cancel(event_base* base) { cancel_deferred(*base, *this); }

    int calls = 0;
    int farewells = 0;  // calls without argument: the base went
    std::string* order = nullptr;
    std::function<void()> body;

private:
    static void on_call(event_callback* self, void* argument) {
        auto& deferred = *static_cast<Deferred*>(self);
        if (!argument) {
            ++deferred.farewells;
            return;
        }
        CHECK(argument == &deferred);
        ++deferred.calls;
        if (deferred.order)
            *deferred.order += deferred.name_;
        if (deferred.body)
            deferred.body();
    }
    char name_;
};

}  // namespace

TEST_CASE("a_deferred_call_comes_once_for_any_number_of_requests") {
    Base base;
    Deferred call;
    call.ask(base);
    call.ask(base, Turn::soon, Counts::no);
    call.ask(base);
    CHECK(call.calls == 0);
    pass(base);
    CHECK(call.calls == 1);
    pass(base);
    CHECK(call.calls == 1);
}

TEST_CASE("a_deferred_call_that_is_cancelled_does_not_come") {
    Base base;
    Deferred call;
    call.cancel(base);
    call.ask(base);
    call.cancel(base);
    call.cancel(base);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(call.calls == 0);
    call.ask(base);
    pass(base);
    CHECK(call.calls == 1);
}

TEST_CASE("who_waits_for_the_program_counts_and_housekeeping_does_not") {
    Base base;
    Deferred counted, internal;
    internal.ask(base, Turn::next, Counts::no);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 0);
    counted.ask(base);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    internal.cancel(base);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    internal.ask(base, Turn::next, Counts::no);
    // Both run before the loop finds nothing to do.
    CHECK(event_base_dispatch(base) == 1);
    CHECK(counted.calls == 1);
    CHECK(internal.calls == 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 0);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
}

TEST_CASE("a_request_for_the_program_makes_a_call_that_was_housekeeping_count") {
    Base base;
    Deferred call;
    call.ask(base, Turn::next, Counts::no);
    call.ask(base, Turn::next, Counts::yes);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    pass(base);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 0);
    CHECK(call.calls == 1);
}

TEST_CASE("a_call_asked_for_soon_comes_right_after_the_present_callback") {
    Base base;
    std::string order;
    Deferred soon('s'), next('n');
    soon.order = next.order = &order;
    TestEvent first(base, -1, 0, [&](short) {
        order += '1';
        next.ask(base, Turn::next);
        soon.ask(base, Turn::soon);
        order += '-';
    });
    TestEvent second(base, -1, 0, [&](short) { order += '2'; });
    event_active(first, 0, 0);
    event_active(second, 0, 0);
    for (int i = 0; i < 3; ++i)
        pass(base);
    CHECK(order == "1-s2n");
}

TEST_CASE("a_call_asked_for_soon_outside_of_the_loop_comes_in_its_next_turn") {
    Base base;
    std::string order;
    Deferred call('d');
    call.order = &order;
    TestEvent first(base, -1, 0, [&](short) { order += '1'; });
    event_active(first, 0, 0);
    call.ask(base, Turn::soon);
    pass(base);
    CHECK(order == "1d");
}

TEST_CASE("a_call_that_asks_for_itself_leaves_the_loop_to_others") {
    for (const Counts counts : {Counts::yes, Counts::no}) {
        CAPTURE(int(counts));
        Base base;
        Deferred call;
        int left = 1000;
        call.body = [&] {
            if (--left > 0)
                call.ask(base, Turn::next, counts);
        };
        int left_at_timer = 0;
        TestEvent timer(base, -1, 0, [&](short) { left_at_timer = left; });
        REQUIRE(timer.add_ms(0) == 0);
        call.ask(base, Turn::next, counts);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(call.calls == 1000);
        CHECK(left_at_timer > 900);
    }
}

TEST_CASE("priorities_order_deferred_calls_also_after_one_that_came_soon") {
    Base base;
    REQUIRE(event_base_priority_init(base, 3) == 0);
    std::string order;
    Deferred urgent('u', 0), late('l', 2);
    urgent.order = late.order = &order;
    late.ask(base);
    urgent.ask(base);
    for (int i = 0; i < 3; ++i)
        pass(base);
    CHECK(order == "ul");
    // Soon is as urgent as who asked for it; the next request says how urgent that is.
    order.clear();
    TestEvent event(base, -1, 0, [&](short) { late.ask(base, Turn::soon); });
    REQUIRE(event_priority_set(event, 0) == 0);
    event_active(event, 0, 0);
    pass(base);
    CHECK(order == "l");
    order.clear();
    late.ask(base, Turn::next, Counts::yes, 2);
    urgent.ask(base);
    for (int i = 0; i < 3; ++i)
        pass(base);
    CHECK(order == "ul");
}

TEST_CASE("a_priority_that_the_base_has_not_is_its_least_urgent") {
    Base base;
    Deferred call('d', 200);
    call.ask(base);
    pass(base);
    CHECK(call.calls == 1);
}

TEST_CASE("a_base_that_goes_says_so_to_those_who_wait_and_to_nobody_else") {
    Deferred waits, does_not, internal;
    {
        Base base;
        waits.ask(base);
        internal.ask(base, Turn::next, Counts::no);
        does_not.ask(base);
        does_not.cancel(base);
    }
    CHECK(waits.farewells == 1);
    CHECK(internal.farewells == 1);
    CHECK(does_not.farewells == 0);
    CHECK(waits.calls + internal.calls + does_not.calls == 0);
}

TEST_CASE("a_break_leaves_deferred_calls_for_the_next_loop") {
    Base base;
    Deferred call;
    TestEvent breaker(base, -1, 0, [&](short) { event_base_loopbreak(base); });
    event_active(breaker, 0, 0);
    call.ask(base);
    event_base_dispatch(base);
    CHECK(call.calls == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(call.calls == 1);
}
