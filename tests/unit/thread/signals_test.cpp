// SPDX-License-Identifier: BSD-3-Clause
// Signals and threads: bases in several threads, signals from other threads, and bases that come
// and go under a hail of signals.
#include "evlet_config.h"

#if EVLET_SIGNALS
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "signals/signal_support.h"
#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

void count_atomically(evutil_socket_t, short, void* count) {
    ++*static_cast<std::atomic<int>*>(count);
}

constexpr int kHail = 100000;

// What a signal meets while no base waits for it. Not SIG_IGN: emulators of user programs stumble
// when one thread changes from a handler to that while another is about to run the handler.
void shrug(int) {}

}  // namespace

TEST_CASE("signal_of_the_process_reaches_the_loops_of_several_threads") {
    use_threads();
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        constexpr int kLoops = 3;
        std::atomic<int> counts[kLoops] = {};
        Base first(flags), second(flags), third(flags);
        event_base* bases[kLoops] = {first, second, third};
        event* events[kLoops];
        for (int i = 0; i < kLoops; ++i) {
            events[i] = evsignal_new(bases[i], SIGUSR1, count_atomically, &counts[i]);
            REQUIRE(event_add(events[i], nullptr) == 0);
        }
        {
            LoopThread a(first), b(second), c(third);
            for (int round = 1; round <= 5; ++round) {
                for (event_base* base : bases)
                    REQUIRE(loop_waits(base));
                kill(getpid(), SIGUSR1);
                for (std::atomic<int>& count : counts)
                    CHECK(comes_true([&] { return count >= round; }));
            }
        }
        for (int i = 0; i < kLoops; ++i) {
            CHECK(counts[i] == 5);
            event_free(events[i]);
        }
    }
}

TEST_CASE("event_added_by_another_thread_hears_of_the_signal") {
    use_threads();
    Base base;
    std::atomic<int> count{0};
    LoopThread loop(base);
    REQUIRE(loop_waits(base));
    event* ev = evsignal_new(base, SIGUSR1, count_atomically, &count);
    REQUIRE(event_add(ev, nullptr) == 0);
    raise(SIGUSR1);
    CHECK(comes_true([&] { return count == 1; }));
    loop.stop();
    event_free(ev);
}

TEST_CASE("every_signal_that_another_thread_raises_is_counted") {
    use_threads();
    Base base;
    std::atomic<int> count{0};
    event* ev = evsignal_new(base, SIGUSR1, count_atomically, &count);
    REQUIRE(event_add(ev, nullptr) == 0);
    LoopThread loop(base);
    for (int batch = 1; batch <= 20; ++batch) {
        for (int i = 0; i < 500; ++i)
            raise(SIGUSR1);
        REQUIRE(comes_true([&] { return count >= batch * 500; }));
    }
    loop.stop();
    CHECK(count == 20 * 500);
    event_free(ev);
}

TEST_CASE("bases_come_and_go_while_another_thread_handles_signals") {
    use_threads();
    Disposition quiet(SIGUSR1, shrug);
    for (int flags : kMethodFlags) {
        CAPTURE(flags);
        std::atomic<bool> done{false};
        std::thread sender([&] {
            for (int i = 0; i < kHail / (flags ? 4 : 1); ++i)
                raise(SIGUSR1);
            done = true;
        });
        std::atomic<int> count{0};
        int rounds = 0;
        do {
            Base stays(flags);
            event* lasting = evsignal_new(stays, SIGUSR1, count_atomically, &count);
            REQUIRE(event_add(lasting, nullptr) == 0);
            for (int i = 0; i < 5; ++i) {
                Base base(flags);
                event* ev = evsignal_new(base, SIGUSR1, count_atomically, &count);
                REQUIRE(event_add(ev, nullptr) == 0);
                REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
                event_free(ev);
            }
            REQUIRE(event_base_loop(stays, EVLOOP_NONBLOCK) >= 0);
            event_free(lasting);
            ++rounds;
        } while (!done);
        sender.join();
        CHECK(rounds > 0);
    }
    CHECK((disposition(SIGUSR1).sa_handler == shrug));
}

TEST_CASE("signals_that_interrupt_the_thread_of_the_loop_anywhere_do_no_harm") {
    use_threads();
    Disposition quiet(SIGUSR1, shrug);
    const pthread_t target = pthread_self();
    std::atomic<bool> stop{false};
    std::thread sender([&] {
        for (int i = 0; i < kHail / 5 && !stop; ++i)
            pthread_kill(target, SIGUSR1);
        stop = true;
    });
    SocketPair pair;
    std::atomic<int> count{0};
    while (!stop) {
        Base base;
        event* ev = evsignal_new(base, SIGUSR1, count_atomically, &count);
        event* other = evsignal_new(base, SIGUSR2, count_atomically, &count);
        event* writer = event_new(base, pair[0], EV_WRITE | EV_PERSIST, count_atomically, &count);
        REQUIRE(event_add(ev, nullptr) == 0);
        REQUIRE(event_add(other, nullptr) == 0);
        REQUIRE(event_add(writer, nullptr) == 0);
        for (int pass = 0; pass < 10; ++pass)
            REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
        event_free(other);
        event_free(writer);
        event_free(ev);
    }
    sender.join();
    CHECK(count > 0);
}

TEST_CASE("signalfd_base_that_goes_while_another_reads_signals_is_left_alone") {
    // Who reads a signalfd tells the other bases, which may be freed at that moment.
    use_threads();
    const int flags = kMethodFlags[sizeof kMethodFlags / sizeof kMethodFlags[0] - 1];
    std::atomic<int> count{0};
    std::atomic<bool> stop{false};
    Flag ready;
    std::thread reader([&] {
        event_config* config = config_under_test(flags);
        event_base* base = event_base_new_with_config(config);
        event_config_free(config);
        event* ev = evsignal_new(base, SIGUSR1, count_atomically, &count);
        event_add(ev, nullptr);
        ready.set();
        for (int i = 0; i < 3000; ++i) {
            raise(SIGUSR1);
            event_base_loop(base, EVLOOP_NONBLOCK);
        }
        stop = true;
        event_free(ev);
        event_base_free(base);
    });
    REQUIRE(ready.wait());
    while (!stop) {
        Base base;
        event* ev = evsignal_new(base, SIGUSR1, count_atomically, &count);
        REQUIRE(event_add(ev, nullptr) == 0);
        event_free(ev);
    }
    reader.join();
    CHECK(count >= 3000);
}
#endif
