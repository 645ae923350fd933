// SPDX-License-Identifier: BSD-3-Clause
// A machine without an operating system that tests can step: its counter, and one interrupt that
// comes exactly when it is told to. It stands in for what a firmware gives the port baremetal.
#pragma once

#include <stdint.h>

#include <functional>

namespace machine {

// Starts afresh with a counter of `hz` at `ticks`. Time so far is whole seconds then.
void reset(uint32_t hz, uint32_t ticks = 0);
void advance(uint32_t ticks);
uint32_t ticks();

// Calls of the port that look at the machine or hold off interrupts, since reset(): the moments at
// which an interrupt can come.
int moments();
// The interrupt comes at the beginning of that moment; held off, it runs when it is let in.
void interrupt_at(int moment, std::function<void()> handler);
// Whether the interrupt has run.
bool interrupted();

// How often the port has slept, and for how long it asked last.
int sleeps();
int64_t last_sleep_ns();
// What a sleep does if nothing is pending: passes the time that was asked for, unless this says
// how many ticks end it, as a periodic tick would.
void sleep_ends_after(uint32_t ticks);

}  // namespace machine
