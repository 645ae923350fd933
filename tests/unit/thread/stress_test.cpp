// SPDX-License-Identifier: BSD-3-Clause
// Several threads do what they like to the events of running loops, for a bounded number of
// operations. Of most use under ThreadSanitizer and AddressSanitizer.
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "thread/thread_support.h"

using namespace evlet_test;

namespace {

constexpr int kThreads = 4;
constexpr int kOperations = 1500;
constexpr int kShared = 24;

class Numbers {
public:
    explicit Numbers(unsigned seed) : state_(seed * 2654435761u + 1) {}
    unsigned below(unsigned limit) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return (state_ >> 4) % limit;
    }

private:
    unsigned state_;
};

void take_bytes(evutil_socket_t fd, short what, void* count) {
    char bytes[64];
    if (what & EV_READ) {
        while (read(static_cast<int>(fd), bytes, sizeof bytes) > 0) {
        }
    }
    ++*static_cast<std::atomic<long>*>(count);
}

// One thing that a thread may do to an event that all threads know.
void operate(event* ev, Numbers& numbers) {
    const timeval delays[] = {{0, 0}, {0, 100}, {0, 3000}, {50, 0}};
    switch (numbers.below(9)) {
    case 0:
    case 1:
        event_add(ev, &delays[numbers.below(4)]);
        break;
    case 2:
        event_add(ev, nullptr);
        break;
    case 3:
        event_del(ev);
        break;
    case 4:
        event_del_noblock(ev);
        break;
    case 5:
    case 6:
        event_active(ev, EV_TIMEOUT, 1);
        break;
    case 7:
        event_remove_timer(ev);
        break;
    default: {
        timeval when;
        event_pending(ev, EV_READ | EV_WRITE | EV_TIMEOUT, &when);
        break;
    }
    }
}

struct Playground {
    Base base;
    SocketPair pairs[4];
    event* events[kShared];
    std::atomic<long> calls{0};
    std::atomic<int> failures{0};

    Playground() {
        REQUIRE(event_base_priority_init(base, 3) == 0);
        for (int i = 0; i < kShared; ++i) {
            events[i] = make(i);
            REQUIRE(events[i]);
            event_priority_set(events[i], i % 3);
        }
    }
    ~Playground() {
        for (event* ev : events)
            event_free(ev);
    }
    event* make(int i) {
        const int socket = pairs[i % 4][i / 4 % 2];
        switch (i % 6) {
        case 0:
            return event_new(base, socket, EV_READ | EV_PERSIST, take_bytes, &calls);
        case 1:
            return event_new(base, socket, EV_WRITE, take_bytes, &calls);
        case 2:
            return event_new(base, -1, EV_PERSIST, take_bytes, &calls);
        case 3:
            return event_new(base, socket, EV_READ, take_bytes, &calls);
#if EVLET_SIGNALS
        case 4:
            return event_new(base, SIGUSR1, EV_SIGNAL | EV_PERSIST, take_bytes, &calls);
#endif
        default:
            return evtimer_new(base, take_bytes, &calls);
        }
    }
    void play(unsigned seed) {
        Numbers numbers(seed);
        for (int i = 0; i < kOperations; ++i) {
            if (numbers.below(8) == 0) {
                play_alone(numbers);
            } else if (numbers.below(8) == 0) {
                const ssize_t written = write(pairs[numbers.below(4)][1], "x", 1);
                failures += written == 0;
            } else {
                operate(events[numbers.below(kShared)], numbers);
            }
        }
    }
    // With events of the thread's own, which come and go.
    void play_alone(Numbers& numbers) {
        const timeval soon = {0, static_cast<suseconds_t>(numbers.below(2000))};
        event* own = event_new(base, -1, numbers.below(2) ? EV_PERSIST : 0, take_bytes, &calls);
        if (!own || event_add(own, &soon) != 0)
            ++failures;
        if (numbers.below(2))
            event_active(own, EV_TIMEOUT, 1);
        if (numbers.below(3) == 0)
            event_free_finalize(0, own, [](event*, void* count) {
                ++*static_cast<std::atomic<long>*>(count);
            });
        else
            event_free(own);
        if (numbers.below(2) == 0 &&
            event_base_once(base, -1, EV_TIMEOUT, take_bytes, &calls, &soon) != 0)
            ++failures;
        event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE);
    }
};

}  // namespace

TEST_CASE("many_threads_change_the_events_of_a_running_loop") {
    use_threads();
    Playground playground;
    {
        LoopThread loop(playground.base);
        std::thread threads[kThreads];
        for (unsigned i = 0; i < kThreads; ++i)
            threads[i] = std::thread([&playground, i] { playground.play(i + 1); });
        for (std::thread& thread : threads)
            thread.join();
        // The loop is still alive and hears what it is told.
        Flag alive;
        REQUIRE(event_base_once(
                    playground.base, -1, EV_TIMEOUT,
                    [](evutil_socket_t, short, void* flag) { static_cast<Flag*>(flag)->set(); },
                    &alive, nullptr) == 0);
        CHECK(alive.wait());
        CHECK(loop.stop() == 0);
    }
    CHECK(playground.failures == 0);
    CHECK(playground.calls > 0);
    for (event* ev : playground.events)
        event_del(ev);
    // What is left are once calls and finalizers; they end, and the books are balanced.
    CHECK(event_base_dispatch(playground.base) == 1);
    CHECK(event_base_get_num_events(playground.base,
                                    EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE) == 0);
}

TEST_CASE("many_threads_stop_and_restart_a_loop") {
    use_threads();
    Base base;
    event* timer = event_new(
        base, -1, EV_PERSIST, [](evutil_socket_t, short, void*) {}, nullptr);
    const timeval often = {0, 500};
    REQUIRE(event_add(timer, &often) == 0);
    std::atomic<bool> done{false};
    std::atomic<int> returns{0};
    std::thread loop([&] {
        do {
            event_base_loop(base, 0);
            ++returns;
        } while (!done);
    });
    std::thread stoppers[3];
    for (int i = 0; i < 3; ++i) {
        stoppers[i] = std::thread([&base, i] {
            const timeval soon = {0, 200};
            for (int n = 0; n < 300; ++n) {
                if (i == 0)
                    event_base_loopbreak(base);
                else if (i == 1)
                    event_base_loopexit(base, n % 2 ? &soon : nullptr);
                else
                    event_base_loopcontinue(base);
                std::this_thread::yield();
            }
        });
    }
    for (std::thread& stopper : stoppers)
        stopper.join();
    done = true;
    std::atomic<bool> ended{false};
    std::thread waker([&] {
        while (!ended) {
            event_base_loopbreak(base);
            std::this_thread::yield();
        }
    });
    loop.join();
    ended = true;
    waker.join();
    CHECK(returns > 0);
    event_free(timer);
}
