// SPDX-License-Identifier: BSD-3-Clause
// Invariant: a OnceCall is in base.once from the moment it is made until right before its callback.
#include "loop/once.h"

#include "loop/api_support.h"
#include "loop/base.h"
#include "loop/debug_registry.h"
#include "mem/mem.h"

namespace evlet {
namespace {

void unlink_call(OnceCall& call) {
    *call.previous = call.next;
    if (call.next)
        call.next->previous = call.previous;
}

void on_once(evutil_socket_t fd, short what, void* argument) {
    auto* call = static_cast<OnceCall*>(argument);
    const auto callback = call->callback;
    void* const callback_argument = call->argument;
    event_base& base = *call->ev.ev_base;
    {
        LockGuard guard(base.mutex);
        unlink_call(*call);
    }
    debug::forget(call->ev);
    mem::release(call);
    callback(fd, what, callback_argument);
}

}  // namespace

Status call_once(event_base& base, evutil_socket_t fd, short events,
                 void (*callback)(evutil_socket_t, short, void*), void* argument,
                 const struct timeval* timeout) {
    if (!callback || (events & (EV_SIGNAL | EV_PERSIST)))
        return Status::invalid;
    const int waits_for = events & (EV_READ | EV_WRITE | EV_CLOSED);
    if (!waits_for && !(events & EV_TIMEOUT))
        return Status::invalid;
    auto* call = mem::make<OnceCall>();
    if (!call)
        return Status::no_memory;
    call->callback = callback;
    call->argument = argument;
    Status done = Status::invalid;
    if (evlet_event_assign_no_signal(&call->ev, &base, waits_for ? fd : -1, static_cast<short>(waits_for), on_once,
                     call) == 0) {
        LockGuard guard(base.mutex);
        // A plain timeout of nothing is ready now: no need to go through the heap.
        if (!waits_for && (!timeout || from_timeval(*timeout) <= 0)) {
            activate(base, call->ev, EV_TIMEOUT, 1);
            done = Status::ok;
        } else {
            done = add_with_timeval(base, call->ev, timeout);
        }
        if (!failed(done)) {
            call->next = base.once;
            call->previous = &base.once;
            if (base.once)
                base.once->previous = &call->next;
            base.once = call;
            return Status::ok;
        }
    }
    debug::forget(call->ev);
    mem::release(call);
    return done;
}

void release_once_calls(event_base& base) {
    while (OnceCall* call = base.once) {
        unlink_call(*call);
        debug::forget(call->ev);
        mem::release(call);
    }
}

}  // namespace evlet
