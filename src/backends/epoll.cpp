// SPDX-License-Identifier: BSD-3-Clause
// The epoll backend. Each change of interest is one epoll_ctl; with the changelist
// (EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) changes are collected and made right before the wait, so
// that a descriptor whose interest goes back and forth costs nothing. Another thread's removals are
// made at once all the same.
//
// The kernel's set is keyed by descriptor and open file together. A descriptor number that was
// closed and used again therefore may or may not be known to it; every call tries what is likely
// and falls back to the other (MOD/ADD). A file that is still open elsewhere (dup, fork) keeps
// reporting under a number nobody watches any more and cannot be taken out; when that happens in two
// waits running (once may be a removal in another thread) the whole set is made anew.
//
// Invariants: slot.backend_flags has kListed exactly while the descriptor is in the changelist,
// and then backend_data is the interest the kernel knows and kDropped says whether the interest
// was 0 at any time since.
#include <errno.h>
#include <sys/epoll.h>

#include "backends/epoll_wait.h"
#include "log/log.h"
#include "loop/base.h"
#include "mem/mem.h"

namespace evlet {
namespace {

constexpr unsigned kFirstEvents = 32;
constexpr unsigned kMostEvents = 4096;
constexpr uint8_t kListed = 1;
constexpr uint8_t kDropped = 2;

struct State {
    EpollWaiter waiter;
    epoll_event* events;
    unsigned capacity;
    bool stale;  // the last wait reported a descriptor that nobody watches
    // The changelist; null when changes are made at once.
    bool use_changes;
    evlet_fd* changes;
    unsigned change_count;
    unsigned change_capacity;
};

State& state_of(event_base& base) {
    return *static_cast<State*>(base.backend_state);
}

void close_epoll(event_base& base) {
    auto* state = static_cast<State*>(base.backend_state);
    close_epoll_waiter(state->waiter);
    mem::release(state->events);
    mem::release(state->changes);
    mem::release(state);
    base.backend_state = nullptr;
}

Status open_epoll(event_base& base) {
    auto* state = mem::make<State>();
    if (!state)
        return Status::no_memory;
    base.backend_state = state;
    state->use_changes = (base.config_flags & EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST) != 0;
    state->events =
        static_cast<epoll_event*>(mem::resize(nullptr, kFirstEvents, sizeof(epoll_event)));
    state->capacity = kFirstEvents;
    const Status opened = state->events ? open_epoll_waiter(state->waiter, base.config_flags)
                                        : Status::no_memory;
    if (failed(opened)) {
        mem::release(state->events);
        mem::release(state);
        base.backend_state = nullptr;
    }
    return opened;
}

uint32_t to_epoll(short interest) {
    uint32_t wanted = 0;
    if (interest & EV_READ)
        wanted |= EPOLLIN;
    if (interest & EV_WRITE)
        wanted |= EPOLLOUT;
    if (interest & EV_CLOSED)
        wanted |= EPOLLRDHUP;
    if (interest & EV_ET)
        wanted |= EPOLLET;
    return wanted;
}

int from_epoll(uint32_t found) {
    // An error or hang-up is always reported; whoever watches the descriptor has to hear of it,
    // or the wait would return for nothing again and again.
    if (found & (EPOLLERR | EPOLLHUP))
        return EV_READ | EV_WRITE | EV_CLOSED;
    int what = 0;
    if (found & EPOLLIN)
        what |= EV_READ;
    if (found & EPOLLOUT)
        what |= EV_WRITE;
    if (found & EPOLLRDHUP)
        what |= EV_CLOSED;
    return what;
}

// Makes the kernel watch `fd` for `after`, whether or not it knows the descriptor.
Status apply(State& state, evlet_fd fd, short before, short after) {
    epoll_event request = {};
    request.events = to_epoll(after);
    request.data.fd = fd;
    const int set = state.waiter.fd;
    if (!after) {
        // A closed descriptor has left by itself; then there is nothing to take out.
        epoll_ctl(set, EPOLL_CTL_DEL, fd, &request);
        return Status::ok;
    }
    const int likely = before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(set, likely, fd, &request) == 0)
        return Status::ok;
    int other = 0;
    if (likely == EPOLL_CTL_MOD && errno == ENOENT)
        other = EPOLL_CTL_ADD;
    else if (likely == EPOLL_CTL_ADD && errno == EEXIST)
        other = EPOLL_CTL_MOD;
    if (other && epoll_ctl(set, other, fd, &request) == 0)
        return Status::ok;
    return Status::system;
}

Status list_change(State& state, evlet_fd fd, FdSlot& slot, short before, short after) {
    if (!(slot.backend_flags & kListed)) {
        if (state.change_count == state.change_capacity) {
            const unsigned wanted = state.change_capacity ? state.change_capacity * 2 : 16;
            auto* grown =
                static_cast<evlet_fd*>(mem::resize(state.changes, wanted, sizeof(evlet_fd)));
            if (!grown)
                return Status::no_memory;
            state.changes = grown;
            state.change_capacity = wanted;
        }
        state.changes[state.change_count++] = fd;
        slot.backend_flags = kListed;
        slot.backend_data = static_cast<uint16_t>(before);
    }
    if (!after)
        slot.backend_flags |= kDropped;
    return Status::ok;
}

// Another thread that takes an event away may close the descriptor next, and the number may be
// another file by the time of the wait.
void drop_now(State& state, evlet_fd fd, FdSlot& slot, short before) {
    const bool listed = (slot.backend_flags & kListed) != 0;
    const auto known = listed ? static_cast<short>(slot.backend_data) : before;
    if (known)
        (void)apply(state, fd, known, 0);
    if (listed)
        slot.backend_data = 0;
}

void apply_changes(event_base& base, State& state) {
    for (unsigned i = 0; i < state.change_count; ++i) {
        const evlet_fd fd = state.changes[i];
        FdSlot& slot = *base.fds.find(fd);
        const auto known = static_cast<short>(slot.backend_data);
        const short wanted = slot.interest;
        // A descriptor that was dropped and taken up again may be another file by now.
        const bool reopened = wanted && (slot.backend_flags & kDropped);
        slot.backend_flags = 0;
        slot.backend_data = 0;
        if (wanted == known && !reopened)
            continue;
        if (failed(apply(state, fd, known, wanted)))
            log::warn("epoll: watching fd %d failed", int(fd));
    }
    state.change_count = 0;
}

Status set_interest(event_base& base, evlet_fd fd, FdSlot& slot, short before, short after) {
    State& state = state_of(base);
    if (state.use_changes) {
        if (!after && !in_loop_thread(base)) {
            drop_now(state, fd, slot, before);
            return Status::ok;
        }
        const Status listed = list_change(state, fd, slot, before, after);
        // Without room in the list a removal is made at once: it may not fail.
        if (!failed(listed) || after)
            return listed;
    }
    return apply(state, fd, before, after);
}

// The kernel reports a file under a number that nobody watches: the file lives on elsewhere.
void replace_set(event_base& base, State& state) {
    const Status replaced = renew_epoll_set(state.waiter);
    if (failed(replaced)) {
        log::warn("epoll: a closed descriptor is still reported, and the set cannot be renewed");
        return;
    }
    state.change_count = 0;
    for (unsigned i = 0; i < base.fds.count(); ++i) {
        FdSlot& slot = base.fds.at(i);
        slot.backend_flags = 0;
        slot.backend_data = 0;
        const short wanted = slot.interest;
        if (wanted && failed(apply(state, FdMap::fd_at(i), 0, wanted)))
            log::warn("epoll: watching fd %d failed", int(FdMap::fd_at(i)));
    }
}

bool watched(event_base& base, evlet_fd fd) {
    FdSlot* slot = base.fds.find(fd);
    return slot && (slot->interest || (slot->backend_flags & kListed));
}

// A full array means that more may be ready than one call can tell.
void grow_events(State& state) {
    if (state.capacity >= kMostEvents)
        return;
    auto* grown = static_cast<epoll_event*>(
        mem::resize(state.events, state.capacity * 2, sizeof(epoll_event)));
    if (grown) {
        state.events = grown;
        state.capacity *= 2;
    }
}

Status wait(event_base& base, Nanos timeout) {
    State& state = state_of(base);
    if (state.change_count)
        apply_changes(base, state);
    int found;
    int error;  // a lock hook may change errno
    {
        UnlockGuard unlocked(base.mutex);
        found = wait_epoll(state.waiter, state.events, state.capacity, timeout);
        error = errno;
    }
    if (found < 0) {
        if (error == EINTR)
            return Status::ok;
        log::warn("epoll_wait");
        return Status::system;
    }
    bool stale = false;
    for (unsigned i = 0; i < static_cast<unsigned>(found); ++i) {
        const evlet_fd fd = state.events[i].data.fd;
        if (fd == kTimerMark)
            continue;
        if (!watched(base, fd))
            stale = true;
        else
            deliver_fd_events(base, fd, from_epoll(state.events[i].events));
    }
    if (stale && state.stale)
        replace_set(base, state);
    state.stale = stale;
    if (static_cast<unsigned>(found) == state.capacity)
        grow_events(state);
    return Status::ok;
}

constexpr uint8_t kFeatures = EV_FEATURE_ET | EV_FEATURE_O1 | EV_FEATURE_EARLY_CLOSE;

}  // namespace

extern const Backend epoll_backend;
const Backend epoll_backend = {"epoll",     kFeatures,    true, open_epoll,
                               close_epoll, set_interest, wait};

}  // namespace evlet
