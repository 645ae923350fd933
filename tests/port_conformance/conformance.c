/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the cases and keeps score.
 *
 * Invariant: `failed_here` and `absent_here` speak of the case that runs now. Checks may come from
 * several threads; a lost update of a counter loses a number, never the failure, because each
 * failing check also prints its line and sets `failed_here` to something that is not 0.
 */
#include "conformance.h"

#include <stdio.h>

static volatile int failed_here;
static volatile int absent_here;
static int cases_passed, cases_failed, cases_absent;

int conformance_check(int passed, const char *file, int line, const char *condition) {
    if (!passed) {
        failed_here = 1;
        printf("      %s:%d: not true: %s (last error %d)\n", file, line, condition,
               evlet_port_last_error());
    }
    return passed;
}

void conformance_absent(const char *what, const char *why) {
    absent_here = 1;
    printf("      absent: %s: %s\n", what, why);
}

void conformance_case(const char *name, void (*body)(void)) {
    const char *outcome;
    failed_here = 0;
    absent_here = 0;
    body();
    if (failed_here) {
        outcome = "FAIL";
        cases_failed++;
    } else if (absent_here) {
        outcome = "part";
        cases_absent++;
    } else {
        outcome = "ok  ";
        cases_passed++;
    }
    printf("%s  %s\n", outcome, name);
    fflush(stdout); /* a crash in the next case must not take this line with it */
}

static void operating_system_half(void) {
    clock_cases();
    memory_cases();
    diagnostics_cases();
    entropy_cases();
#if EVLET_PORT_HAS_THREADS
    lock_cases();
    condition_cases();
#else
    conformance_absent("locks and conditions", "EVLET_PORT_HAS_THREADS is 0");
#endif
#if EVLET_PORT_HAS_SIGNALS
    signal_cases();
#else
    conformance_absent("signals", "EVLET_PORT_HAS_SIGNALS is 0");
#endif
}

static void network_half(void) {
    error_cases();
#if EVLET_PORT_HAS_SOCKETS
    descriptor_cases();
    socket_cases();
    transfer_cases();
    option_cases();
#else
    conformance_absent("sockets", "EVLET_PORT_HAS_SOCKETS is 0");
#endif
#if EVLET_PORT_HAS_FILES
    file_cases();
#else
    conformance_absent("files", "EVLET_PORT_HAS_FILES is 0");
#endif
#if EVLET_PORT_HAS_GETADDRINFO
    name_cases();
#else
    conformance_absent("names", "EVLET_PORT_HAS_GETADDRINFO is 0");
#endif
#if EVLET_PORT_HAS_POLL
    poll_cases();
#else
    conformance_absent("poll", "EVLET_PORT_HAS_POLL is 0");
#endif
#if EVLET_PORT_HAS_SELECT
    select_cases();
#else
    conformance_absent("select", "EVLET_PORT_HAS_SELECT is 0");
#endif
    waker_cases();
#if EVLET_PORT_HAS_SOCKETS
    exhaustion_cases();
    limit_cases();
#endif
}

int conformance_run(void) {
    cases_passed = cases_failed = cases_absent = 0;
    operating_system_half();
    network_half();
    printf("%d passed, %d passed in part, %d failed\n", cases_passed, cases_absent, cases_failed);
    fflush(stdout);
    return cases_failed;
}
