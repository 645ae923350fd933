// SPDX-License-Identifier: BSD-3-Clause
// Handler or signalfd: how the choice is made, and what signalfd does to the blocked signals.
#include <stdlib.h>

#include <string>

#include "signals/signal_support.h"

using namespace evlet_test;

namespace {

std::string method_of(event_base* base) {
    return event_base_get_signal_method(base);
}

}  // namespace

TEST_CASE("signals_come_through_the_handler_unless_asked_otherwise") {
    Base base;
    CHECK(method_of(base) == "signal");
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    CHECK(method_of(base) == "signal");
    CHECK_FALSE(is_blocked(SIGUSR1));
}

#if !EVLET_SIGNALFD
TEST_CASE("flag_for_signalfd_is_accepted_in_a_build_without_it") {
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    CHECK(method_of(base) == "signal");
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    raise(SIGUSR1);
    run(base);
    CHECK(calls.count == 1);
}
#else
TEST_CASE("flag_chooses_signalfd") {
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    CHECK(method_of(base) == "signalfd_signal");
}

TEST_CASE("environment_chooses_signalfd_unless_the_base_ignores_it") {
    setenv("EVENT_USE_SIGNALFD", "1", 1);
    {
        Base base;
        CHECK(method_of(base) == "signalfd_signal");
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
        Base deaf(EVENT_BASE_FLAG_IGNORE_ENV);
        CHECK(method_of(deaf) == "signal");
    }
    unsetenv("EVENT_USE_SIGNALFD");
    Base base;
    CHECK(method_of(base) == "signal");
}

TEST_CASE("signalfd_blocks_its_signals_while_there_are_events") {
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    Calls calls;
    CHECK_FALSE(is_blocked(SIGUSR1));
    Signal first(base, SIGUSR1, &calls);
    CHECK(is_blocked(SIGUSR1));
    CHECK_FALSE(is_blocked(SIGUSR2));
    Signal second(base, SIGUSR1, &calls);
    first.free();
    CHECK(is_blocked(SIGUSR1));
    second.free();
    CHECK_FALSE(is_blocked(SIGUSR1));
}

TEST_CASE("freeing_the_base_unblocks_the_signals_of_its_signalfd") {
    Disposition quiet(SIGUSR1, SIG_IGN);
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    Calls calls;
    event* ev = evsignal_new(base, SIGUSR1, note_call, &calls);
    REQUIRE(event_add(ev, nullptr) == 0);
    REQUIRE(is_blocked(SIGUSR1));
    raise(SIGUSR1);
    event_free(ev);
    CHECK_FALSE(is_blocked(SIGUSR1));
    REQUIRE((ev = evsignal_new(base, SIGUSR2, note_call, &calls)));
    REQUIRE(event_add(ev, nullptr) == 0);
    REQUIRE(is_blocked(SIGUSR2));
    event_del(ev);
    REQUIRE(event_add(ev, nullptr) == 0);
    event* left_behind = ev;
    base.free();
    CHECK_FALSE(is_blocked(SIGUSR2));
    CHECK(calls.count == 0);
    free(left_behind);
}

TEST_CASE("signal_the_program_had_blocked_stays_blocked") {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    REQUIRE(pthread_sigmask(SIG_BLOCK, &set, &before) == 0);
    {
        Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
        Calls calls;
        {
            Signal usr1(base, SIGUSR1, &calls);
            raise(SIGUSR1);
            run(base);
            CHECK(calls.count == 1);
        }
        CHECK(is_blocked(SIGUSR1));
    }
    CHECK(is_blocked(SIGUSR1));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("signalfd_reads_signals_that_were_pending_before_the_event_was_added") {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    REQUIRE(pthread_sigmask(SIG_BLOCK, &set, &before) == 0);
    raise(SIGUSR1);
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    Calls calls;
    {
        Signal usr1(base, SIGUSR1, &calls);
        run(base);
        CHECK(calls.count == 1);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("pending_signal_kills_nobody_when_signalfd_lets_go_of_it") {
    // The default action of SIGUSR1 would end the program.
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    Calls calls;
    Signal usr1(base, SIGUSR1, &calls);
    raise(SIGUSR1);
    usr1.free();
    CHECK_FALSE(is_blocked(SIGUSR1));
    run(base);
    CHECK(calls.count == 0);
}

TEST_CASE("two_signalfd_bases_in_one_thread_leave_nothing_blocked") {
    for (bool first_goes_first : {true, false}) {
        CAPTURE(first_goes_first);
        Base first(EVENT_BASE_FLAG_USE_SIGNALFD);
        Base second(EVENT_BASE_FLAG_USE_SIGNALFD);
        Calls first_calls, second_calls;
        Signal in_first(first, SIGUSR1, &first_calls);
        Signal in_second(second, SIGUSR1, &second_calls);
        Base& stays = first_goes_first ? second : first;
        Calls& counted = first_goes_first ? second_calls : first_calls;
        (first_goes_first ? in_first : in_second).free();
        raise(SIGUSR1);
        run(stays);
        CHECK(counted.count == 1);
        (first_goes_first ? in_second : in_first).free();
        CHECK_FALSE(is_blocked(SIGUSR1));
    }
}

TEST_CASE("several_signals_through_one_signalfd_arrive_in_one_pass") {
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    Calls calls[4];
    Signal a(base, SIGUSR1, &calls[0]);
    Signal b(base, SIGUSR2, &calls[1]);
    Signal c(base, SIGHUP, &calls[2]);
    Signal d(base, SIGTERM, &calls[3]);
    for (int signo : {SIGTERM, SIGHUP, SIGUSR2, SIGUSR1})
        raise(signo);
    CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    for (const Calls& each : calls)
        CHECK(each.count == 1);
}

TEST_CASE("queued_real_time_signals_all_arrive_through_signalfd") {
    Base base(EVENT_BASE_FLAG_USE_SIGNALFD);
    Calls calls;
    Signal realtime(base, SIGRTMIN + 1, &calls);
    for (int i = 0; i < 5; ++i)
        raise(SIGRTMIN + 1);
    run(base);
    CHECK(calls.count == 5);
}
#endif
