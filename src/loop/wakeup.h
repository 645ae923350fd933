// SPDX-License-Identifier: BSD-3-Clause
// What ends a base's wait from outside: the port's waker and the internal event that watches it.
// Used by wakeup.cpp and by signals.cpp, whose handler signals the waker.
#pragma once

#include "event2/event_struct.h"
#include "evlet/port_net.h"

namespace evlet {

struct Wakeup {
    evlet_waker waker;
    event watch;
    bool pending;       // a signal of ours is on its way; guarded by the base's mutex
    bool needs_drain;   // false where the backend is edge-triggered and each signal is an edge
    // For a port whose wait looks at the waker itself: what the watch event does elsewhere, called
    // after each wait. Null where there is a watch event.
    void (*after_wait)(event_base& base);
    // Closes all of this; called through here so that only a base with a waker links the code.
    void (*close)(event_base& base);
};

}  // namespace evlet
