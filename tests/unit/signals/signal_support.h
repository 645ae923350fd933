// SPDX-License-Identifier: BSD-3-Clause
// What the tests of signal events share.
#pragma once

#include <event2/event.h>
#include <signal.h>

#include "doctest.h"
#include "support/test_base.h"

namespace evlet_test {

// Counts calls; `what` and `signo` are those of the last one.
struct Calls {
    int count = 0;
    int what = 0;
    int signo = 0;
};

inline void note_call(evutil_socket_t signo, short what, void* argument) {
    auto& calls = *static_cast<Calls*>(argument);
    ++calls.count;
    calls.what = what;
    calls.signo = static_cast<int>(signo);
}

// A signal event that is added and, at the end of the scope, freed.
class Signal {
public:
    Signal(event_base* base, int signo, void* argument, event_callback_fn callback = note_call)
        : event_(evsignal_new(base, signo, callback, argument)) {
        REQUIRE(event_);
        REQUIRE(event_add(event_, nullptr) == 0);
    }
    ~Signal() { free(); }
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;
    void free() {
        if (event_)
            event_free(event_);
        event_ = nullptr;
    }
    operator event*() const { return event_; }

private:
    event* event_;
};

// Everything that is ready now is called back.
inline void run(event_base* base) {
    REQUIRE(event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
}

inline struct sigaction disposition(int signo) {
    struct sigaction now;
    REQUIRE(sigaction(signo, nullptr, &now) == 0);
    return now;
}

inline bool is_blocked(int signo) {
    sigset_t set;
    REQUIRE(pthread_sigmask(SIG_BLOCK, nullptr, &set) == 0);
    return sigismember(&set, signo) == 1;
}

// Gives a signal a disposition, and the former one back at the end of the scope.
class Disposition {
public:
    Disposition(int signo, void (*handler)(int), int flags = 0) : signo_(signo) {
        struct sigaction wanted = {};
        wanted.sa_handler = handler;
        wanted.sa_flags = flags;
        sigemptyset(&wanted.sa_mask);
        REQUIRE(sigaction(signo, &wanted, &before_) == 0);
    }
    ~Disposition() { sigaction(signo_, &before_, nullptr); }
    Disposition(const Disposition&) = delete;
    Disposition& operator=(const Disposition&) = delete;

private:
    int signo_;
    struct sigaction before_;
};

// The flags of a base for each way that signals reach it.
#if EVLET_SIGNALFD
constexpr int kMethodFlags[] = {0, EVENT_BASE_FLAG_USE_SIGNALFD};
#else
constexpr int kMethodFlags[] = {0};
#endif

}  // namespace evlet_test
