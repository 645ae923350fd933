// SPDX-License-Identifier: BSD-3-Clause
// Queues of events that share one timeout (event_base_init_common_timeout): kept in order of
// their deadlines, adding at the end costs O(1), and only the head stands in the timer heap.
//
// Reached through the functions in CommonTimeouts, which the first such queue puts there: a
// firmware without common timeouts does not link this code.
#pragma once

#include "base/status.h"
#include "loop/event_access.h"

struct event_base;

namespace evlet {

struct CommonLink {
    static event*& next(event* ev) {
        return ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_next;
    }
    static event**& prev(event* ev) {
        return ev->ev_timeout_pos.ev_next_with_common_timeout.tqe_prev;
    }
};

struct CommonQueue {
    TailQueue<event, CommonLink> events;
    event timer;    // internal; pending at the head's deadline while there is a head
    Nanos duration;
    timeval handle;  // what the program got; see common_timeout.cpp
    event_base* base;
    int number;      // 1 is the first: event_access.h's common_queue()
};

struct CommonTimeouts {
    // The number of the queue that `tv` is the handle of, or 0 for an ordinary timeval.
    int (*find)(const event_base& base, const timeval& tv);
    // True if the loop has to wait for a shorter time now.
    bool (*insert)(event_base& base, event& ev, int queue);
    void (*remove)(event_base& base, event& ev);
    void (*release)(event_base& base);
    int count;
    CommonQueue** queues;
};

// The queue of that duration, made if there is none yet; nullptr when memory or numbers run out.
[[nodiscard]] const timeval* make_common_queue(event_base& base, Nanos duration);

}  // namespace evlet
