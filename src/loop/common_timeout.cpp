// SPDX-License-Identifier: BSD-3-Clause
// Invariant: a queue's internal timer is pending exactly while the queue is not empty, at a
// moment not later than its head's deadline.
#include "loop/common_timeout.h"

#include "loop/base.h"
#include "mem/mem.h"

namespace evlet {
namespace {

// A handle is the queue's duration with the number of the queue above the microseconds, where no
// normalised timeval has bits.
constexpr int kNumberShift = 20;
constexpr int kHandleTag = 0x50000000;
constexpr int kMostQueues = 255;

CommonQueue& queue_of(const event_base& base, int number) {
    return *base.common->queues[number - 1];
}

void schedule_head(CommonQueue& queue) {
    if (event* head = queue.events.first())
        set_timeout(*queue.base, queue.timer, deadline(*head), 0);
}

// The head's time has come: activates everybody whose deadline has passed.
void on_queue_timer(evutil_socket_t, short, void* argument) {
    auto& queue = *static_cast<CommonQueue*>(argument);
    event_base& base = *queue.base;
    LockGuard guard(base.mutex);
    const Nanos now = current_time(base);
    while (event* ev = queue.events.first()) {
        if (deadline(*ev) > now)
            break;
        fire_timeout(base, *ev, now);
    }
    schedule_head(queue);
}

bool insert(event_base& base, event& ev, int number) {
    CommonQueue& queue = queue_of(base, number);
    event* place = queue.events.last();
    while (place && deadline(*place) > deadline(ev))
        place = queue.events.previous(place);
    if (place) {
        queue.events.insert_after(place, &ev);
        return false;
    }
    queue.events.push_front(&ev);
    return set_timeout(base, queue.timer, deadline(ev), 0);
}

void remove(event_base& base, event& ev) {
    CommonQueue& queue = queue_of(base, common_queue(ev));
    queue.events.remove(&ev);
    if (queue.events.empty() && (flags(queue.timer) & EVLIST_TIMEOUT))
        clear_timeout(base, queue.timer);
}

int find(const event_base& base, const timeval& tv) {
    const long micros = static_cast<long>(tv.tv_usec);
    if ((micros & ~0xfffffffL) != kHandleTag)
        return 0;
    const int number = static_cast<int>((micros >> kNumberShift) & 0xff);
    if (number == 0 || number > base.common->count)
        return 0;
    const timeval& handle = queue_of(base, number).handle;
    return handle.tv_sec == tv.tv_sec && handle.tv_usec == tv.tv_usec ? number : 0;
}

void release(event_base& base) {
    for (int i = 0; i < base.common->count; ++i) {
        evlet::remove(base, base.common->queues[i]->timer, Blocking::never);
        event_debug_unassign(&base.common->queues[i]->timer);
        mem::release(base.common->queues[i]);
    }
    mem::release(base.common->queues);
    mem::release(base.common);
    base.common = nullptr;
}

}  // namespace

const timeval* make_common_queue(event_base& base, Nanos duration) {
    if (!base.common) {
        base.common = mem::make<CommonTimeouts>();
        if (!base.common)
            return nullptr;
        *base.common = {find, insert, remove, release, 0, nullptr};
    }
    CommonTimeouts& common = *base.common;
    for (int i = 0; i < common.count; ++i) {
        if (common.queues[i]->duration == duration)
            return &common.queues[i]->handle;
    }
    if (common.count == kMostQueues)
        return nullptr;
    auto** grown = static_cast<CommonQueue**>(mem::resize(
        common.queues, static_cast<size_t>(common.count) + 1, sizeof(CommonQueue*)));
    if (!grown)
        return nullptr;
    common.queues = grown;
    auto* queue = mem::make<CommonQueue>();
    if (!queue)
        return nullptr;
    // Counts the queue in first, so that the heap keeps room for its timer from now on.
    ++common.count;
    if (failed(reserve_timeout(base))) {
        --common.count;
        mem::release(queue);
        return nullptr;
    }
    queue->events.reset();
    queue->duration = duration;
    queue->base = &base;
    queue->number = common.count;
    queue->handle = to_timeval(duration);
    queue->handle.tv_usec |= kHandleTag | queue->number << kNumberShift;
    evlet_event_assign_no_signal(&queue->timer, &base, -1, EV_TIMEOUT, on_queue_timer, queue);
    queue->timer.ev_evcallback.evcb_pri = 0;
    set_flag(queue->timer, EVLIST_INTERNAL);
    common.queues[queue->number - 1] = queue;
    return &queue->handle;
}

}  // namespace evlet
