// SPDX-License-Identifier: BSD-3-Clause
// Calls that the loop is to make soon, without an event: an event_callback embedded in the object
// it is about. Used by `buffer` and `stream`. These functions take the base's mutex themselves.
#pragma once

#include "base/shared.h"
#include "event2/event_struct.h"

struct event_base;

namespace evlet {

// `argument` is what init_deferred() was given; nullptr says that the base is being freed, and
// there will be no other call. Called in the loop's thread without its mutex.
using DeferredCall = void (*)(event_callback* self, void* argument);

EVLET_SHARED void init_deferred(event_callback& cb, DeferredCall call, void* argument,
                                int priority);

enum class Turn : unsigned char {
    next,  // when the callbacks that are due now have been called and events been looked for
    soon,  // right after the present callback, if the loop is calling one in this thread and not
           // too many have jumped the queue in this run; else next
};
// Who waits for the program's sake counts as a callback (EVLOOP_ONCE, event counts); housekeeping
// does not.
enum class Counts : unsigned char { no, yes };

// Has the call made once, wakes the loop if need be. Of a call that is due already only Counts::yes
// is heeded. `priority` replaces that of init_deferred(), unless negative; Turn::soon runs at the
// present callback's and forgets it.
EVLET_SHARED void defer(event_base& base, event_callback& cb, Turn turn, Counts counts,
                        int priority = -1);
// It will not be called, unless the call has begun. Whether this has kept it from being called.
bool cancel_deferred(event_base& base, event_callback& cb);

}  // namespace evlet
