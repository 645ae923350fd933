// SPDX-License-Identifier: BSD-3-Clause
// What a backend (src/backends) offers the loop, and how the loop finds it. The loop includes no
// backend: Meson writes the table of those that are built in (backend_table.cpp). With
// select-only there is no table and select is called directly.
#pragma once

#include <stdint.h>

#include "base/hidden.h"
#include "base/status.h"
#include "base/time.h"
#include "event2/event.h"
#include "evlet/port_net.h"
#include "evlet_config.h"

namespace evlet {

struct FdSlot;

struct Backend {
    const char* name;
    // EV_FEATURE_* or'ed.
    uint8_t features;
    // Changes reach a wait that is already going on in another thread, so nobody has to be woken.
    bool live;

    // Prepares base.backend_state. Called again after close() by event_reinit().
    Status (*open)(event_base& base);
    void (*close)(event_base& base);
    // Watches `fd` for `after` (EV_READ|EV_WRITE|EV_CLOSED|EV_ET) instead of `before`; 0: not at
    // all. slot.backend_data is the backend's own, 0 at first. On failure nothing has changed.
    // A change to 0 always succeeds, also for a descriptor that was closed.
    Status (*set_interest)(event_base& base, evlet_fd fd, FdSlot& slot, short before, short after);
    // Waits at most `timeout` (< 0: for ever) with base.mutex released, then hands what is ready
    // to deliver_fd_events(). An interrupted wait is ok and delivers nothing.
    Status (*wait)(event_base& base, Nanos timeout);
};

// How signals reach a base besides the handler and the waker: signalfd. Optional.
struct SignalMethod {
    const char* name;
    Status (*enable)(event_base& base, int signo);
    void (*disable)(event_base& base, int signo);
    // Drops what belongs to the base; enable() starts afresh afterwards.
    void (*close)(event_base& base);
};

#if EVLET_SELECT_ONLY
EVLET_HIDDEN extern const Backend select_backend;
#else
// Best first, ending with a null pointer.
EVLET_HIDDEN extern const Backend* const backend_table[];
#endif

// The waker for the port's wait functions; nullptr while the base has none.
[[nodiscard]] evlet_waker* port_waker(event_base& base);

// signalfd where it is built in, else nullptr.
EVLET_HIDDEN extern const SignalMethod* const optional_signal_method;

}  // namespace evlet
