// SPDX-License-Identifier: BSD-3-Clause
// What a base knows of signals. Shared by signals.cpp, the signalfd backend and the visitors of
// all events. Lock-free atomics only, since the handler reads and counts here.
#pragma once

#include <atomic>

#include "evlet/port_net.h"
#include "loop/event_access.h"

namespace evlet {

struct SignalEntry {
    event* first;
    std::atomic<unsigned> state;
};

// One allocation: this header, then `count` entries indexed by signal number.
struct SignalMap {
    std::atomic<SignalMap*> next;
    evlet_waker* waker;
    void* method_state;  // of the optional signal method
    int count;

    [[nodiscard]] SignalEntry* entries() { return reinterpret_cast<SignalEntry*>(this + 1); }
};

// A signal arrived: notes it in every base that waits for it, but not in `except`, and wakes them.
// Async-signal-safe.
void note_signal(int signo, const SignalMap* except);

}  // namespace evlet
