// SPDX-License-Identifier: BSD-3-Clause
#include "loop/fd_map.h"

#include <errno.h>
#include <string.h>

#include "log/log.h"
#include "loop/base.h"
#include "mem/mem.h"

namespace evlet {
namespace {

constexpr unsigned kFirstCount = 8;
constexpr int kWatched = EV_READ | EV_WRITE | EV_CLOSED | EV_ET;

#if EVLET_SELECT_ONLY
Status tell_backend(event_base& base, evlet_fd fd, FdSlot& slot, short before, short after) {
    return select_backend.set_interest(base, fd, slot, before, after);
}
#else
Status tell_backend(event_base& base, evlet_fd fd, FdSlot& slot, short before, short after) {
    return base.backend->set_interest(base, fd, slot, before, after);
}
#endif

// Whether a loop that waits has to be woken before it can see a change.
bool wake_needed(const event_base& base) {
#if EVLET_SELECT_ONLY
    (void)base;
    return true;
#else
    return !base.backend->live ||
           (base.config_flags & EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) != 0;
#endif
}

// Changes what is watched; on failure the slot is as it was.
Status set_interest(event_base& base, evlet_fd fd, FdSlot& slot, int wanted, bool& ret_changed) {
    const auto after = static_cast<short>(wanted);
    const short before = slot.interest;
    if (after == before)
        return Status::ok;
    slot.interest = after;
    const Status told = tell_backend(base, fd, slot, before, after);
    if (failed(told))
        slot.interest = before;
    else
        ret_changed = wake_needed(base);
    return told;
}

}  // namespace

Status FdMap::reserve(evlet_fd fd) {
    const auto index = static_cast<unsigned>(fd - EVLET_PORT_FIRST_FD);
    if (index < count_)
        return Status::ok;
    // A wild number must not make a table of gigabytes.
    if (!evlet_port_is_open(fd)) {
        errno = EBADF;
        return Status::system;
    }
    unsigned wanted = count_ ? count_ : kFirstCount;
    while (wanted <= index)
        wanted *= 2;
    auto* grown = static_cast<FdSlot*>(mem::resize(slots_, wanted, sizeof(FdSlot)));
    if (!grown)
        return Status::no_memory;
    // The first event of each list points back into the array, which may have moved.
    for (unsigned i = 0; i < count_; ++i) {
        if (grown[i].first)
            grown[i].first->ev_.ev_io.ev_io_next.le_prev = &grown[i].first;
    }
    memset(grown + count_, 0, (wanted - count_) * sizeof(FdSlot));
    slots_ = grown;
    count_ = wanted;
    return Status::ok;
}

void FdMap::release() {
    mem::release(slots_);
    slots_ = nullptr;
    count_ = 0;
}

Status add_fd_event(event_base& base, event& ev, bool& ret_changed) {
    if (ev.ev_fd < 0) {
        // Allowed, as ever: such an event can still time out or be made active.
        link_event(base.without_fd, ev);
        return Status::ok;
    }
    if (ev.ev_fd < EVLET_PORT_FIRST_FD)
        return Status::invalid;
    Status done = base.fds.reserve(ev.ev_fd);
    if (failed(done))
        return done;
    FdSlot& slot = *base.fds.find(ev.ev_fd);
    if (slot.first && ((slot.interest ^ ev.ev_events) & EV_ET)) {
        log::warnx("fd %d: EV_ET on some events only", int(ev.ev_fd));
        return Status::invalid;
    }
    done = set_interest(base, ev.ev_fd, slot, slot.interest | (ev.ev_events & kWatched),
                        ret_changed);
    if (!failed(done))
        link_event(slot.first, ev);
    return done;
}

void remove_fd_event(event_base& base, event& ev, bool& ret_changed) {
    unlink_event(ev);
    if (ev.ev_fd < 0)
        return;
    FdSlot& slot = *base.fds.find(ev.ev_fd);
    int left = 0;
    for (const event* other = slot.first; other && left != slot.interest;
         other = next_event(*other))
        left |= other->ev_events & kWatched;
    if (failed(set_interest(base, ev.ev_fd, slot, left, ret_changed))) {
        log::warn("fd %d: cannot narrow the watch", int(ev.ev_fd));
        slot.interest = static_cast<short>(left);
    }
}

void deliver_fd_events(event_base& base, evlet_fd fd, int what) {
    FdSlot* slot = base.fds.find(fd);
    if (!slot)
        return;
    for (event* ev = slot->first; ev; ev = next_event(*ev)) {
        const int hit = ev->ev_events & what;
        if (hit)
            activate(base, *ev, hit | (ev->ev_events & EV_ET), 1);
    }
}

void forget_backend_data(event_base& base) {
    for (unsigned i = 0; i < base.fds.count(); ++i) {
        base.fds.at(i).backend_data = 0;
        base.fds.at(i).backend_flags = 0;
    }
}

Status restore_fd_interest(event_base& base) {
    Status worst = Status::ok;
    for (unsigned i = 0; i < base.fds.count(); ++i) {
        FdSlot& slot = base.fds.at(i);
        const short wanted = slot.interest;
        if (!wanted)
            continue;
        const Status told = tell_backend(base, FdMap::fd_at(i), slot, 0, wanted);
        if (failed(told))
            worst = told;
    }
    return worst;
}

}  // namespace evlet
