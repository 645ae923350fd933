// SPDX-License-Identifier: BSD-3-Clause
#include "loop/deferred.h"

#include "loop/base.h"

namespace evlet {

void init_deferred(event_callback& cb, DeferredCall call, void* argument, int priority) {
    cb = {};
    cb.evcb_cb_union.evcb_selfcb = call;
    cb.evcb_arg = argument;
    cb.evcb_closure = static_cast<ev_uint8_t>(Closure::self);
    cb.evcb_pri = static_cast<ev_uint8_t>(priority);
}

void defer(event_base& base, event_callback& cb, Turn turn, Counts counts, int priority) {
    LockGuard guard(base.mutex);
    if (flags(cb) & EVLIST_ACTIVE) {
        if (counts == Counts::no || !(flags(cb) & EVLIST_INTERNAL))
            return;
        dequeue(base, cb);
    }
    cb.evcb_flags = counts == Counts::yes ? 0 : EVLIST_INTERNAL;
    if (priority >= 0)
        cb.evcb_pri = static_cast<ev_uint8_t>(priority);
    if (turn == Turn::soon && base.running_priority >= 0 && base.soon_left > 0 &&
        in_loop_thread(base)) {
        --base.soon_left;
        enqueue_first(base, cb);
    } else {
        enqueue(base, cb);
    }
    wake_loop(base);
}

bool cancel_deferred(event_base& base, event_callback& cb) {
    LockGuard guard(base.mutex);
    if (!(flags(cb) & EVLIST_ACTIVE))
        return false;
    dequeue(base, cb);
    return true;
}

}  // namespace evlet
