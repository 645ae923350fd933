// SPDX-License-Identifier: BSD-3-Clause
// Events that the program makes happen itself: event_active(), by descriptor, by signal, and which
// event is running.
#include <signal.h>
#include <unistd.h>

#include <vector>

#include "doctest.h"
#include "support/test_base.h"
#include "support/test_event.h"

using namespace evlet_test;

TEST_CASE("activated_event_is_called_with_what_it_was_given") {
    Base base;
    TestEvent ev(base, -1, 0);
    for (const int what : {0, EV_READ, EV_WRITE | EV_TIMEOUT, EV_CLOSED, EV_SIGNAL}) {
        event_active(ev, what, 0);
        CHECK(ev.pending() == what);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(ev.told == what);
        CHECK(ev.pending() == 0);
    }
    CHECK(ev.calls == 5);
}

TEST_CASE("event_activated_several_times_is_called_once_with_all_of_it") {
    Base base;
    TestEvent ev(base, -1, EV_PERSIST);
    event_active(ev, EV_READ, 1);
    event_active(ev, EV_WRITE, 5);
    event_active(ev, EV_READ, 1);
    CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ACTIVE) == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 1);
    CHECK(ev.told == (EV_READ | EV_WRITE));
}

TEST_CASE("call_count_means_nothing_to_events_other_than_signals") {
    Base base;
    TestEvent ev(base, -1, 0);
    for (const short calls : {short(0), short(7), short(-1)}) {
        ev.calls = 0;
        event_active(ev, EV_READ, calls);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(ev.calls == 1);
    }
}

TEST_CASE("activating_a_one_shot_event_uses_its_pending_wait_up") {
    Base base;
    SocketPair pair;
    TestEvent once(base, pair[0], EV_READ);
    TestEvent again(base, pair[0], EV_READ | EV_PERSIST);
    REQUIRE(once.add({3600, 0}) == 0);
    REQUIRE(again.add({3600, 0}) == 0);
    event_active(once, EV_WRITE, 0);
    event_active(again, EV_WRITE, 0);
    pass(base);
    CHECK(once.told == EV_WRITE);
    CHECK(once.pending() == 0);
    CHECK(again.told == EV_WRITE);
    CHECK(again.pending() == (EV_READ | EV_TIMEOUT));
}

TEST_CASE("active_event_that_is_deleted_is_not_called") {
    Base base;
    TestEvent ev(base, -1, 0);
    event_active(ev, EV_READ, 0);
    CHECK(event_del(ev) == 0);
    CHECK(ev.pending() == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 0);
}

TEST_CASE("events_that_are_active_together_are_called_in_the_order_of_activation") {
    Base base;
    std::vector<int> order;
    TestEvent a(base, -1, 0, [&](short) { order.push_back(1); });
    TestEvent b(base, -1, 0, [&](short) { order.push_back(2); });
    TestEvent c(base, -1, 0, [&](short) { order.push_back(3); });
    event_active(b, 0, 0);
    event_active(c, 0, 0);
    event_active(a, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(order == std::vector<int>{2, 3, 1});
}

TEST_CASE("event_that_activates_itself_starves_nobody") {
    Base base;
    SocketPair pair;
    TestEvent* self = nullptr;
    TestEvent busy(base, -1, 0, [&](short) { event_active(*self, 0, 0); });
    self = &busy;
    TestEvent timer(base, -1, 0, [&](short) { pair.write(1, "x"); });
    TestEvent reader(base, pair[0], EV_READ, [&](short) { event_base_loopbreak(base); });
    REQUIRE(timer.add_ms(1) == 0);
    REQUIRE(reader.add() == 0);
    event_active(busy, 0, 0);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(timer.calls == 1);
    CHECK(reader.calls == 1);
    CHECK(busy.calls >= 1);
}

TEST_CASE("user_event_is_called_for_each_trigger_between_passes") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent user(base, -1, 0, [&](short) {
        if (self->calls < 3)
            evuser_trigger(self->get());
    });
    self = &user;
    CHECK(evuser_pending(user.get(), nullptr) == 0);
    evuser_trigger(user.get());
    CHECK(event_base_dispatch(base) == 1);
    CHECK(user.calls == 3);
    CHECK(evuser_del(user.get()) == 0);
}

#if EVLET_SIGNALS
TEST_CASE("signal_event_is_called_as_often_as_it_was_activated_for") {
    Base base;
    TestEvent ev(base, SIGUSR1, EV_SIGNAL);
    for (const short calls : {short(3), short(1), short(0)}) {
        ev.calls = 0;
        event_active(ev, EV_SIGNAL, calls);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(ev.calls == calls);
    }
    CHECK(ev.fd == SIGUSR1);
}

TEST_CASE("deleting_a_signal_event_in_its_callback_drops_the_calls_left") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent ev(base, SIGUSR1, EV_SIGNAL | EV_PERSIST, [&](short) {
        if (self->calls == 2)
            event_del(*self);
    });
    self = &ev;
    event_active(ev, EV_SIGNAL, 5);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 2);
}

TEST_CASE("loopbreak_drops_the_calls_left_of_a_signal_event") {
    Base base;
    TestEvent ev(base, SIGUSR1, EV_SIGNAL | EV_PERSIST, [&](short) { event_base_loopbreak(base); });
    event_active(ev, EV_SIGNAL, 5);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(ev.calls == 1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 1);
}

TEST_CASE("signal_event_activated_and_then_freed_in_its_calls_is_not_called_again") {
    Base base;
    TestEvent* self = nullptr;
    TestEvent ev(base, SIGUSR1, EV_SIGNAL | EV_PERSIST, [&](short) {
        if (self->calls == 1)
            event_active(*self, EV_SIGNAL, 2);
        else if (self->get())
            self->free();
    });
    self = &ev;
    event_active(ev, EV_SIGNAL, 4);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ev.calls == 2);
}

TEST_CASE("activating_by_signal_reaches_the_events_of_that_signal_alone") {
    Base base;
    TestEvent first(base, SIGUSR1, EV_SIGNAL | EV_PERSIST);
    TestEvent second(base, SIGUSR1, EV_SIGNAL | EV_PERSIST);
    TestEvent other(base, SIGUSR2, EV_SIGNAL | EV_PERSIST);
    event_base_active_by_signal(base, SIGUSR1);  // nobody waits for any signal yet
    for (TestEvent* ev : {&first, &second, &other})
        REQUIRE(ev->add() == 0);
    event_base_active_by_signal(base, SIGUSR1);
    for (const int nonsense : {0, -1, 1000000})
        event_base_active_by_signal(base, nonsense);
    pass(base);
    CHECK(first.calls == 1);
    CHECK(first.told == EV_SIGNAL);
    CHECK(second.calls == 1);
    CHECK(other.calls == 0);
}
#endif

TEST_CASE("activating_by_descriptor_tells_each_event_what_it_waits_for") {
    Base base;
    SocketPair pair;
    TestEvent reader(base, pair[0], EV_READ | EV_PERSIST);
    TestEvent writer(base, pair[1], EV_READ | EV_PERSIST);
    TestEvent both(base, pair[0], EV_READ | EV_CLOSED | EV_PERSIST);
    event_base_active_by_fd(base, pair[0], EV_READ);  // nobody waits yet
    for (TestEvent* ev : {&reader, &writer, &both})
        REQUIRE(ev->add() == 0);
    event_base_active_by_fd(base, pair[0], EV_READ | EV_WRITE | EV_CLOSED);
    for (const int nonsense : {-1, 1000000})
        event_base_active_by_fd(base, nonsense, EV_READ);
    pass(base);
    CHECK(reader.calls == 1);
    CHECK(reader.told == EV_READ);
    CHECK(both.told == (EV_READ | EV_CLOSED));
    CHECK(writer.calls == 0);
}

TEST_CASE("activating_by_descriptor_for_a_timeout_reaches_events_that_have_one") {
    Base base;
    SocketPair pair;
    TestEvent with(base, pair[0], EV_READ);
    TestEvent without(base, pair[0], EV_READ);
    REQUIRE(with.add({3600, 0}) == 0);
    REQUIRE(without.add() == 0);
    event_base_active_by_fd(base, pair[0], EV_TIMEOUT);
    pass(base);
    CHECK(with.calls == 1);
    CHECK(with.told == EV_TIMEOUT);
    CHECK(without.calls == 0);
}

TEST_CASE("running_event_is_the_one_whose_callback_runs") {
    Base base;
    CHECK(event_base_get_running_event(base) == nullptr);
    event* seen[2] = {};
    TestEvent a(base, -1, 0, [&](short) { seen[0] = event_base_get_running_event(base); });
    TestEvent b(base, -1, EV_PERSIST, [&](short) { seen[1] = event_base_get_running_event(base); });
    event_active(a, 0, 0);
    event_active(b, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(seen[0] == a.get());
    CHECK(seen[1] == b.get());
    CHECK(event_base_get_running_event(base) == nullptr);
}

TEST_CASE("running_event_can_be_asked_for_after_the_event_was_freed_or_in_a_once_call") {
    Base base;
    TestEvent* self = nullptr;
    bool asked = false;
    TestEvent ev(base, -1, 0, [&](short) {
        self->free();
        event_base_get_running_event(base);  // what it answers is of no use; it must not look there
        asked = true;
    });
    self = &ev;
    event_active(ev, 0, 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(asked);

    struct Once {
        event_base* base;
        int calls;
    } once = {base, 0};
    const auto in_once = [](evutil_socket_t, short, void* argument) {
        auto& state = *static_cast<Once*>(argument);
        event_base_get_running_event(state.base);
        ++state.calls;
    };
    REQUIRE(event_base_once(base, -1, EV_TIMEOUT, in_once, &once, nullptr) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(once.calls == 1);
}
