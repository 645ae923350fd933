// SPDX-License-Identifier: BSD-3-Clause
// From descriptors to the events that wait for them. Used by event_add()/event_del(), by the
// backends to deliver, and by everything that visits all events.
//
// Slots lie in one array indexed by the descriptor's distance from EVLET_PORT_FIRST_FD. A slot's
// interest is what its events want together; the backend is told exactly when it changes. Either
// all events of a descriptor are edge-triggered or none is.
#pragma once

#include "base/status.h"
#include "evlet/port_net.h"
#include "loop/event_access.h"

namespace evlet {

struct FdSlot {
    event* first;
    short interest;  // EV_READ|EV_WRITE|EV_CLOSED|EV_ET
    uint8_t backend_flags;
    uint32_t backend_data;
};

class FdMap {
public:
    // nullptr for a descriptor nobody ever asked for.
    [[nodiscard]] FdSlot* find(evlet_fd fd) {
        const auto index = static_cast<unsigned>(fd - EVLET_PORT_FIRST_FD);
        return index < count_ ? &slots_[index] : nullptr;
    }
    // Makes the slot of `fd` (not below the port's first) exist.
    Status reserve(evlet_fd fd);
    void release();

    [[nodiscard]] unsigned count() const { return count_; }
    [[nodiscard]] FdSlot& at(unsigned index) { return slots_[index]; }
    [[nodiscard]] static evlet_fd fd_at(unsigned index) {
        return static_cast<evlet_fd>(index) + EVLET_PORT_FIRST_FD;
    }

private:
    FdSlot* slots_;
    unsigned count_;
};

// The event starts and stops waiting for its descriptor. `ret_changed` becomes true if a
// loop that waits has to be woken to see it. A failed addition changes nothing; a removal cannot fail.
Status add_fd_event(event_base& base, event& ev, bool& ret_changed);
void remove_fd_event(event_base& base, event& ev, bool& ret_changed);

// A backend found `what` (EV_READ|EV_WRITE|EV_CLOSED) on `fd`: activates whoever waits for it.
void deliver_fd_events(event_base& base, evlet_fd fd, int what);

// For a backend that was opened afresh: clears what the old one noted in the slots, and tells it
// about every descriptor (again, if it knows some already).
void forget_backend_data(event_base& base);
Status restore_fd_interest(event_base& base);

}  // namespace evlet
