// SPDX-License-Identifier: BSD-3-Clause
// The calls of a signal event: how many there are and what ends them early.
#include "signals/signal_support.h"

using namespace evlet_test;

namespace {

// A callback that counts, and at call number `act_at` does something.
struct Acting {
    event_base* base = nullptr;
    event* self = nullptr;
    event* other = nullptr;
    int count = 0;
    int act_at = 2;
    void (*act)(Acting&) = nullptr;
};

void count_and_act(evutil_socket_t, short, void* argument) {
    auto& acting = *static_cast<Acting*>(argument);
    if (++acting.count == acting.act_at && acting.act)
        acting.act(acting);
}

// Lets the event happen `calls` times, and the callback act at one of these calls.
int calls_until(Acting& acting, Base& base, short calls, void (*act)(Acting&)) {
    acting.base = base;
    acting.act = act;
    if (!acting.self)
        acting.self = evsignal_new(base, SIGUSR1, count_and_act, &acting);
    REQUIRE(acting.self);
    REQUIRE(event_add(acting.self, nullptr) == 0);
    event_active(acting.self, EV_SIGNAL, calls);
    run(base);
    return acting.count;
}

}  // namespace

TEST_CASE("event_active_calls_a_signal_event_as_often_as_asked") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, nullptr) == 5);
    run(base);
    CHECK(acting.count == 5);
    event_free(acting.self);
}

TEST_CASE("event_active_on_a_signal_event_that_is_not_added_calls_it") {
    Base base;
    Calls calls;
    event* ev = evsignal_new(base, SIGUSR1, note_call, &calls);
    REQUIRE(ev);
    event_active(ev, EV_SIGNAL, 3);
    run(base);
    CHECK(calls.count == 3);
    CHECK(event_pending(ev, EV_SIGNAL, nullptr) == 0);
    event_free(ev);
}

TEST_CASE("event_del_in_the_callback_drops_the_calls_that_are_left") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, [](Acting& a) { event_del(a.self); }) == 2);
    run(base);
    CHECK(acting.count == 2);
    event_free(acting.self);
}

TEST_CASE("event_free_in_the_callback_drops_the_calls_that_are_left") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, [](Acting& a) { event_free(a.self); }) == 2);
    run(base);
    CHECK(acting.count == 2);
}

TEST_CASE("event_free_in_the_last_call_is_safe") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 2, [](Acting& a) { event_free(a.self); }) == 2);
    Acting only;
    only.act_at = 1;
    CHECK(calls_until(only, base, 1, [](Acting& a) { event_free(a.self); }) == 1);
}

TEST_CASE("finalizing_in_the_callback_drops_the_calls_that_are_left") {
    Base base;
    Acting acting;
    static int finalized;
    finalized = 0;
    CHECK(calls_until(acting, base, 5, [](Acting& a) {
              event_free_finalize(0, a.self, [](event*, void*) { ++finalized; });
          }) == 2);
    run(base);
    CHECK(acting.count == 2);
    CHECK(finalized == 1);
}

TEST_CASE("loopbreak_in_the_callback_drops_the_calls_that_are_left") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, [](Acting& a) { event_base_loopbreak(a.base); }) == 2);
    CHECK(event_base_got_break(base));
    run(base);
    CHECK(acting.count == 2);
    CHECK(event_pending(acting.self, EV_SIGNAL, nullptr) == EV_SIGNAL);
    event_free(acting.self);
}

TEST_CASE("loopexit_in_the_callback_lets_all_calls_be_made") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5,
                      [](Acting& a) { event_base_loopexit(a.base, nullptr); }) == 5);
    event_free(acting.self);
}

TEST_CASE("deleting_and_adding_again_in_the_callback_drops_the_calls_but_stays_pending") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, [](Acting& a) {
              event_del(a.self);
              event_add(a.self, nullptr);
          }) == 2);
    CHECK(event_pending(acting.self, EV_SIGNAL, nullptr) == EV_SIGNAL);
    raise(SIGUSR1);
    run(base);
    CHECK(acting.count == 3);
    event_free(acting.self);
}

TEST_CASE("activating_again_in_the_callback_and_then_freeing_is_safe") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, [](Acting& a) {
              event_active(a.self, EV_SIGNAL, 4);
              event_free(a.self);
          }) == 2);
    run(base);
    CHECK(acting.count == 2);
}

TEST_CASE("activating_again_in_the_callback_and_then_deleting_drops_all_calls") {
    Base base;
    Acting acting;
    CHECK(calls_until(acting, base, 5, [](Acting& a) {
              event_active(a.self, EV_SIGNAL, 4);
              event_del(a.self);
          }) == 2);
    event_free(acting.self);
}

TEST_CASE("event_freed_in_a_later_callback_of_the_same_run_is_not_touched") {
    // The first event's last call activates it again; the second event's callback frees it.
    Base base;
    Acting first;
    first.base = base;
    first.act_at = 1;
    first.act = [](Acting& a) { event_active(a.self, EV_SIGNAL, 3); };
    first.self = evsignal_new(base, SIGUSR1, count_and_act, &first);
    Acting second;
    second.act_at = 1;
    second.act = [](Acting& a) { event_free(a.other); };
    second.self = evsignal_new(base, SIGUSR2, count_and_act, &second);
    second.other = first.self;
    event_active(first.self, EV_SIGNAL, 1);
    event_active(second.self, EV_SIGNAL, 1);
    run(base);
    CHECK(first.count == 1);
    CHECK(second.count == 1);
    event_free(second.self);
}

TEST_CASE("one_shot_signal_event_fires_once_and_is_gone") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition quiet(SIGUSR1, SIG_IGN);
        Base base(flags);
        Calls calls;
        event* ev = event_new(base, SIGUSR1, EV_SIGNAL, note_call, &calls);
        REQUIRE(ev);
        REQUIRE(event_add(ev, nullptr) == 0);
        raise(SIGUSR1);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(calls.count == 1);
        CHECK(event_pending(ev, EV_SIGNAL, nullptr) == 0);
        CHECK((disposition(SIGUSR1).sa_handler == SIG_IGN));
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
        event_free(ev);
    }
}

TEST_CASE("one_shot_signal_event_may_add_itself_again") {
    Base base;
    Acting acting;
    acting.act_at = 1;
    acting.act = [](Acting& a) { event_add(a.self, nullptr); };
    acting.self = event_new(base, SIGUSR1, EV_SIGNAL, count_and_act, &acting);
    REQUIRE(event_add(acting.self, nullptr) == 0);
    raise(SIGUSR1);
    run(base);
    CHECK(acting.count == 1);
    CHECK(event_pending(acting.self, EV_SIGNAL, nullptr) == EV_SIGNAL);
    raise(SIGUSR1);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(acting.count == 2);
    event_free(acting.self);
}

TEST_CASE("callback_may_free_its_own_event_for_a_real_signal") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition quiet(SIGUSR1, SIG_IGN);
        Base base(flags);
        Acting acting;
        acting.act_at = 1;
        acting.act = [](Acting& a) { event_free(a.self); };
        acting.self = evsignal_new(base, SIGUSR1, count_and_act, &acting);
        REQUIRE(event_add(acting.self, nullptr) == 0);
        raise(SIGUSR1);
        raise(SIGUSR1);
        raise(SIGUSR1);
        CHECK(event_base_dispatch(base) == 1);
        CHECK(acting.count == 1);
        CHECK((disposition(SIGUSR1).sa_handler == SIG_IGN));
    }
}

TEST_CASE("callback_may_free_another_event_of_the_same_signal") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Acting acting[2];
        for (int i = 0; i < 2; ++i) {
            acting[i].act_at = 1;
            acting[i].act = [](Acting& a) { event_free(a.other); };
            acting[i].self = evsignal_new(base, SIGUSR1, count_and_act, &acting[i]);
            REQUIRE(event_add(acting[i].self, nullptr) == 0);
        }
        acting[0].other = acting[1].self;
        acting[1].other = acting[0].self;
        raise(SIGUSR1);
        run(base);
        CHECK(acting[0].count + acting[1].count == 1);
        event_free(acting[0].count ? acting[0].self : acting[1].self);
    }
}

TEST_CASE("callback_may_add_and_remove_events_of_other_signals") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls usr2_calls;
        Acting acting;
        acting.act_at = 1;
        acting.act = [](Acting& a) {
            event_add(a.other, nullptr);
            raise(SIGUSR2);
            event_del(a.self);
        };
        acting.self = evsignal_new(base, SIGUSR1, count_and_act, &acting);
        acting.other = evsignal_new(base, SIGUSR2, note_call, &usr2_calls);
        REQUIRE(event_add(acting.self, nullptr) == 0);
        raise(SIGUSR1);
        run(base);
        CHECK(acting.count == 1);
        CHECK(usr2_calls.count == 1);
        event_free(acting.self);
        event_free(acting.other);
    }
}

TEST_CASE("active_by_signal_calls_every_event_of_that_signal_without_one_being_sent") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls usr1_calls[2], usr2_calls;
        Signal first(base, SIGUSR1, &usr1_calls[0]);
        Signal second(base, SIGUSR1, &usr1_calls[1]);
        Signal other(base, SIGUSR2, &usr2_calls);
        event_base_active_by_signal(base, SIGUSR1);
        run(base);
        CHECK(usr1_calls[0].count == 1);
        CHECK(usr1_calls[0].what == EV_SIGNAL);
        CHECK(usr1_calls[1].count == 1);
        CHECK(usr2_calls.count == 0);
    }
}

TEST_CASE("active_by_signal_ignores_signals_without_events_and_numbers_that_are_none") {
    Base base;
    for (int signo : {-1, 0, SIGUSR1, NSIG, NSIG + 1000})
        event_base_active_by_signal(base, signo);
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    for (int signo : {-1, 0, SIGUSR2, NSIG, NSIG + 1000})
        event_base_active_by_signal(base, signo);
    run(base);
    CHECK(calls.count == 0);
}
