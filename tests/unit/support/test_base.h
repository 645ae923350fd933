// SPDX-License-Identifier: BSD-3-Clause
// What unit tests share: a base of the backend under test, socket pairs, failing memory, captured
// log lines. A test includes this instead of writing its own.
#pragma once

#include <event2/event.h>

#include <string>
#include <vector>

#include "evlet_config.h"
#include "support/needs.h"
#include "support/port_calls.h"

namespace evlet_test {

// The backend named by EVLET_TEST_METHOD, or nullptr when any will do.
const char* method_under_test();

// A base that uses the backend under test (checked) and is freed at the end of the scope. `flags`
// are EVENT_BASE_FLAG_*.
class Base {
public:
    explicit Base(int flags = 0);
    ~Base();
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    operator event_base*() const { return base_; }
    event_base* get() const { return base_; }
    // Frees it now.
    void free();

private:
    event_base* base_;
};

// A configuration that leaves only the backend under test; free with event_config_free().
event_config* config_under_test(int flags = 0);

// Two connected stream sockets, nonblocking, closed at the end of the scope.
class SocketPair {
public:
    SocketPair();
    ~SocketPair();
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    int operator[](int end) const { return fds_[end]; }
    void close(int end);
    void write(int end, const char* text) const;

private:
    int fds_[2];
};

// Whether so many bytes can be read from a descriptor, by now or soon. Where the port's stack has a
// thread of its own, what was written to one end is not at the other at once: a test that reads past
// the loop asks this first. At the end of the stream fewer will do.
bool arrives(int fd, size_t bytes = 1);

// What was sent so far has arrived when this returns, if all its receivers have room.
void let_arrive();

constexpr timeval milliseconds(long ms) {
    return {ms / 1000, static_cast<decltype(timeval::tv_usec)>(ms % 1000 * 1000)};
}

#if EVLET_MEM_HOOKS
// Memory that fails: the n-th allocation from now (1 is the next) and, if asked, all after it.
// Also counts, so that a test can prove that nothing leaks. One instance at a time; the hooks stay
// installed for the life of the process once a FailingMemory was made.
class FailingMemory {
public:
    FailingMemory();
    ~FailingMemory();
    void fail_at(long nth, bool and_all_after = false);
    void stop_failing();
    // Whether the failure has been met since fail_at().
    bool failed() const;
    // Blocks allocated and not released.
    long outstanding() const;
    // Allocations (not releases) since construction.
    long allocations() const;
};
#endif

// Collects what the library logs, instead of showing it, until the end of the scope.
class CapturedLog {
public:
    struct Line {
        int severity;
        std::string text;
    };
    CapturedLog();
    ~CapturedLog();
    const std::vector<Line>& lines() const;
    bool contains(const char* part) const;
};

// Runs `body` in a child process and answers its wait status; for what ends the program.
int run_in_child(void (*body)());

// The lowest `spare` free descriptors stay usable, everything above is refused with EMFILE, until
// the end of the scope.
class FewDescriptors {
public:
    explicit FewDescriptors(int spare);
    ~FewDescriptors();

private:
    unsigned long old_soft_;
};

}  // namespace evlet_test
