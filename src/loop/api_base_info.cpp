// SPDX-License-Identifier: BSD-3-Clause
// Priorities, counters and the rest of what a base can be asked.
#include "base/shell.h"
#include "loop/base.h"
#include "loop/signals.h"

using namespace evlet;

namespace {

int sum(const event_base& base, unsigned which, bool most) {
    int total = 0;
    if (which & EVENT_BASE_COUNT_ACTIVE)
        total += most ? base.active_most : base.active_count;
    if (which & EVENT_BASE_COUNT_VIRTUAL)
        total += most ? base.virtual_most : base.virtual_count;
    if (which & EVENT_BASE_COUNT_ADDED)
        total += most ? base.added_most : base.added_count;
    return total;
}

}  // namespace

extern "C" {

int event_base_priority_init(struct event_base* base, int count) {
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    return to_result(set_priority_count(*base, count));
}

int event_base_get_npriorities(struct event_base* base) {
    if (!base)
        base = g_current_base;
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    return base->queue_count;
}

int event_base_get_num_events(struct event_base* base, unsigned int which) {
    LockGuard guard(base->mutex);
    return sum(*base, which, false);
}

int event_base_get_max_events(struct event_base* base, unsigned int which, int clear) {
    LockGuard guard(base->mutex);
    const int total = sum(*base, which, true);
    if (clear) {
        if (which & EVENT_BASE_COUNT_ACTIVE)
            base->active_most = 0;
        if (which & EVENT_BASE_COUNT_VIRTUAL)
            base->virtual_most = 0;
        if (which & EVENT_BASE_COUNT_ADDED)
            base->added_most = 0;
    }
    return total;
}

struct event* event_base_get_running_event(struct event_base* base) {
    LockGuard guard(base->mutex);
    if (!base->running || !in_loop_thread(*base) || !base->running_loop)
        return nullptr;
    return base->running_event ? &as_event(*base->running) : nullptr;
}

const char* event_base_get_signal_method(const struct event_base* base) {
    return base->signal_method_on ? optional_signal_method->name : "signal";
}

void event_base_active_by_fd(struct event_base* base, evutil_socket_t fd, short what) {
    LockGuard guard(base->mutex);
    deliver_fd_events(*base, fd, what & (EV_READ | EV_WRITE | EV_CLOSED));
    // Events with a timeout alone are found by the descriptor they were made with.
    if (what & EV_TIMEOUT) {
        if (FdSlot* slot = base->fds.find(fd)) {
            for (event* ev = slot->first; ev; ev = next_event(*ev)) {
                if (flags(*ev) & EVLIST_TIMEOUT)
                    activate(*base, *ev, EV_TIMEOUT, 1);
            }
        }
    }
}

void event_base_active_by_signal(struct event_base* base, int signo) {
    LockGuard guard(base->mutex);
    if (base->signals)
        signal_room().deliver(*base, signo, 1);
}

}  // extern "C"
