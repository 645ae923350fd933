// SPDX-License-Identifier: BSD-3-Clause
// What only a real machine shows: events from interrupts, a counter that starts again, an arena
// that runs out. Runs on the board.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <evlet_baremetal.h>
#include <string.h>

#include "board.h"
#include "doctest.h"
#include "firmware.h"
#include "support/test_event.h"

using namespace evlet_test;

namespace {

constexpr int kRaises = 1000000;
constexpr int kRaisesEach = 10;  // in one interrupt
constexpr int kUrgent = 3;
constexpr int kCalm = 4;

volatile bool g_interrupt_in_sleep;
volatile int g_raised;

void raise_many() {
    for (int i = 0; i < kRaisesEach && g_raised < kRaises; ++i) {
        g_raised = g_raised + 1;
        evlet_baremetal_raise(kCalm);
    }
}

}  // namespace

// In place of the port's: an interrupt that comes between the loop's last look and its sleep.
extern "C" void evlet_baremetal_sleep(int64_t) {
    if (g_interrupt_in_sleep)
        board_interrupt(raise_many);
    __asm__ volatile("dsb\n\twfi\n\tisb" : : : "memory");
}

TEST_CASE("a_million_raises_between_the_last_look_and_the_sleep_are_all_called_back") {
    Base base;
    int calls = 0;
    g_raised = 0;
    TestEvent source(base, kCalm, EV_SIGNAL | EV_PERSIST, [&](short) {
        if (++calls == kRaises)
            event_base_loopbreak(base);
    });
    REQUIRE(source.add() == 0);
    g_interrupt_in_sleep = true;
    CHECK(event_base_dispatch(base) == 0);
    g_interrupt_in_sleep = false;
    CHECK(calls == kRaises);
    CHECK(g_raised == kRaises);
}

TEST_CASE("a_million_raises_while_the_loop_runs_are_all_called_back") {
    Base base;
    int calls = 0;
    g_raised = 0;
    TestEvent source(base, kCalm, EV_SIGNAL | EV_PERSIST, [&](short) {
        // In the middle of the loop's work.
        if (++calls % kRaisesEach == 1)
            board_interrupt(raise_many);
        if (calls == kRaises)
            event_base_loopbreak(base);
    });
    REQUIRE(source.add() == 0);
    board_interrupt(raise_many);
    CHECK(event_base_dispatch(base) == 0);
    CHECK(calls == kRaises);
    CHECK(g_raised == kRaises);
}

TEST_CASE("the_tick_raises_events_and_the_urgent_one_is_called_first") {
    Base base;
    REQUIRE(event_base_priority_init(base, 2) == 0);
    std::string order;
    TestEvent calm(base, kCalm, EV_SIGNAL | EV_PERSIST, [&](short) { order += 'c'; });
    TestEvent urgent(base, kUrgent, EV_SIGNAL | EV_PERSIST, [&](short) { order += 'u'; });
    REQUIRE(event_priority_set(calm, 1) == 0);
    REQUIRE(event_priority_set(urgent, 0) == 0);
    REQUIRE(calm.add() == 0);
    REQUIRE(urgent.add() == 0);
    static volatile int ticks;
    ticks = 0;
    board_on_tick = [] {
        if (ticks == 10)
            return;
        ticks = ticks + 1;
        evlet_baremetal_raise(kCalm);
        evlet_baremetal_raise(kUrgent);
    };
    while (order.size() < 20)
        REQUIRE(event_base_loop(base, EVLOOP_ONCE) == 0);
    board_on_tick = nullptr;
    // Both were raised in one interrupt, or in several if the loop was late.
    CHECK(order.substr(0, 1) == "u");
    CHECK(calm.calls == 10);
    CHECK(urgent.calls == 10);
}

TEST_CASE("an_interrupt_wakes_a_loop_that_has_nothing_else_to_wait_for") {
    Base base;
    TestEvent source(base, kUrgent, EV_SIGNAL);
    REQUIRE(source.add() == 0);
    static volatile int ticks;
    ticks = 0;
    board_on_tick = [] {
        ticks = ticks + 1;
        if (ticks == 5)
            evlet_baremetal_raise(kUrgent);
    };
    CHECK(event_base_dispatch(base) == 1);
    board_on_tick = nullptr;
    CHECK(source.calls == 1);
    CHECK(ticks >= 5);
}

TEST_CASE("timers_are_on_time_when_the_counter_starts_again_at_0") {
    board_set_ticks(UINT32_MAX - 15);
    Base base;
    const long long start = monotonic_us(base);
    int ended = 0;
    TestEvent early(base, -1, 0, [&](short) { CHECK(evlet_baremetal_ticks() > 1000); });
    TestEvent late(base, -1, 0, [&](short) { ended = 1; });
    REQUIRE(early.add_ms(1) == 0);
    REQUIRE(late.add_ms(40) == 0);
    CHECK(event_base_dispatch(base) == 1);
    CHECK(ended == 1);
    CHECK(monotonic_us(base) - start >= 40000);
    CHECK(monotonic_us(base) - start < 20000000);
    CHECK(evlet_baremetal_ticks() < 100000);
}

namespace {

// Everything a small device does with Evlet, given up at the first thing that cannot be had.
class Device {
public:
    ~Device() {
        if (filter_)
            bufferevent_free(filter_);
        else if (pair_[0])
            bufferevent_free(pair_[0]);
        if (pair_[1])
            bufferevent_free(pair_[1]);
        for (event* timer : timers_) {
            if (timer)
                event_free(timer);
        }
        if (source_)
            event_free(source_);
        if (buffer_)
            evbuffer_free(buffer_);
        if (base_)
            event_base_free(base_);
    }
    bool works() { return make() && bufferevent_write(filter_, kText, sizeof kText) == 0 && run(); }

private:
    static constexpr char kText[] = "a line of text that goes from one end to the other";

    bool make() {
        base_ = event_base_new();
        buffer_ = base_ ? evbuffer_new() : nullptr;
        if (!buffer_ || event_base_priority_init(base_, 3) != 0)
            return false;
        for (event*& timer : timers_) {
            const timeval soon = {0, 1000};
            timer = event_new(
                base_, -1, 0, [](int, short, void*) {}, nullptr);
            if (!timer || event_add(timer, &soon) != 0)
                return false;
        }
        source_ = event_new(
            base_, kUrgent, EV_SIGNAL, [](int, short, void*) {}, nullptr);
        if (!source_ || event_add(source_, nullptr) != 0)
            return false;
        if (bufferevent_pair_new(base_, BEV_OPT_CLOSE_ON_FREE, pair_) != 0)
            return false;
        filter_ = bufferevent_filter_new(pair_[0], nullptr, nullptr, BEV_OPT_CLOSE_ON_FREE, nullptr,
                                         nullptr);
        return filter_ && bufferevent_enable(pair_[1], EV_READ) == 0;
    }
    bool run() {
        evlet_baremetal_raise(kUrgent);
        for (int i = 0; i < 1000 && evbuffer_get_length(buffer_) < sizeof kText; ++i) {
            event_base_loop(base_, EVLOOP_NONBLOCK);
            bufferevent_read_buffer(pair_[1], buffer_);
        }
        char text[sizeof kText];
        return evbuffer_remove(buffer_, text, sizeof text) == int(sizeof text) &&
               strcmp(text, kText) == 0;
    }

    event_base* base_ = nullptr;
    evbuffer* buffer_ = nullptr;
    event* timers_[10] = {};
    event* source_ = nullptr;
    bufferevent* pair_[2] = {};
    bufferevent* filter_ = nullptr;
};
constexpr char Device::kText[];

}  // namespace

TEST_CASE("an_arena_that_runs_out_at_any_allocation_refuses_and_loses_nothing") {
    constexpr size_t kMost = 16384;
    constexpr size_t kStep = 8;  // less than the least block: each allocation is the last once
    alignas(8) static char arena[kMost];
    size_t size = 0;
    size_t failures = 0;
    for (bool works = false; !works && size < kMost; size += kStep) {
        CAPTURE(size);
        evlet_baremetal_arena(arena, size);
        {
            CapturedLog log;
            Device device;
            works = device.works();
        }
        failures += !works;
        evlet_baremetal_memory left;
        evlet_baremetal_arena_state(&left);
        REQUIRE(evlet_baremetal_arena_is_whole());
        REQUIRE(left.used == 0);
    }
    CHECK(size < kMost);
    CHECK(failures > 100);
    MESSAGE("it works with an arena of " << size - kStep << " bytes");
    firmware_fresh_arena();  // for the other tests
}
