// SPDX-License-Identifier: BSD-3-Clause
// The pending timeouts of a base: a 4-ary min-heap of deadlines. Used by the dispatcher and by
// event_add()/event_del() through timeouts.cpp.
//
// A node carries a copy of its event's deadline, so that sifting does not touch the events. The
// copy may be earlier than the event's own deadline: moving a timeout to a later moment, which is
// what nearly every re-added network timeout does, only writes the event. top() puts such a node
// in order when it reaches the root. Invariants: node.when <= deadline(*node.ev); parents are not
// later than their children; node.ev->ev_timeout_pos.min_heap_idx is the node's index.
#pragma once

#include "base/status.h"
#include "loop/event_access.h"

namespace evlet {

class TimerHeap {
public:
    // Makes room for one more push and `spare` others.
    Status reserve(unsigned spare);
    void push(event& ev, Nanos when);
    void remove(event& ev);
    // Moves an event that is in the heap to another deadline.
    void move(event& ev, Nanos when);
    // The same for an event that only waits for its timeout, where that needs no more than a look
    // at the event: false if it is not in the heap, is active, or `when` is earlier than the heap
    // knows.
    [[nodiscard]] static bool postpone(event& ev, Nanos when);
    // The event with the earliest deadline, or nullptr.
    [[nodiscard]] event* top();
    void release();

    [[nodiscard]] unsigned size() const { return size_; }
    // The events in no particular order.
    [[nodiscard]] event& at(unsigned index) const { return *nodes_[index].ev; }

private:
    struct Node {
        Nanos when;
        event* ev;
    };
    // Notes in the event what the heap knows, unless it is active: see kKeyUnknown.
    static void tell_key(event& ev, Nanos when);
    void place(unsigned index, const Node& node);
    void sift_up(unsigned index, Node node);
    void sift_down(unsigned index, Node node);

    Node* nodes_;
    unsigned size_;
    unsigned capacity_;
};

}  // namespace evlet
