// SPDX-License-Identifier: BSD-3-Clause
// The life of an event_base. Making one gives up without the code that takes events out, so that a
// firmware which never frees its base does not link it.
#include "loop/base.h"

#include <errno.h>

#include "base/shell.h"
#include "log/log.h"
#include "loop/config.h"
#include "loop/debug_registry.h"
#include "loop/life.h"
#include "loop/methods.h"
#include "loop/once.h"
#include "loop/signals.h"
#include "loop/wakeup.h"
#include "loop/watchers.h"
#include "mem/mem.h"

namespace evlet {

event_base* g_current_base;

namespace {

Status start_threads([[maybe_unused]] event_base& base) {
#if EVLET_THREADS
    if (!thread::enabled() || (base.config_flags & EVENT_BASE_FLAG_NOLOCK))
        return Status::ok;
    Status made = base.mutex.init(Mutex::plain);
    if (failed(made))
        return made;
    made = base.callback_ended.init();
    if (failed(made))
        return made;
    LockGuard guard(base.mutex);
    return open_wakeup(base);
#else
    return Status::ok;
#endif
}

void close_backend(event_base& base) {
#if EVLET_SELECT_ONLY
    if (base.backend_state)
        select_backend.close(base);
#else
    if (base.backend_state)
        base.backend->close(base);
#endif
}

// Takes every event of the program's out of the base. The events themselves are the program's.
void remove_descriptor_events(event_base& base) {
    while (base.without_fd)
        remove(base, *base.without_fd, Blocking::never);
    for (unsigned i = 0; i < base.fds.count(); ++i) {
        while (event* ev = base.fds.at(i).first)
            remove(base, *ev, Blocking::never);
    }
}

void remove_timeouts(event_base& base) {
    for (int i = 0; base.common && i < base.common->count; ++i) {
        while (event* ev = base.common->queues[i]->events.first())
            remove(base, *ev, Blocking::never);
    }
    while (event* ev = base.timers.top())
        remove(base, *ev, Blocking::never);
}

// Whoever asked for a call learns that there will be none.
void drop_deferred(event_base& base, event_callback& cb) {
    UnlockGuard unlocked(base.mutex);
    cb.evcb_cb_union.evcb_selfcb(&cb, nullptr);
}

// Events that are about to be finalized are the base's business: their finalizers run now, or the
// event is leaked to the program if it said so (event_base_free_nofinalize).
void remove_active(event_base& base, bool finalize) {
    for (int i = 0; i < base.queue_count; ++i) {
        while (event_callback* cb = base.queues[i].first()) {
            const bool finalizing = (flags(*cb) & EVLIST_FINALIZING) != 0;
            if (is_event(*cb) && !finalizing) {
                remove(base, as_event(*cb), Blocking::never);
                continue;
            }
            dequeue(base, *cb);
            if (finalizing && finalize)
                call_finalizer(base, as_event(*cb));
            else if (!finalizing)
                drop_deferred(base, *cb);
        }
    }
}

// A base without events, which may have been made only in part.
void release_base(event_base& base) {
    mem::release(base.spare_chain);
    base.timers.release();
    close_backend(base);
    base.fds.release();
    release_queues(base);
#if EVLET_THREADS
    base.callback_ended.destroy();
#endif
    base.mutex.destroy(Mutex::plain);
    mem::release(&base);
}

}  // namespace

event_base* make_base(const event_config* config) {
    auto* base = mem::make<event_base>();
    if (!base)
        return nullptr;
    debug::note_in_use();
    base->queues = &base->single_queue;
    base->single_queue.reset();
    base->queue_count = 1;
    base->running_priority = -1;
    base->dispatch_interval = config ? config->dispatch_interval : kForever;
    base->dispatch_callbacks = config ? config->dispatch_callbacks : INT32_MAX;
    // Without a limit no priority is subject to one.
    const bool limited =
        base->dispatch_interval != kForever || base->dispatch_callbacks != INT32_MAX;
    base->dispatch_priority = INT16_MAX;
    if (limited && config->dispatch_priority < INT16_MAX)
        base->dispatch_priority = static_cast<short>(config->dispatch_priority);
    base->config_flags = static_cast<uint8_t>(effective_flags(config));
    base->signal_method_on =
        optional_signal_method && (base->config_flags & EVENT_BASE_FLAG_USE_SIGNALFD);
    Status made = open_backend(*base, config);
    if (!failed(made))
        made = start_threads(*base);
    if (failed(made)) {
        const int error = errno;
        release_base(*base);
        errno = error;
        (void)to_result(made);
        return nullptr;
    }
    return base;
}

void free_base(event_base* base, bool finalize) {
    if (base->running_loop) {
        log::warnx("event_base_free: the base is in its loop");
        return;
    }
    if (base == g_current_base)
        g_current_base = nullptr;
    base->mutex.lock();
    if (base->signals)
        signal_room().close(*base);
    if (base->wakeup)
        base->wakeup->close(*base);
    // Again and again, since a finalizer may add events.
    do {
        remove_descriptor_events(*base);
        remove_timeouts(*base);
        remove_active(*base, finalize);
    } while (base->added_count > 0);
    if (base->common)
        base->common->release(*base);
    release_once_calls(*base);
    if (base->watchers)
        base->watchers->release(*base);
    base->mutex.unlock();
    release_base(*base);
}

}  // namespace evlet
