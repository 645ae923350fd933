// SPDX-License-Identifier: BSD-3-Clause
// Waking a loop that waits. A base gets a waker when threads are in use or when it has signal
// events; another thread signals it only while the loop really waits, since a loop that runs
// looks at everything under the mutex before it waits again.
#include "loop/wakeup.h"

#include "loop/base.h"
#include "loop/signals.h"
#include "loop/spin.h"
#include "mem/mem.h"

namespace evlet {
namespace {

void take_wakeup(event_base& base) {
    base.wakeup->pending = false;
    if (base.wakeup->needs_drain)
        evlet_port_waker_drain(&base.wakeup->waker);
    if (base.signals)
        signal_room().deliver_noted(base);
}

void on_wakeup(evutil_socket_t, short, void* argument) {
    auto& base = *static_cast<event_base*>(argument);
    LockGuard guard(base.mutex);
    take_wakeup(base);
}

void close_wakeup(event_base& base) {
    if (flags(base.wakeup->watch) & EVLIST_INIT) {
        remove(base, base.wakeup->watch, Blocking::never);
        event_debug_unassign(&base.wakeup->watch);
    }
    evlet_port_waker_close(&base.wakeup->waker);
    mem::release(base.wakeup);
    base.wakeup = nullptr;
}

bool edge_triggered(const event_base& base) {
#if EVLET_SELECT_ONLY
    (void)base;
    return false;
#else
    return (base.backend->features & EV_FEATURE_ET) && evlet_port_waker_makes_edges();
#endif
}

}  // namespace

Status open_wakeup(event_base& base) {
    if (base.wakeup)
        return Status::ok;
    auto* wakeup = mem::make<Wakeup>();
    if (!wakeup)
        return Status::no_memory;
    if (evlet_port_waker_open(&wakeup->waker) != 0) {
        mem::release(wakeup);
        return Status::system;
    }
    wakeup->close = close_wakeup;
    base.wakeup = wakeup;
    const evlet_fd fd = evlet_port_waker_descriptor(&wakeup->waker);
    if (fd < EVLET_PORT_FIRST_FD) {
        wakeup->needs_drain = true;
        wakeup->after_wait = take_wakeup;
        return Status::ok;
    }
    const bool edge = edge_triggered(base);
    wakeup->needs_drain = !edge;
    const int what = EV_READ | EV_PERSIST | (edge ? EV_ET : 0);
    evlet_event_assign_no_signal(&wakeup->watch, &base, fd, static_cast<short>(what), on_wakeup,
                                 &base);
    wakeup->watch.ev_evcallback.evcb_pri = 0;
    set_flag(wakeup->watch, EVLIST_INTERNAL);
    const Status added = add(base, wakeup->watch, nullptr);
    if (failed(added))
        close_wakeup(base);
    return added;
}

evlet_waker* port_waker(event_base& base) {
    return base.wakeup ? &base.wakeup->waker : nullptr;
}

#if EVLET_THREADS
void wake_waiting_loop(event_base& base) {
    if (!base.wakeup || base.wakeup->pending || in_loop_thread(base))
        return;
    base.wakeup->pending = true;
    note_wake(base);
    evlet_port_waker_signal(&base.wakeup->waker);
}
#endif

}  // namespace evlet
