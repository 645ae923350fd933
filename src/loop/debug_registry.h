// SPDX-License-Identifier: BSD-3-Clause
// Debug mode (event_enable_debug_mode): remembers every event that was assigned and whether it is
// added, and ends the program with a sentence when the program uses one wrongly. In a build with
// no-debug these are nothing.
#pragma once

#include "evlet_config.h"

struct event;
struct event_base;

namespace evlet::debug {

#if EVLET_DEBUG
// What the registry knows of an event.
enum class Known : unsigned char { assigned, added, finalizing };

extern bool g_mode_on;
void note_setup_slow(const event& ev);
void note_slow(const event& ev, Known known);
void forget_slow(const event& ev);
void forget_finalized_slow(const event& ev);
void require_setup_slow(const event& ev, const char* caller);
void require_not_added_slow(const event& ev, const char* caller);
// A base or an event exists: switching debug mode on from now on would be too late.
void note_in_use();
void shut_down();

// event_assign() ran.
inline void note_setup(const event& ev) {
    if (g_mode_on)
        note_setup_slow(ev);
}
inline void note_added(const event& ev) {
    if (g_mode_on)
        note_slow(ev, Known::added);
}
inline void note_removed(const event& ev) {
    if (g_mode_on)
        note_slow(ev, Known::assigned);
}
// The event's storage goes or is given another meaning.
inline void forget(const event& ev) {
    if (g_mode_on)
        forget_slow(ev);
}
// Around a finalizer, which may ask the event, free it, or assign it anew.
inline void note_finalizing(const event& ev) {
    if (g_mode_on)
        note_slow(ev, Known::finalizing);
}
inline void forget_finalized(const event& ev) {
    if (g_mode_on)
        forget_finalized_slow(ev);
}
// Fatal unless the event was assigned.
inline void require_setup(const event& ev, const char* caller) {
    if (g_mode_on)
        require_setup_slow(ev, caller);
}
// Fatal if the event is added.
inline void require_not_added(const event& ev, const char* caller) {
    if (g_mode_on)
        require_not_added_slow(ev, caller);
}
#else
inline void note_in_use() {}
inline void shut_down() {}
inline void note_setup(const event&) {}
inline void note_added(const event&) {}
inline void note_removed(const event&) {}
inline void forget(const event&) {}
inline void note_finalizing(const event&) {}
inline void forget_finalized(const event&) {}
inline void require_setup(const event&, const char*) {}
inline void require_not_added(const event&, const char*) {}
#endif

}  // namespace evlet::debug
