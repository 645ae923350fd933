// SPDX-License-Identifier: BSD-3-Clause
#include "baremetal/machine.h"

#include <evlet/port_os.h>
#include <evlet_baremetal.h>

#include <utility>

extern "C" void evlet_test_set_tick_hz(uint32_t hz);

namespace machine {
namespace {

struct State {
    uint32_t ticks = 0;
    int held_off = 0;
    int moments = 0;
    int when = -1;
    bool pending = false;
    bool interrupted = false;
    std::function<void()> handler;
    int sleeps = 0;
    int64_t last_sleep_ns = 0;
    uint32_t sleep_ticks = 0;
};
State state;

void run_pending() {
    if (!state.pending || state.held_off > 0)
        return;
    state.pending = false;
    state.interrupted = true;
    state.handler();
}

void moment() {
    if (state.moments++ == state.when)
        state.pending = true;
    run_pending();
}

}  // namespace

void reset(uint32_t hz, uint32_t ticks) {
    // Completes the second, so that no part of one is left over in ticks of the old rate.
    const uint32_t before = state.ticks;
    state = State();
    state.ticks = before;
    const int64_t rest = evlet_port_monotonic_ns() % 1000000000;
    if (rest != 0) {
        const uint64_t rate = evlet_baremetal_tick_hz;
        const auto passed = static_cast<uint32_t>((rest * rate + 999999999) / 1000000000);
        state.ticks += static_cast<uint32_t>(rate) - passed;
        evlet_port_monotonic_ns();
    }
    evlet_test_set_tick_hz(hz);
    // To the wanted count by whole seconds is not always possible: by a jump that is not counted.
    state.ticks = ticks;
    const int64_t jumped = evlet_port_monotonic_ns() % 1000000000;
    if (jumped != 0) {
        const auto passed = static_cast<uint32_t>((jumped * uint64_t(hz) + 999999999) / 1000000000);
        state.ticks += hz - passed;
        evlet_port_monotonic_ns();
    }
    state.moments = 0;
}

void advance(uint32_t ticks) {
    state.ticks += ticks;
}

uint32_t ticks() {
    return state.ticks;
}

int moments() {
    return state.moments;
}

void interrupt_at(int moment, std::function<void()> handler) {
    state.when = moment;
    state.handler = std::move(handler);
}

bool interrupted() {
    return state.interrupted;
}

int sleeps() {
    return state.sleeps;
}

int64_t last_sleep_ns() {
    return state.last_sleep_ns;
}

void sleep_ends_after(uint32_t ticks) {
    state.sleep_ticks = ticks;
}

}  // namespace machine

using machine::state;

extern "C" {

uint32_t evlet_baremetal_ticks(void) {
    machine::moment();
    return state.ticks;
}

uint32_t evlet_baremetal_enter_critical(void) {
    machine::moment();
    return static_cast<uint32_t>(state.held_off++);
}

void evlet_baremetal_leave_critical(uint32_t before) {
    machine::moment();
    state.held_off = static_cast<int>(before);
    machine::run_pending();
}

void evlet_baremetal_sleep(int64_t ns) {
    machine::moment();
    ++state.sleeps;
    state.last_sleep_ns = ns;
    if (state.pending)
        return;
    const uint64_t rate = evlet_baremetal_tick_hz;
    const auto whole = static_cast<uint64_t>(ns) / 1000000000 * rate;
    const auto part = (static_cast<uint64_t>(ns) % 1000000000 * rate + 999999999) / 1000000000;
    state.ticks += state.sleep_ticks ? state.sleep_ticks : static_cast<uint32_t>(whole + part);
    // What is to come later comes in this sleep.
    if (state.moments <= state.when) {
        state.when = -1;
        state.pending = true;
    }
}
}
