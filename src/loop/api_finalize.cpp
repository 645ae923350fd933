// SPDX-License-Identifier: BSD-3-Clause
// Finalizing: taking an event down together with what its callback uses, safely while the loop
// runs in another thread. The finalizer is called by the loop, when no callback of the event is
// running and none will. From then on, until it is assigned anew, EVLIST_FINALIZING keeps everybody
// else off.
#include "base/shell.h"
#include "log/log.h"
#include "loop/base.h"
#include "loop/debug_registry.h"
#include "loop/life.h"
#include "mem/mem.h"

using namespace evlet;

namespace {

void do_nothing(event*, void*) {}

int finalize(event* ev, event_finalize_callback_fn callback, Closure closure) {
    if (!ev || !ev->ev_base) {
        log::warnx("event_finalize: the event has no base");
        return to_result(Status::invalid);
    }
    debug::require_setup(*ev, "event_finalize");
    event_base& base = *ev->ev_base;
    LockGuard guard(base.mutex);
    if (flags(*ev) & EVLIST_FINALIZING)
        return to_result(Status::invalid);
    remove(base, *ev, Blocking::never);
    ev->ev_evcallback.evcb_cb_union.evcb_evfinalize = callback ? callback : do_nothing;
    set_closure(*ev, closure);
    ev->ev_res = EV_FINALIZE;
    set_flag(*ev, EVLIST_FINALIZING);
    enqueue(base, ev->ev_evcallback);
    wake_loop(base);
    return 0;
}

}  // namespace

namespace evlet {

void call_finalizer(event_base& base, event& ev) {
    const auto finalizer = ev.ev_evcallback.evcb_cb_union.evcb_evfinalize;
    const bool free_it = closure(ev.ev_evcallback) == Closure::finalize_free;
    void* const argument = ev.ev_evcallback.evcb_arg;
    debug::note_finalizing(ev);
    UnlockGuard unlocked(base.mutex);
    finalizer(&ev, argument);
    debug::forget_finalized(ev);  // by its address: the event itself may be gone
    if (free_it)
        mem::release(&ev);
}

}  // namespace evlet

extern "C" {

int event_finalize(unsigned, struct event* ev, event_finalize_callback_fn callback) {
    return finalize(ev, callback, Closure::finalize);
}

int event_free_finalize(unsigned, struct event* ev, event_finalize_callback_fn callback) {
    return finalize(ev, callback, Closure::finalize_free);
}

}  // extern "C"
