// SPDX-License-Identifier: BSD-3-Clause
// fork() of a program with threads, and wake-ups in the child.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "loop/wakeup.h"
#include "process/fork_support.h"
#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

void set_flag_call(evutil_socket_t, short, void* flag) {
    static_cast<Flag*>(flag)->set();
}

// Whether something has signalled the base's waker.
bool waker_is_signalled(event_base* base) {
    pollfd waker = {evlet_port_waker_descriptor(&base->wakeup->waker), POLLIN, 0};
    return poll(&waker, 1, 0) == 1;
}

}  // namespace

TEST_CASE("threads_of_the_child_wake_the_loop_of_the_child_alone") {
    use_threads();
    Base base;
    Flag called;
    event* user = evuser_new(base, set_flag_call, &called);
    in_child([&] {
        CHILD_REQUIRE(event_reinit(base) == 0);
        LoopThread loop(base);
        CHILD_REQUIRE(loop_waits(base));
        evuser_trigger(user);
        CHILD_REQUIRE(called.wait());
        CHILD_REQUIRE(loop_waits(base));
        CHILD_REQUIRE(event_base_loopbreak(base) == 0);
        CHILD_REQUIRE(loop.join() == 0);
    });
    CHECK_FALSE(waker_is_signalled(base));
    CHECK_FALSE(called.is_set());
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    evuser_trigger(user);
    CHECK(called.wait());
    loop.stop();
    event_free(user);
}

TEST_CASE("reinit_that_finds_no_descriptors_leaves_wake_ups_working") {
    use_threads();
    for (int spare = 0; spare < 4; ++spare) {
        CAPTURE(spare);
        Base base;
        Flag called;
        event* user = evuser_new(base, set_flag_call, &called);
        {
            CapturedLog log;
            FewDescriptors few(spare);
            const int result = event_reinit(base);
            if (spare == 0)
                CHECK(result == -1);
        }
        LoopThread loop(base);
        REQUIRE(loop_waits(base));
        evuser_trigger(user);
        CHECK(called.wait());
        loop.stop();
        event_free(user);
    }
}

#if EVLET_SIGNALS
TEST_CASE("child_forked_while_another_thread_was_in_the_signal_handler_can_free_its_base") {
    use_threads();
    Base base;
    std::atomic<bool> stop{false};
    Flag sending;
    event* ev = evsignal_new(base, SIGUSR1, count_call, nullptr);
    REQUIRE(event_add(ev, nullptr) == 0);
    std::thread sender([&] {
        raise(SIGUSR1);
        sending.set();
        while (!stop)
            raise(SIGUSR1);
    });
    REQUIRE(sending.wait());
    int status = 0;
    for (int round = 0; round < 40 && ended_well(status); ++round) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            alarm(10);
            CHILD_REQUIRE(event_reinit(base) == 0);
            event_free(ev);
            event_base_free(base);
            _exit(0);
        }
        REQUIRE(waitpid(child, &status, 0) == child);
    }
    CHECK(ended_well(status));
    stop = true;
    sender.join();
    event_free(ev);
}
#endif
