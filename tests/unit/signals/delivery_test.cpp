// SPDX-License-Identifier: BSD-3-Clause
// That signals arrive: once each, at everybody who waits for them, and nowhere else.
#include <errno.h>
#include <sys/time.h>

#include "signals/signal_support.h"

using namespace evlet_test;

TEST_CASE("raised_signal_is_called_back_in_the_loop_only") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        raise(SIGUSR1);
        CHECK(calls.count == 0);
        run(base);
        CHECK(calls.count == 1);
        CHECK(calls.what == EV_SIGNAL);
        CHECK(calls.signo == SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
    }
}

TEST_CASE("signal_event_stays_pending_and_fires_every_time") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        for (int i = 1; i <= 5; ++i) {
            raise(SIGUSR1);
            run(base);
            CHECK(calls.count == i);
            CHECK(evsignal_pending(usr1, nullptr) == EV_SIGNAL);
        }
    }
}

TEST_CASE("signal_ends_a_wait_without_end") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal alarm(base, SIGALRM, &calls);
        const itimerval soon = {{0, 0}, {0, 2000}};
        REQUIRE(setitimer(ITIMER_REAL, &soon, nullptr) == 0);
        CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
        CHECK(calls.count == 1);
        CHECK(calls.signo == SIGALRM);
    }
}

TEST_CASE("several_signals_of_one_base_are_told_apart") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls usr1_calls, usr2_calls, winch_calls;
        Signal usr1(base, SIGUSR1, &usr1_calls);
        Signal usr2(base, SIGUSR2, &usr2_calls);
        Signal winch(base, SIGWINCH, &winch_calls);
        raise(SIGUSR2);
        raise(SIGWINCH);
        run(base);
        CHECK(usr1_calls.count == 0);
        CHECK(usr2_calls.count == 1);
        CHECK(usr2_calls.signo == SIGUSR2);
        CHECK(winch_calls.count == 1);
        CHECK(winch_calls.signo == SIGWINCH);
    }
}

TEST_CASE("every_event_of_one_signal_is_called_back") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls[3];
        Signal first(base, SIGUSR1, &calls[0]);
        Signal second(base, SIGUSR1, &calls[1]);
        Signal third(base, SIGUSR1, &calls[2]);
        raise(SIGUSR1);
        run(base);
        second.free();
        raise(SIGUSR1);
        run(base);
        CHECK(calls[0].count == 2);
        CHECK(calls[1].count == 1);
        CHECK(calls[2].count == 2);
    }
}

TEST_CASE("same_signal_reaches_every_base_that_waits_for_it") {
    for (int first_flags : kMethodFlags) {
        for (int second_flags : kMethodFlags) {
            CAPTURE(first_flags);
            CAPTURE(second_flags);
            Base first(first_flags);
            Base second(second_flags);
            Base bystander;
            Calls first_calls, second_calls, other_calls;
            Signal in_first(first, SIGUSR1, &first_calls);
            Signal in_second(second, SIGUSR1, &second_calls);
            Signal other(bystander, SIGUSR2, &other_calls);
            raise(SIGUSR1);
            // Whoever reads a signalfd tells the others, so the first base may get to know last.
            run(first);
            run(second);
            run(first);
            run(bystander);
            CHECK(first_calls.count == 1);
            CHECK(second_calls.count == 1);
            CHECK(other_calls.count == 0);
            in_first.free();
            raise(SIGUSR1);
            run(first);
            run(second);
            CHECK(first_calls.count == 1);
            CHECK(second_calls.count == 2);
        }
    }
}

TEST_CASE("different_signals_go_to_the_base_that_asked_for_each") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base first(flags), second(flags), third(flags);
        Calls calls[3];
        Signal a(first, SIGUSR1, &calls[0]);
        Signal b(second, SIGUSR2, &calls[1]);
        Signal c(third, SIGHUP, &calls[2]);
        raise(SIGHUP);
        raise(SIGUSR1);
        run(third);
        run(second);
        run(first);
        CHECK(calls[0].count == 1);
        CHECK(calls[1].count == 0);
        CHECK(calls[2].count == 1);
    }
}

TEST_CASE("base_that_goes_takes_no_signals_from_the_others") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base stays(flags);
        Calls calls, unheard;
        Signal usr1(stays, SIGUSR1, &calls);
        {
            Base goes(flags);
            Signal also(goes, SIGUSR1, &unheard);
            Base goes_too(flags);
            Signal again(goes_too, SIGUSR1, &unheard);
        }
        raise(SIGUSR1);
        run(stays);
        CHECK(calls.count == 1);
        CHECK(unheard.count == 0);
    }
}

TEST_CASE("deliveries_through_the_handler_are_counted") {
    Base base;
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    for (int i = 0; i < 7; ++i)
        raise(SIGUSR1);
    run(base);
    CHECK(calls.count == 7);
}

TEST_CASE("more_deliveries_than_can_be_counted_still_call_back_and_do_not_overflow") {
    Base base;
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    for (int i = 0; i < 40000; ++i)
        raise(SIGUSR1);
    run(base);
    CHECK(calls.count > 30000);
    CHECK(calls.count <= 40000);
    const int so_far = calls.count;
    raise(SIGUSR1);
    run(base);
    CHECK(calls.count == so_far + 1);
}

TEST_CASE("handler_keeps_errno") {
    Base base;
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    errno = EDOM;
    raise(SIGUSR1);
    CHECK(errno == EDOM);
    run(base);
}

TEST_CASE("signal_that_was_noted_is_dropped_with_its_event") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition quiet(SIGUSR1, SIG_IGN);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        raise(SIGUSR1);
        REQUIRE(event_del(usr1) == 0);
        run(base);
        CHECK(calls.count == 0);
        REQUIRE(event_add(usr1, nullptr) == 0);
        run(base);
        CHECK(calls.count == 0);
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
    }
}

TEST_CASE("signal_event_with_a_timeout_fires_for_the_timeout") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        const timeval soon = milliseconds(1);
        REQUIRE(event_add(usr1, &soon) == 0);
        REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
        CHECK(calls.count == 1);
        CHECK(calls.what == EV_TIMEOUT);
        CHECK(evsignal_pending(usr1, nullptr) == EV_SIGNAL);
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 2);
        CHECK(calls.what == EV_SIGNAL);
    }
}

TEST_CASE("more_urgent_signal_event_is_called_first") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        REQUIRE(event_base_priority_init(base, 3) == 0);
        struct Order {
            int calls = 0;
            int urgent_at = 0;
            int lazy_at = 0;
        } order;
        event* lazy = evsignal_new(
            base, SIGUSR1,
            [](evutil_socket_t, short, void* o) {
                auto& the = *static_cast<Order*>(o);
                the.lazy_at = ++the.calls;
            },
            &order);
        event* urgent = evsignal_new(
            base, SIGUSR2,
            [](evutil_socket_t, short, void* o) {
                auto& the = *static_cast<Order*>(o);
                the.urgent_at = ++the.calls;
            },
            &order);
        REQUIRE(event_priority_set(lazy, 2) == 0);
        REQUIRE(event_priority_set(urgent, 0) == 0);
        REQUIRE(event_add(lazy, nullptr) == 0);
        REQUIRE(event_add(urgent, nullptr) == 0);
        raise(SIGUSR1);
        raise(SIGUSR2);
        run(base);
        CHECK(order.urgent_at == 1);
        CHECK(order.lazy_at == 2);
        event_free(lazy);
        event_free(urgent);
    }
}

TEST_CASE("loop_ends_when_the_last_signal_event_goes") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Signal usr1(base, SIGUSR1, event_self_cbarg(), [](evutil_socket_t, short, void* self) {
            event_del(static_cast<event*>(self));
        });
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 1);
        raise(SIGUSR1);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
    }
}
