// SPDX-License-Identifier: BSD-3-Clause
// After fork() the child's base shares the kernel's event queue and the waker with the parent.
// reinit_base() gives it its own of both without touching the parent's, then watches everything
// anew. The new backend is opened before the old one is closed, so a failure to open it changes
// nothing.
#include "loop/base.h"
#include "loop/life.h"
#include "loop/signals.h"
#include "loop/wakeup.h"

namespace evlet {
namespace {

Status replace_backend(event_base& base) {
#if EVLET_SELECT_ONLY
    const Backend& backend = select_backend;
#else
    const Backend& backend = *base.backend;
#endif
    void* const old_state = base.backend_state;
    const Status opened = backend.open(base);
    if (failed(opened)) {
        base.backend_state = old_state;
        return opened;
    }
    void* const new_state = base.backend_state;
    base.backend_state = old_state;
    backend.close(base);
    base.backend_state = new_state;
    forget_backend_data(base);
    return Status::ok;
}

// A waker of the child's own in the place of the shared one, at the same address, which is where
// the signal handler looks for it. The backend does not know its descriptor at this moment.
void replace_waker(Wakeup& wakeup, const evlet_waker& fresh) {
    evlet_port_waker_close(&wakeup.waker);
    wakeup.waker = fresh;
    wakeup.watch.ev_fd = evlet_port_waker_descriptor(&wakeup.waker);
    wakeup.pending = false;
}

}  // namespace

Status reinit_base(event_base& base) {
    evlet_waker fresh = {};
    if (base.wakeup && evlet_port_waker_open(&fresh) != 0)
        return Status::system;
    const Status replaced = replace_backend(base);
    if (failed(replaced)) {
        evlet_port_waker_close(&fresh);
        return replaced;
    }
    Status result = Status::ok;
    if (base.wakeup) {
        const bool watched = (flags(base.wakeup->watch) & EVLIST_INSERTED) != 0;
        if (watched)
            remove(base, base.wakeup->watch, Blocking::never);
        replace_waker(*base.wakeup, fresh);
        if (watched)
            result = add(base, base.wakeup->watch, nullptr);
    }
    const Status restored = restore_fd_interest(base);
    if (base.signals) {
        const Status restarted = signal_room().restart(base);
        if (failed(restarted))
            return restarted;
    }
    return failed(result) ? result : restored;
}

}  // namespace evlet
