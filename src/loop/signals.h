// SPDX-License-Identifier: BSD-3-Clause
// What a base knows of signals. Shared by signals.cpp, the signalfd backend and the visitors of
// all events. Lock-free atomics only, since the handler reads and counts here.
#pragma once

#include <atomic>

#include "base/hidden.h"
#include "base/status.h"
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

// What the rest of the room calls. Reached through g_signal_room, which event_assign() sets when it
// sees EV_SIGNAL: a firmware without signal events does not link signals.cpp.
struct SignalRoom {
    Status (*add)(event_base& base, event& ev);
    void (*remove)(event_base& base, event& ev);
    // The waker fired: counts what the handler noted and activates events.
    void (*deliver_noted)(event_base& base);
    // `calls` deliveries of `signo`.
    void (*deliver)(event_base& base, int signo, short calls);
    // The callback of an active signal event, once for each delivery.
    void (*call)(event_base& base, event& ev);
    // Starts the optional signal method afresh, after fork().
    Status (*restart)(event_base& base);
    void (*close)(event_base& base);
};
EVLET_HIDDEN extern std::atomic<const SignalRoom*> g_signal_room;

// Only while signal events exist or existed in this process.
[[nodiscard]] inline const SignalRoom& signal_room() {
    return *g_signal_room.load(std::memory_order_relaxed);
}
// Sets g_signal_room.
void use_signals();

// A signal arrived: notes it in every base that waits for it, but not in `except`, and wakes them.
// Async-signal-safe.
void note_signal(int signo, const SignalMap* except);

}  // namespace evlet
