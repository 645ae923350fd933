// SPDX-License-Identifier: BSD-3-Clause
// Time out of a counter of 32 bits.
#include <evlet/port_os.h>
#include <evlet_baremetal.h>

#include <random>

#include "baremetal/machine.h"
#include "doctest.h"

namespace {

constexpr int64_t kSecond = 1000000000;
constexpr uint32_t kRates[] = {100,   1000,     1024,     32768,     65536,     65537,
                               99991, 12000000, 25000000, 168000000, 216000000, 1000000000};

// Nanoseconds of that many ticks, rounded down.
int64_t ns_of(uint64_t ticks, uint32_t rate) {
    return static_cast<int64_t>(ticks / rate * kSecond + ticks % rate * kSecond / rate);
}

}  // namespace

TEST_CASE("time_goes_on_when_the_counter_starts_again_at_0") {
    for (const uint32_t rate : kRates) {
        CAPTURE(rate);
        machine::reset(rate);
        machine::advance(UINT32_MAX - machine::ticks() - 15);
        const int64_t before = evlet_port_monotonic_ns();
        machine::advance(32);
        CHECK(machine::ticks() == 16);
        const int64_t passed = evlet_port_monotonic_ns() - before;
        CHECK(passed >= ns_of(32, rate) - 1);
        CHECK(passed <= ns_of(32, rate) + 1);
    }
}

TEST_CASE("one_tick_less_than_a_whole_turn_is_counted_in_full") {
    for (const uint32_t rate : kRates) {
        CAPTURE(rate);
        machine::reset(rate);
        const int64_t before = evlet_port_monotonic_ns();
        machine::advance(UINT32_MAX);
        CHECK(evlet_port_monotonic_ns() - before == ns_of(UINT32_MAX, rate));
    }
}

TEST_CASE("many_steps_lose_nothing_to_rounding") {
    std::mt19937 random(7);
    for (const uint32_t rate : kRates) {
        CAPTURE(rate);
        machine::reset(rate);
        const int64_t start = evlet_port_monotonic_ns();
        uint64_t ticks = 0;
        int64_t last = start;
        // The clock runs for 136 years, and all of this is one run.
        for (int i = 0; i < (rate < 100000 ? 20 : 2000); ++i) {
            const uint32_t step = random() >> random() % 32;
            machine::advance(step);
            ticks += step;
            const int64_t now = evlet_port_monotonic_ns();
            REQUIRE(now >= last);
            REQUIRE(now - start == ns_of(ticks, rate));
            last = now;
        }
    }
}

TEST_CASE("a_step_of_the_clock_is_rounded_up") {
    machine::reset(1000);
    CHECK(evlet_port_monotonic_resolution_ns() == 1000000);
    machine::reset(32768);
    CHECK(evlet_port_monotonic_resolution_ns() == 30518);
    machine::reset(1000000000);
    CHECK(evlet_port_monotonic_resolution_ns() == 1);
}

TEST_CASE("a_machine_that_does_not_know_the_date_answers_monotonic_time") {
    machine::reset(1000);
    machine::advance(12345);
    CHECK(evlet_port_wall_ns() == evlet_port_monotonic_ns());
}
