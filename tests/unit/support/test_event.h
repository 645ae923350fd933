// SPDX-License-Identifier: BSD-3-Clause
// An event whose callback is a lambda, for tests of the loop and of what stands on it. It counts
// its calls and remembers what it was told.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <functional>
#include <utility>

#include "support/test_base.h"

namespace evlet_test {

class TestEvent {
public:
    using Body = std::function<void(short what)>;

    // The object stays where it is: the event's callback points at it.
    TestEvent(event_base* base, evutil_socket_t fd, short events, Body body = nullptr)
        : body_(std::move(body)), event_(event_new(base, fd, events, on_call, this)) {}
    ~TestEvent() { free(); }
    TestEvent(const TestEvent&) = delete;
    TestEvent& operator=(const TestEvent&) = delete;

    operator event*() const { return event_; }
    event* get() const { return event_; }
    int add() const { return event_add(event_, nullptr); }
    int add(const timeval& timeout) const { return event_add(event_, &timeout); }
    int add_ms(long ms) const { return add(milliseconds(ms)); }
    void free() {
        event_free(event_);
        event_ = nullptr;
    }
    // Whoever calls this frees the event by other means.
    event* disown() { return std::exchange(event_, nullptr); }
    [[nodiscard]] int pending(short what = EV_TIMEOUT | EV_READ | EV_WRITE | EV_CLOSED |
                                           EV_SIGNAL) const {
        return event_pending(event_, what, nullptr);
    }

    int calls = 0;
    short told = 0;            // what the last call was told
    evutil_socket_t fd = -77;  // the descriptor it was given

private:
    static void on_call(evutil_socket_t fd, short what, void* argument) {
        auto& self = *static_cast<TestEvent*>(argument);
        ++self.calls;
        self.told = what;
        self.fd = fd;
        // A copy, since the body may end this object.
        const Body body = self.body_;
        if (body)
            body(what);
    }

    Body body_;
    event* event_;
};

// One pass of the loop without waiting, but for what is on its way. EVLOOP_NONBLOCK alone goes on for as long as something is
// ready.
inline int pass(event_base* base) {
    let_arrive();
    return event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

// Runs `body` once inside a callback of the loop, where all timeouts added count from one moment.
inline void in_a_callback(event_base* base, const std::function<void()>& body) {
    TestEvent starter(base, -1, 0, [&](short) { body(); });
    event_active(starter, 0, 0);
    pass(base);
}

// Runs the loop until `condition` holds, which is asked after each turn and every few milliseconds.
// False if it does not in a time that is ample on any machine.
inline bool run_until(event_base* base, const std::function<bool()>& condition) {
    constexpr int kTickMs = 5;
    constexpr int kMostTicks = 20000 / kTickMs;
    int ticks = 0;
    TestEvent tick(base, -1, EV_PERSIST, [&](short) {
        // Where something is always ready a turn does not end by itself.
        if (++ticks >= kMostTicks)
            event_base_loopbreak(base);
    });
    tick.add_ms(kTickMs);
    while (!condition() && ticks < kMostTicks)
        event_base_loop(base, EVLOOP_ONCE);
    return condition();
}

// The monotonic clock in microseconds.
inline long long monotonic_us(event_base* base) {
    timeval now;
    event_gettime_monotonic(base, &now);
    return static_cast<long long>(now.tv_sec) * 1000000 + now.tv_usec;
}

// Until the clock has made a step, which may take a millisecond.
inline void wait_for_the_clock(event_base* base) {
    const long long start = monotonic_us(base);
    while (monotonic_us(base) == start) {
    }
}

}  // namespace evlet_test
