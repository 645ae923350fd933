// SPDX-License-Identifier: BSD-3-Clause
// Looking out for other threads' work for a moment before going to sleep. Used by dispatch.cpp;
// set_ready_count() by the active queue.
//
// Putting a thread to sleep and waking it costs more than most callbacks, for the sleeper and for
// the waker. A loop that other threads feed at a high rate therefore watches `ready_count`, without
// the mutex, for at most kSpinTime before it waits. Whether that pays is learnt: a moment that
// brought work earns a credit, one that did not costs a credit, and without credit the loop goes to
// sleep at once, trying again after kWakesBetweenTrials wake-ups by other threads. A loop that is
// fed slowly, or on one processor, so loses next to nothing, and one without threads nothing.
#pragma once

#include "loop/base.h"

namespace evlet {

// ready_count is changed under the mutex and read without it here only.
inline void set_ready_count(event_base& base, int count) {
    __atomic_store_n(&base.ready_count, count, __ATOMIC_RELAXED);
}

#if EVLET_THREADS
constexpr Nanos kSpinTime = 10 * kNanosPerMicro;
constexpr uint8_t kMostSpinCredit = 8;
constexpr uint8_t kWakesBetweenTrials = 64;

// Called with the mutex held, which is released meanwhile.
void look_out_for_work(event_base& base);
// Another thread had to wake the loop.
void note_wake(event_base& base);
#else
inline void look_out_for_work(event_base&) {}
#endif

}  // namespace evlet
