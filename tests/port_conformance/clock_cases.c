/* SPDX-License-Identifier: BSD-3-Clause */
/* Time. */
#include "conformance.h"

/* Reads of a stopped clock before it is given up. */
enum { MANY_READS = 20000000 };

static void monotonic_clock_never_goes_back(void) {
    int64_t before = evlet_port_monotonic_ns();
    int i;
    CHECK(before >= 0);
    for (i = 0; i < 10000; i++) {
        int64_t now = evlet_port_monotonic_ns();
        NEED(now >= before);
        before = now;
    }
}

static void monotonic_clock_moves_on(void) {
    int64_t start = evlet_port_monotonic_ns();
    int i;
    for (i = 0; i < MANY_READS && evlet_port_monotonic_ns() == start; i++) {}
    CHECK(evlet_port_monotonic_ns() > start);
}

static void resolution_is_positive_and_constant(void) {
    int64_t step = evlet_port_monotonic_resolution_ns();
    CHECK(step >= 1);
    CHECK(step <= SECOND);
    CHECK(evlet_port_monotonic_resolution_ns() == step);
}

static void wall_clock_knows_the_date_or_answers_monotonic_time(void) {
    const int64_t year_2020 = INT64_C(1577836800) * SECOND;
    int64_t before = evlet_port_monotonic_ns();
    int64_t wall = evlet_port_wall_ns();
    int64_t after = evlet_port_monotonic_ns();
    CHECK(wall >= year_2020 || (wall >= before && wall <= after));
}

/* Nobody steps the clock in these milliseconds on a test machine; a port that mixes up seconds,
 * milliseconds and microseconds is off by far more than a factor of ten. */
static void both_clocks_run_in_nanoseconds(void) {
    int64_t mono = evlet_port_monotonic_ns(), wall = evlet_port_wall_ns(), mono_passed, wall_passed;
    do {
        mono_passed = evlet_port_monotonic_ns() - mono;
        wall_passed = evlet_port_wall_ns() - wall;
    } while (mono_passed < 100 * MS);
    CHECK(wall_passed >= mono_passed / 10);
    CHECK(wall_passed <= mono_passed * 10);
}

void clock_cases(void) {
    CASE(monotonic_clock_never_goes_back);
    CASE(monotonic_clock_moves_on);
    CASE(resolution_is_positive_and_constant);
    CASE(wall_clock_knows_the_date_or_answers_monotonic_time);
    CASE(both_clocks_run_in_nanoseconds);
}
