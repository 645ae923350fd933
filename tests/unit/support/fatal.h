// SPDX-License-Identifier: BSD-3-Clause
// For tests of what ends the program: runs it in a child process and looks at its last words.
#pragma once

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test_base.h"

namespace evlet_test {

// Inside run_in_child(): ends the child and says where, unless the condition holds.
#define CHILD_REQUIRE(...)                                                                \
    do {                                                                                  \
        if (!(__VA_ARGS__)) {                                                             \
            fprintf(stderr, "%s:%d: in the child: %s\n", __FILE__, __LINE__, #__VA_ARGS__); \
            _exit(99);                                                                    \
        }                                                                                 \
    } while (0)

// Whether the child came to the end of its body.
inline bool ended_well(int status) {
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// What ends_fatally() hands to its child, which has a copy of everything.
struct FatalExpectation {
    void (*body)();
    const char* part;
    bool logged;
};
inline FatalExpectation g_fatal;

constexpr int kFatalAsExpected = 42;
constexpr int kFatalOtherwise = 43;

inline void look_at_line(int severity, const char* text) {
    if (severity != EVENT_LOG_ERR)
        return;
    g_fatal.logged = strstr(text, g_fatal.part) != nullptr;
    if (!g_fatal.logged)
        fprintf(stderr, "in the child: \"%s\" lacks \"%s\"\n", text, g_fatal.part);
}

inline void exit_from_fatal(int) {
    _exit(g_fatal.logged ? kFatalAsExpected : kFatalOtherwise);
}

inline void run_fatal_body() {
    event_set_log_callback(look_at_line);
    event_set_fatal_callback(exit_from_fatal);
    g_fatal.body();
}

// Whether `body` ends in the fatal callback after an error that contains `part` was logged.
inline bool ends_fatally(void (*body)(), const char* part) {
    g_fatal = {body, part, false};
    const int status = run_in_child(run_fatal_body);
    return WIFEXITED(status) && WEXITSTATUS(status) == kFatalAsExpected;
}

}  // namespace evlet_test
