// SPDX-License-Identifier: BSD-3-Clause
// Waiting, and an interrupt at each moment of it.
#include <evlet/port_net.h>
#include <evlet/port_os.h>
#include <evlet_baremetal.h>

#include <limits>

#include "baremetal/machine.h"
#include "doctest.h"

namespace {

constexpr int64_t kMilli = 1000000;
constexpr int64_t kSecond = 1000000000;

class Waker {
public:
    Waker() { REQUIRE(evlet_port_waker_open(&waker_) == 0); }
    ~Waker() { evlet_port_waker_close(&waker_); }
    evlet_waker* get() { return &waker_; }

private:
    evlet_waker waker_ = {};
};

int wait(int64_t ns, evlet_waker* waker) {
    return evlet_port_select(0, nullptr, nullptr, ns, waker);
}

}  // namespace

TEST_CASE("a_wait_lasts_at_least_as_long_as_asked_and_less_than_a_tick_longer") {
    for (const uint32_t rate : {100u, 1000u, 32768u, 25000000u}) {
        CAPTURE(rate);
        machine::reset(rate);
        const int64_t step = evlet_port_monotonic_resolution_ns();
        for (const int64_t asked :
             {int64_t(1), kMilli - 1, kMilli, kMilli + 1, 70 * kMilli, kSecond}) {
            CAPTURE(asked);
            const int64_t start = evlet_port_monotonic_ns();
            CHECK(wait(asked, nullptr) == 0);
            const int64_t passed = evlet_port_monotonic_ns() - start;
            CHECK(passed >= asked);
            CHECK(passed <= asked + step);
        }
    }
}

TEST_CASE("a_tick_that_ends_the_sleep_does_not_end_the_wait") {
    machine::reset(1000);
    machine::sleep_ends_after(1);
    const int64_t start = evlet_port_monotonic_ns();
    CHECK(wait(20 * kMilli, nullptr) == 0);
    CHECK(evlet_port_monotonic_ns() - start == 20 * kMilli);
    CHECK(machine::sleeps() == 20);
}

TEST_CASE("a_wait_goes_on_across_the_end_of_the_counter") {
    machine::reset(1000);
    machine::advance(UINT32_MAX - machine::ticks() - 3);
    const int64_t start = evlet_port_monotonic_ns();
    machine::sleep_ends_after(1);
    CHECK(wait(10 * kMilli, nullptr) == 0);
    CHECK(evlet_port_monotonic_ns() - start == 10 * kMilli);
    CHECK(machine::ticks() == 6);
}

TEST_CASE("a_wait_of_0_does_not_sleep") {
    machine::reset(1000);
    CHECK(wait(0, nullptr) == 0);
    CHECK(machine::sleeps() == 0);
}

TEST_CASE("no_sleep_is_longer_than_half_a_turn_of_the_counter") {
    for (const uint32_t rate : {1u, 1000u, 25000000u, 1000000000u}) {
        CAPTURE(rate);
        for (const int64_t asked : {int64_t(-1), std::numeric_limits<int64_t>::min(),
                                    std::numeric_limits<int64_t>::max()}) {
            machine::reset(rate);
            Waker waker;
            // The interrupt comes in the first sleep.
            machine::interrupt_at(1000, [&] { evlet_port_waker_signal(waker.get()); });
            CHECK(wait(asked, waker.get()) == 0);
            CHECK(machine::sleeps() == 1);
            CHECK(machine::last_sleep_ns() > kSecond);
            CHECK(machine::last_sleep_ns() / kSecond * rate <= 0x80000000u);
        }
    }
}

TEST_CASE("an_interrupt_at_any_moment_of_a_wait_ends_it") {
    int moments = 0;
    for (int moment = 0; moment <= moments; ++moment) {
        CAPTURE(moment);
        machine::reset(1000);
        Waker waker;
        machine::interrupt_at(moment, [&] { evlet_port_waker_signal(waker.get()); });
        CHECK(wait(3600 * kSecond, waker.get()) == 0);
        CHECK(machine::interrupted());
        // At most the one sleep in which it came; never a second one behind it.
        CHECK(machine::sleeps() <= 1);
        moments = machine::moments();
        REQUIRE(moments < 50);
    }
}

TEST_CASE("a_signal_before_the_wait_ends_it_without_sleep_until_it_is_drained") {
    machine::reset(1000);
    Waker waker;
    evlet_port_waker_signal(waker.get());
    for (int i = 0; i < 2; ++i) {
        CHECK(wait(-1, waker.get()) == 0);
        CHECK(machine::sleeps() == 0);
    }
    evlet_port_waker_drain(waker.get());
    CHECK(wait(kMilli, waker.get()) == 0);
    CHECK(machine::sleeps() == 1);
}

TEST_CASE("a_closed_waker_is_not_signalled") {
    machine::reset(1000);
    evlet_waker waker = {};
    evlet_port_waker_signal(&waker);
    CHECK(!waker.signalled);
    CHECK(wait(kMilli, &waker) == 0);
    CHECK(machine::sleeps() == 1);
}

TEST_CASE("a_descriptor_is_an_error_where_none_is_open") {
    machine::reset(1000);
    evlet_fd_word reading = 0;
    evlet_fd_word writing = 0;
    CHECK(evlet_port_select(5, &reading, &writing, 0, nullptr) == 0);
    CHECK(evlet_port_select(5, nullptr, nullptr, 0, nullptr) == 0);
    writing = 4;
    CHECK(evlet_port_select(5, &reading, &writing, kSecond, nullptr) == -1);
    CHECK(evlet_port_error_class(evlet_port_last_error()) == EVLET_ERR_OTHER);
    CHECK(machine::sleeps() == 0);
}
