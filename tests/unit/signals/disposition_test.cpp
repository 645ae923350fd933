// SPDX-License-Identifier: BSD-3-Clause
// What happens to the program's own dispositions, and which signals can be waited for.
#include <string.h>

#include "signals/signal_support.h"

using namespace evlet_test;

namespace {

volatile sig_atomic_t g_own_handler_calls;

// SA_RESTORER: the C library sets it by itself on every handler that passes through it.
constexpr int kSystemFlag = 0x04000000;

void own_handler(int) {
    ++g_own_handler_calls;
}

}  // namespace

TEST_CASE("old_handler_stands_again_after_the_last_event") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition own(SIGUSR1, own_handler);
        g_own_handler_calls = 0;
        Base base(flags);
        Calls calls;
        {
            Signal first(base, SIGUSR1, &calls);
            CHECK((disposition(SIGUSR1).sa_handler != own_handler));
            Signal second(base, SIGUSR1, &calls);
            first.free();
            CHECK((disposition(SIGUSR1).sa_handler != own_handler));
            raise(SIGUSR1);
            run(base);
            CHECK(g_own_handler_calls == 0);
            CHECK(calls.count == 1);
        }
        CHECK((disposition(SIGUSR1).sa_handler == own_handler));
        raise(SIGUSR1);
        CHECK(g_own_handler_calls == 1);
        run(base);
        CHECK(calls.count == 1);
    }
}

TEST_CASE("old_handler_comes_back_with_its_flags_and_mask") {
    struct sigaction own = {};
    own.sa_handler = own_handler;
    own.sa_flags = SA_NODEFER;
    sigemptyset(&own.sa_mask);
    sigaddset(&own.sa_mask, SIGHUP);
    struct sigaction before;
    REQUIRE(sigaction(SIGUSR1, &own, &before) == 0);
    {
        Base base;
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
    }
    const struct sigaction after = disposition(SIGUSR1);
    CHECK((after.sa_handler == own_handler));
    CHECK((after.sa_flags & SA_NODEFER) != 0);
    CHECK((after.sa_flags & SA_RESTART) == 0);
    CHECK(sigismember(&after.sa_mask, SIGHUP) == 1);
    CHECK(sigismember(&after.sa_mask, SIGUSR2) == 0);
    sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("ignored_and_default_dispositions_are_restored") {
    for (auto handler : {SIG_IGN, SIG_DFL}) {
        Disposition own(SIGUSR1, handler);
        Base base;
        Calls calls;
        {
            Signal usr1(base, SIGUSR1, &calls);
            raise(SIGUSR1);
            run(base);
            CHECK(calls.count == 1);
        }
        CHECK((disposition(SIGUSR1).sa_handler == handler));
    }
}

TEST_CASE("old_handler_stands_again_when_the_last_of_several_bases_lets_go") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition own(SIGUSR1, own_handler);
        Calls calls;
        Base first(flags);
        Base second(flags);
        Signal in_first(first, SIGUSR1, &calls);
        Signal in_second(second, SIGUSR1, &calls);
        in_first.free();
        CHECK((disposition(SIGUSR1).sa_handler != own_handler));
        in_second.free();
        CHECK((disposition(SIGUSR1).sa_handler == own_handler));
    }
}

TEST_CASE("freeing_a_base_with_signal_events_restores_the_old_handlers") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition own_usr1(SIGUSR1, own_handler);
        Disposition own_usr2(SIGUSR2, SIG_IGN);
        Base base(flags);
        Calls calls;
        event* usr1 = evsignal_new(base, SIGUSR1, note_call, &calls);
        event* usr2 = evsignal_new(base, SIGUSR2, note_call, &calls);
        REQUIRE(event_add(usr1, nullptr) == 0);
        REQUIRE(event_add(usr2, nullptr) == 0);
        raise(SIGUSR2);
        base.free();
        CHECK((disposition(SIGUSR1).sa_handler == own_handler));
        CHECK((disposition(SIGUSR2).sa_handler == SIG_IGN));
        CHECK(calls.count == 0);
        event_debug_unassign(usr1);
        event_debug_unassign(usr2);
        free(usr1);
        free(usr2);
    }
}

TEST_CASE("numbers_that_are_no_signals_are_refused_and_change_nothing") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        CapturedLog log;
        for (int signo : {-1000, -1, 0, NSIG, NSIG + 1, 100000, INT32_MAX}) {
            CAPTURE(signo);
            event* ev = evsignal_new(base, signo, note_call, &calls);
            if (!ev)
                continue;
            CHECK(event_add(ev, nullptr) == -1);
            const timeval soon = milliseconds(1);
            CHECK(event_add(ev, &soon) == -1);
            CHECK(event_pending(ev, EV_SIGNAL | EV_TIMEOUT, nullptr) == 0);
            CHECK(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
            event_free(ev);
        }
        Signal usr1(base, SIGUSR1, &calls);
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
    }
}

TEST_CASE("signals_that_cannot_be_caught_are_refused") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        CapturedLog log;
        for (int signo : {SIGKILL, SIGSTOP}) {
            event* ev = evsignal_new(base, signo, note_call, &calls);
            REQUIRE(ev);
            CHECK(event_add(ev, nullptr) == -1);
            CHECK(event_pending(ev, EV_SIGNAL, nullptr) == 0);
            event_free(ev);
        }
        CHECK(event_base_dispatch(base) == 1);
    }
}

TEST_CASE("every_signal_the_system_lets_a_program_catch_can_be_waited_for") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        CapturedLog log;
        for (int signo = 1; signo < NSIG; ++signo) {
            CAPTURE(signo);
            struct sigaction before, after;
            const bool exists = sigaction(signo, nullptr, &before) == 0;
            const bool catchable = exists && sigaction(signo, &before, nullptr) == 0;
            Calls calls;
            event* ev = evsignal_new(base, signo, note_call, &calls);
            REQUIRE(ev);
            const bool added = event_add(ev, nullptr) == 0;
            CHECK(added == catchable);
            event_free(ev);
            if (!exists)
                continue;
            REQUIRE(sigaction(signo, nullptr, &after) == 0);
            CHECK((after.sa_handler == before.sa_handler));
            CHECK((after.sa_flags & ~kSystemFlag) == (before.sa_flags & ~kSystemFlag));
            CHECK_FALSE(is_blocked(signo));
        }
    }
}

TEST_CASE("signal_goes_with_no_descriptor_events") {
    Base base;
    CapturedLog log;
    Calls calls;
    for (int what : {EV_READ, EV_WRITE, EV_CLOSED, EV_READ | EV_WRITE | EV_PERSIST}) {
        CHECK(event_new(base, SIGUSR1, static_cast<short>(EV_SIGNAL | what), note_call, &calls) ==
              nullptr);
    }
    CHECK_FALSE(log.lines().empty());
}

TEST_CASE("bases_and_events_may_come_and_go_in_any_order") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition own(SIGUSR1, own_handler);
        constexpr int kBases = 5;
        event_base* bases[kBases];
        event* events[kBases];
        Calls calls[kBases];
        for (int i = 0; i < kBases; ++i) {
            event_config* config = config_under_test(flags);
            bases[i] = event_base_new_with_config(config);
            event_config_free(config);
            events[i] = evsignal_new(bases[i], SIGUSR1, note_call, &calls[i]);
            REQUIRE(event_add(events[i], nullptr) == 0);
        }
        const int order[kBases] = {2, 0, 4, 1, 3};
        for (int gone = 0; gone < kBases; ++gone) {
            raise(SIGUSR1);
            for (int round = 0; round < 2; ++round) {
                for (int i = gone; i < kBases; ++i)
                    run(bases[order[i]]);
            }
            for (int i = 0; i < kBases; ++i)
                CHECK(calls[order[i]].count == (i < gone ? i + 1 : gone + 1));
            event_free(events[order[gone]]);
            event_base_free(bases[order[gone]]);
        }
        CHECK((disposition(SIGUSR1).sa_handler == own_handler));
    }
}
