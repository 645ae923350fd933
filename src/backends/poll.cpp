// SPDX-License-Identifier: BSD-3-Clause
// The poll backend. Invariants: entries[0, count) are the watched descriptors in no order; the
// slot's backend_data is the index of its entry plus one, 0 for none. Where other threads may change
// the entries during a wait, the wait works on `copy`, which has as much room as `entries`; if it has
// to grow meanwhile, the block `in_use` stays until that wait has ended.
#include <string.h>

#include "log/log.h"
#include "loop/base.h"
#include "mem/mem.h"

namespace evlet {
namespace {

constexpr unsigned kFirstCapacity = 4;

struct State {
    pollfd* entries;
    unsigned count;
    unsigned capacity;
    pollfd* copy;    // null on a base without a lock
    pollfd* in_use;  // what a wait works on, null outside
};

State& state_of(event_base& base) {
    return *static_cast<State*>(base.backend_state);
}

Status open_poll(event_base& base) {
    base.backend_state = mem::make<State>();
    return base.backend_state ? Status::ok : Status::no_memory;
}

void close_poll(event_base& base) {
    mem::release(state_of(base).entries);
    mem::release(state_of(base).copy);
    mem::release(base.backend_state);
    base.backend_state = nullptr;
}

short to_poll(short interest) {
    int wanted = 0;
    if (interest & EV_READ)
        wanted |= POLLIN;
    if (interest & EV_WRITE)
        wanted |= POLLOUT;
#ifdef POLLRDHUP
    if (interest & EV_CLOSED)
        wanted |= POLLRDHUP;
#endif
    return static_cast<short>(wanted);
}

int from_poll(int found) {
    // An error or hang-up is always reported; whoever watches the descriptor has to hear of it.
    if (found & (POLLHUP | POLLERR | POLLNVAL))
        return EV_READ | EV_WRITE | EV_CLOSED;
    int what = 0;
    if (found & POLLIN)
        what |= EV_READ;
    if (found & POLLOUT)
        what |= EV_WRITE;
#ifdef POLLRDHUP
    if (found & POLLRDHUP)
        what |= EV_CLOSED;
#endif
    return what;
}

// Gives the copy the room of `capacity` entries.
bool grow_copy(State& state, unsigned capacity) {
    auto* grown = static_cast<pollfd*>(mem::resize(nullptr, capacity, sizeof(pollfd)));
    if (!grown)
        return false;
    if (state.copy != state.in_use)
        mem::release(state.copy);
    state.copy = grown;
    return true;
}

Status reserve(event_base& base, State& state) {
    if (state.count < state.capacity)
        return Status::ok;
    const unsigned wanted = state.capacity ? state.capacity * 2 : kFirstCapacity;
    if (base.mutex.real() && !grow_copy(state, wanted))
        return Status::no_memory;
    auto* grown = static_cast<pollfd*>(mem::resize(state.entries, wanted, sizeof(pollfd)));
    if (!grown)
        return Status::no_memory;
    state.entries = grown;
    state.capacity = wanted;
    return Status::ok;
}

void remove_entry(event_base& base, State& state, FdSlot& slot) {
    if (slot.backend_data == 0)
        return;
    pollfd& hole = state.entries[slot.backend_data - 1];
    const pollfd& last = state.entries[--state.count];
    base.fds.find(last.fd)->backend_data = slot.backend_data;
    hole = last;
    slot.backend_data = 0;
}

Status set_interest(event_base& base, evlet_fd fd, FdSlot& slot, short, short after) {
    State& state = state_of(base);
    if (!after) {
        remove_entry(base, state, slot);
        return Status::ok;
    }
    if (slot.backend_data == 0) {
        const Status room = reserve(base, state);
        if (failed(room))
            return room;
        slot.backend_data = ++state.count;
    }
    state.entries[slot.backend_data - 1] = {fd, to_poll(after), 0};
    return Status::ok;
}

// Callbacks run later, so the entries do not move while they are looked through.
void deliver(event_base& base, const pollfd* entries, unsigned count, int found) {
    for (unsigned i = 0; i < count && found > 0; ++i) {
        if (entries[i].revents == 0)
            continue;
        --found;
        deliver_fd_events(base, entries[i].fd, from_poll(entries[i].revents));
    }
}

Status wait(event_base& base, Nanos timeout) {
    State& state = state_of(base);
    const unsigned count = state.count;
    pollfd* entries = state.entries;
    if (state.copy && count) {
        entries = state.in_use = state.copy;
        memcpy(entries, state.entries, count * sizeof(pollfd));
    }
    int found;
    int error;  // a lock hook may change errno
    {
        UnlockGuard unlocked(base.mutex);
        found = evlet_port_poll(entries, count, timeout, port_waker(base));
        error = evlet_port_last_error();
    }
    Status result = Status::ok;
    if (found < 0 && evlet_port_error_class(error) != EVLET_ERR_AGAIN) {
        log::warn("poll");
        result = Status::system;
    }
    deliver(base, entries, count, found);
    if (state.in_use != state.copy)
        mem::release(state.in_use);
    state.in_use = nullptr;
    return result;
}

// Whether the system can tell a close from data.
#ifdef POLLRDHUP
constexpr uint8_t kFeatures = EV_FEATURE_FDS | EV_FEATURE_EARLY_CLOSE;
#else
constexpr uint8_t kFeatures = EV_FEATURE_FDS;
#endif

}  // namespace

extern const Backend poll_backend;
const Backend poll_backend = {"poll", kFeatures, false, open_poll, close_poll, set_interest, wait};

}  // namespace evlet
