// SPDX-License-Identifier: BSD-3-Clause
// Signal events after fork(): each process hears of its own signals.
#include "process/fork_support.h"

#if EVLET_SIGNALS
#include "signals/signal_support.h"

using namespace evlet_test;

TEST_CASE("child_and_parent_hear_of_their_own_signals_only") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        raise(SIGUSR1);
        run(base);
        REQUIRE(calls.count == 1);
        in_child([&] {
            CHILD_REQUIRE(event_reinit(base) == 0);
            for (int i = 2; i < 5; ++i) {
                raise(SIGUSR1);
                CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
                CHILD_REQUIRE(calls.count == i);
            }
        });
        run(base);
        CHECK(calls.count == 1);
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 2);
    }
}

TEST_CASE("signal_of_the_parent_does_not_wake_the_child") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        int to_child[2], to_parent[2];
        REQUIRE(pipe(to_child) == 0);
        REQUIRE(pipe(to_parent) == 0);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        char byte = 0;
        if (child == 0) {
            CHILD_REQUIRE(event_reinit(base) == 0);
            CHILD_REQUIRE(write(to_parent[1], "r", 1) == 1);
            CHILD_REQUIRE(read(to_child[0], &byte, 1) == 1);
            CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
            CHILD_REQUIRE(calls.count == 0);
            _exit(0);
        }
        REQUIRE(read(to_parent[0], &byte, 1) == 1);
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
        REQUIRE(write(to_child[1], "g", 1) == 1);
        int status = -1;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(ended_well(status));
        for (int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]})
            close(fd);
    }
}

TEST_CASE("signal_caught_in_the_child_before_its_reinit_is_not_lost") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        run(base);
        in_child([&] {
            raise(SIGUSR1);
            CHILD_REQUIRE(event_reinit(base) == 0);
            CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
            CHILD_REQUIRE(calls.count == 1);
        });
        run(base);
        CHECK(calls.count == 0);
    }
}

TEST_CASE("removing_signal_events_in_the_child_restores_its_dispositions_alone") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Disposition quiet(SIGUSR1, SIG_IGN);
        Base base(flags);
        Calls calls;
        Signal usr1(base, SIGUSR1, &calls);
        in_child([&] {
            CHILD_REQUIRE(event_reinit(base) == 0);
            CHILD_REQUIRE(event_del(usr1) == 0);
            struct sigaction now;
            CHILD_REQUIRE(sigaction(SIGUSR1, nullptr, &now) == 0);
            CHILD_REQUIRE(now.sa_handler == SIG_IGN);
            CHILD_REQUIRE(!is_blocked(SIGUSR1));
            raise(SIGUSR1);
            CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 1);
            CHILD_REQUIRE(calls.count == 0);
        });
        raise(SIGUSR1);
        run(base);
        CHECK(calls.count == 1);
    }
}

TEST_CASE("signal_events_added_in_the_child_after_its_reinit_work") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls usr1_calls, usr2_calls;
        Signal usr1(base, SIGUSR1, &usr1_calls);
        event* usr2 = evsignal_new(base, SIGUSR2, note_call, &usr2_calls);
        in_child([&] {
            CHILD_REQUIRE(event_reinit(base) == 0);
            CHILD_REQUIRE(event_add(usr2, nullptr) == 0);
            raise(SIGUSR2);
            raise(SIGUSR1);
            CHILD_REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) == 0);
            CHILD_REQUIRE(usr1_calls.count == 1);
            CHILD_REQUIRE(usr2_calls.count == 1);
        });
        event_free(usr2);
    }
}

TEST_CASE("several_bases_with_the_same_signal_survive_the_fork") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base first(flags), second(flags);
        Calls first_calls, second_calls;
        Signal in_first(first, SIGUSR1, &first_calls);
        Signal in_second(second, SIGUSR1, &second_calls);
        in_child([&] {
            CHILD_REQUIRE(event_reinit(first) == 0);
            CHILD_REQUIRE(event_reinit(second) == 0);
            raise(SIGUSR1);
            for (int round = 0; round < 2; ++round) {
                CHILD_REQUIRE(event_base_loop(first, EVLOOP_NONBLOCK) == 0);
                CHILD_REQUIRE(event_base_loop(second, EVLOOP_NONBLOCK) == 0);
            }
            CHILD_REQUIRE(first_calls.count == 1);
            CHILD_REQUIRE(second_calls.count == 1);
            in_first.free();
            event_base_free(first);
            raise(SIGUSR1);
            CHILD_REQUIRE(event_base_loop(second, EVLOOP_NONBLOCK) == 0);
            CHILD_REQUIRE(second_calls.count == 2);
        });
        raise(SIGUSR1);
        for (int round = 0; round < 2; ++round) {
            run(first);
            run(second);
        }
        CHECK(first_calls.count == 1);
        CHECK(second_calls.count == 1);
    }
}

TEST_CASE("end_of_a_child_process_is_reported_as_a_signal") {
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        Base base(flags);
        Calls calls;
        Signal chld(base, SIGCHLD, &calls);
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0)
            _exit(5);
        REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
        CHECK(calls.count == 1);
        int status = -1;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WEXITSTATUS(status) == 5);
    }
}
#endif
