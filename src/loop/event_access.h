// SPDX-License-Identifier: BSD-3-Clause
// Reading and writing `struct event`, whose layout is public but whose times and flag bits have a
// meaning of Evlet's own. Only the room `loop` uses this.
//
//   ev_timeout            the deadline, as raw monotonic nanoseconds (not a timeval); behind it, where
//                         there is room, the copy of it that stands in the timer heap
//   ev_.ev_io.ev_timeout  the interval of a persistent event, as raw nanoseconds, 0 for none;
//                         shares its storage with the call count of signal events
//   evcb_flags, low byte  EVLIST_*
//   evcb_flags, high byte number of the common-timeout queue its timeout belongs to, 0: the heap
#pragma once

#include <stdint.h>
#include <string.h>

#include "base/queue.h"
#include "base/time.h"
#include "event2/event.h"
#include "event2/event_struct.h"

namespace evlet {

static_assert(sizeof(timeval) >= sizeof(Nanos), "a deadline has to fit where the timeval was");

// What the dispatcher does with an active callback.
enum class Closure : uint8_t {
    event,          // call evcb_callback once
    signal,         // call evcb_callback ev_ncalls times
    persist,        // put a repeating timeout back, then call
    self,           // an event_callback that is no event: call evcb_selfcb
    finalize,       // call evcb_evfinalize
    finalize_free,  // the same, then free the event
};

struct ActiveLink {
    static event_callback*& next(event_callback* cb) { return cb->evcb_active_next.tqe_next; }
    static event_callback**& prev(event_callback* cb) { return cb->evcb_active_next.tqe_prev; }
};
using ActiveQueue = TailQueue<event_callback, ActiveLink>;

[[nodiscard]] inline int flags(const event_callback& cb) {
    return static_cast<uint16_t>(cb.evcb_flags);
}
[[nodiscard]] inline int flags(const event& ev) {
    return flags(ev.ev_evcallback);
}
inline void set_flag(event& ev, int bit) {
    ev.ev_evcallback.evcb_flags = static_cast<short>(ev.ev_evcallback.evcb_flags | bit);
}
inline void clear_flag(event& ev, int bit) {
    ev.ev_evcallback.evcb_flags = static_cast<short>(ev.ev_evcallback.evcb_flags & ~bit);
}

[[nodiscard]] inline Closure closure(const event_callback& cb) {
    return static_cast<Closure>(cb.evcb_closure);
}
inline void set_closure(event& ev, Closure what) {
    ev.ev_evcallback.evcb_closure = static_cast<uint8_t>(what);
}

// Events begin with their event_callback; true for anything that went through event_assign().
[[nodiscard]] inline bool is_event(const event_callback& cb) {
    return (flags(cb) & EVLIST_INIT) != 0;
}
[[nodiscard]] inline event& as_event(event_callback& cb) {
    return reinterpret_cast<event&>(cb);
}

[[nodiscard]] inline Nanos deadline(const event& ev) {
    Nanos when;
    memcpy(&when, &ev.ev_timeout, sizeof when);
    return when;
}
inline void set_deadline(event& ev, Nanos when) {
    memcpy(&ev.ev_timeout, &when, sizeof when);
}

// Whether an event can tell what the heap knows of it, so that moving a timeout to later does not
// touch the heap: where a timeval has 16 bytes.
constexpr bool kKnowsHeapKey = sizeof(timeval) >= 2 * sizeof(Nanos);
// The event is not in the heap, or is active: then its flags have to be looked at.
constexpr Nanos kKeyUnknown = 0;
[[nodiscard]] inline Nanos heap_key(const event& ev) {
    Nanos key;
    memcpy(&key, reinterpret_cast<const char*>(&ev.ev_timeout) + sizeof(Nanos), sizeof key);
    return key;
}
inline void set_heap_key(event& ev, Nanos key) {
    if (kKnowsHeapKey)
        memcpy(reinterpret_cast<char*>(&ev.ev_timeout) + sizeof(Nanos), &key, sizeof key);
}

[[nodiscard]] inline Nanos interval(const event& ev) {
    Nanos every;
    memcpy(&every, &ev.ev_.ev_io.ev_timeout, sizeof every);
    return every;
}
inline void set_interval(event& ev, Nanos every) {
    memcpy(&ev.ev_.ev_io.ev_timeout, &every, sizeof every);
}

[[nodiscard]] inline int common_queue(const event& ev) {
    return flags(ev) >> 8;
}
inline void set_common_queue(event& ev, int number) {
    ev.ev_evcallback.evcb_flags =
        static_cast<short>((ev.ev_evcallback.evcb_flags & EVLIST_ALL) | number << 8);
}

// The events of one descriptor or one signal hang in a singly headed list; the links of both
// members of the union lie in the same place.
inline void link_event(event*& head, event& ev) {
    auto& link = ev.ev_.ev_io.ev_io_next;
    link.le_next = head;
    link.le_prev = &head;
    if (head)
        head->ev_.ev_io.ev_io_next.le_prev = &link.le_next;
    head = &ev;
}
inline void unlink_event(event& ev) {
    auto& link = ev.ev_.ev_io.ev_io_next;
    if (link.le_next)
        link.le_next->ev_.ev_io.ev_io_next.le_prev = link.le_prev;
    *link.le_prev = link.le_next;
}
[[nodiscard]] inline event* next_event(const event& ev) {
    return ev.ev_.ev_io.ev_io_next.le_next;
}

}  // namespace evlet
