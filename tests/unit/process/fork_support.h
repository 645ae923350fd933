// SPDX-License-Identifier: BSD-3-Clause
// What the tests of fork() and event_reinit() share. In the child CHILD_REQUIRE() takes the place
// of doctest's checks; the parent looks at the child's exit status.
#pragma once

#include <event2/event.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctest.h"
#include "support/fatal.h"
#include "support/test_base.h"

namespace evlet_test {

// Runs `body` in a child that has a copy of everything, and checks that it came to its end. The
// parent waits meanwhile, so what it shares with the child is left to the child.
template <class Function>
void in_child(Function body) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(ended_well(status));
}

inline void count_call(evutil_socket_t, short, void* count) {
    ++*static_cast<int*>(count);
}

// Counts a call and takes one byte from the descriptor.
inline void count_byte(evutil_socket_t fd, short, void* count) {
    char byte;
    if (read(static_cast<int>(fd), &byte, 1) == 1)
        ++*static_cast<int*>(count);
}

// Passes of the loop, none of which waits for ever: until `count` has reached `wanted`.
inline bool loop_until(event_base* base, const int& count, int wanted) {
    int ticks = 0;
    event* limit = evtimer_new(base, count_call, &ticks);
    const timeval longest = milliseconds(10);
    bool running = limit != nullptr;
    for (int pass = 0; running && count < wanted && pass < 1000; ++pass) {
        running = event_add(limit, &longest) == 0 && event_base_loop(base, EVLOOP_ONCE) >= 0;
    }
    if (limit)
        event_free(limit);
    return running && count == wanted;
}

}  // namespace evlet_test
