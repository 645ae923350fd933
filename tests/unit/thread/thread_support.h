// SPDX-License-Identifier: BSD-3-Clause
// What the tests with several threads share. Nothing here sleeps: a test waits for what has to
// happen, and gives up after kPatience only when it does not.
#pragma once

#include <event2/event.h>
#include <event2/thread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "doctest.h"
#include "loop/base.h"
#include "support/test_base.h"

namespace evlet_test {

constexpr std::chrono::seconds kPatience(40);

// Locks for everything that is made from now on. Every test case here begins with it.
inline void use_threads() {
    REQUIRE(evthread_use_pthreads() == 0);
}

// Something that happens once, and that other threads wait for.
class Flag {
public:
    void set() {
        std::lock_guard<std::mutex> guard(mutex_);
        set_ = true;
        changed_.notify_all();
    }
    // False if it did not happen in all that time.
    bool wait() {
        std::unique_lock<std::mutex> guard(mutex_);
        return changed_.wait_for(guard, kPatience, [this] { return set_; });
    }
    bool is_set() {
        std::lock_guard<std::mutex> guard(mutex_);
        return set_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
};

// Whether a condition that another thread brings about came true.
template <class Condition>
bool comes_true(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up)
            return false;
        std::this_thread::yield();
    }
    return true;
}

// The loop waits in the kernel, so that only a wake-up can tell it something.
inline bool loop_waits(event_base* base) {
    return comes_true([base] {
        evlet::LockGuard guard(base->mutex);
        return base->waiting;
    });
}

// Somebody waits for a callback to end.
inline bool somebody_waits_for_callback(event_base* base) {
    return comes_true([base] {
        evlet::LockGuard guard(base->mutex);
        return base->callback_waiters > 0;
    });
}

// Runs a base's loop in a thread of its own until stop() or the end of the scope.
class LoopThread {
public:
    explicit LoopThread(event_base* base, int flags = EVLOOP_NO_EXIT_ON_EMPTY) : base_(base) {
        thread_ = std::thread([this, flags] { result_ = event_base_loop(base_, flags); });
    }
    ~LoopThread() {
        if (thread_.joinable())
            stop();
    }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;
    // Until the loop has begun, loopbreak would be forgotten when it does.
    bool started() {
        return comes_true([this] {
            evlet::LockGuard guard(base_->mutex);
            return base_->running_loop;
        });
    }
    int stop() {
        REQUIRE(started());
        REQUIRE(event_base_loopbreak(base_) == 0);
        return join();
    }
    // For a loop that ends by itself.
    int join() {
        thread_.join();
        return result_;
    }

private:
    event_base* base_;
    int result_ = -2;
    std::thread thread_;
};

}  // namespace evlet_test
