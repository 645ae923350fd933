// SPDX-License-Identifier: BSD-3-Clause
// The select backend: everywhere, for few descriptors. Invariants: the first two bitmaps are what
// is wanted, the second two are scratch for the port's select, all of `words` words; no bit from
// `end` on is ever set. When another thread needs longer bitmaps while the loop waits, the block in
// use is retired: it stays until that wait has ended. Descriptors the port's select cannot take are
// refused, not truncated.
#include <string.h>

#include "log/log.h"
#include "loop/base.h"
#include "mem/mem.h"

namespace evlet {
namespace {

constexpr unsigned kWordBits = EVLET_FD_WORD_BITS;

// One allocation: this header, then the four bitmaps.
struct State {
    unsigned words;
    unsigned end;    // one past the highest index that was ever wanted
    State* retired;  // shorter blocks to free after the wait that uses them
#if EVLET_THREADS
    // Another thread took an event away during the wait, and may have closed its descriptor, which
    // the wait then complains about.
    bool dropped;
#endif

    [[nodiscard]] evlet_fd_word* bitmap(unsigned which) {
        return reinterpret_cast<evlet_fd_word*>(this + 1) + which * words;
    }
};
enum : unsigned { kWantRead, kWantWrite, kReadyRead, kReadyWrite, kBitmaps };
static_assert(sizeof(State) % sizeof(evlet_fd_word) == 0);

State& state_of(event_base& base) {
    return *static_cast<State*>(base.backend_state);
}

State* make_state(unsigned words) {
    auto* state = static_cast<State*>(
        mem::allocate_zeroed(sizeof(State) + kBitmaps * words * sizeof(evlet_fd_word)));
    if (state)
        state->words = words;
    return state;
}

Status open_select(event_base& base) {
    State* state = make_state(1);
    if (!state)
        return Status::no_memory;
    base.backend_state = state;
    return Status::ok;
}

void release_retired(State& state) {
    while (State* old = state.retired) {
        state.retired = old->retired;
        mem::release(old);
    }
}

void close_select(event_base& base) {
    release_retired(state_of(base));
    mem::release(base.backend_state);
    base.backend_state = nullptr;
}

Status grow(event_base& base, unsigned index) {
    State& old = state_of(base);
    unsigned words = old.words;
    while (words * kWordBits <= index)
        words *= 2;
    State* grown = make_state(words);
    if (!grown)
        return Status::no_memory;
    grown->end = old.end;
    memcpy(grown->bitmap(kWantRead), old.bitmap(kWantRead), old.words * sizeof(evlet_fd_word));
    memcpy(grown->bitmap(kWantWrite), old.bitmap(kWantWrite), old.words * sizeof(evlet_fd_word));
    grown->retired = &old;
#if EVLET_THREADS
    grown->dropped = old.dropped;
#endif
    base.backend_state = grown;
    if (!base.waiting)
        release_retired(*grown);
    return Status::ok;
}

void set_bit(evlet_fd_word* bitmap, unsigned index, bool on) {
    const evlet_fd_word bit = evlet_fd_word(1) << (index % kWordBits);
    if (on)
        bitmap[index / kWordBits] |= bit;
    else
        bitmap[index / kWordBits] &= ~bit;
}

Status set_interest(event_base& base, evlet_fd fd, FdSlot&, short, short after) {
    const auto index = static_cast<unsigned>(fd - EVLET_PORT_FIRST_FD);
    if (index >= unsigned(EVLET_PORT_SELECT_LIMIT)) {
        log::warnx("fd %d: select needs one below %d", int(fd),
                   int(EVLET_PORT_FIRST_FD) + int(EVLET_PORT_SELECT_LIMIT));
        return Status::invalid;
    }
    if (index >= state_of(base).words * kWordBits) {
        if (!after)
            return Status::ok;
        const Status grown = grow(base, index);
        if (failed(grown))
            return grown;
    }
    State& state = state_of(base);
#if EVLET_THREADS
    if (!after)
        state.dropped = true;
#endif
    set_bit(state.bitmap(kWantRead), index, (after & EV_READ) != 0);
    set_bit(state.bitmap(kWantWrite), index, (after & EV_WRITE) != 0);
    if (index >= state.end)
        state.end = index + 1;
    return Status::ok;
}

void deliver(event_base& base, unsigned end, const evlet_fd_word* readable,
             const evlet_fd_word* writable) {
    for (unsigned word = 0; word * kWordBits < end; ++word) {
        evlet_fd_word left = readable[word] | writable[word];
        while (left) {
            const auto bit = static_cast<unsigned>(__builtin_ctzl(left));
            const evlet_fd_word mask = evlet_fd_word(1) << bit;
            left &= ~mask;
            deliver_fd_events(base, FdMap::fd_at(word * kWordBits + bit),
                              (readable[word] & mask ? EV_READ : 0) |
                                  (writable[word] & mask ? EV_WRITE : 0));
        }
    }
}

// Whether a wait that failed may simply be tried again.
bool may_retry([[maybe_unused]] event_base& base, int error) {
#if EVLET_THREADS
    if (state_of(base).dropped)
        return true;
#endif
    return evlet_port_error_class(error) == EVLET_ERR_AGAIN;
}

Status wait(event_base& base, Nanos timeout) {
    State& state = state_of(base);
#if EVLET_THREADS
    state.dropped = false;
#endif
    evlet_fd_word* const readable = state.bitmap(kReadyRead);
    evlet_fd_word* const writable = state.bitmap(kReadyWrite);
    memcpy(readable, state.bitmap(kWantRead), 2 * state.words * sizeof(evlet_fd_word));
    const unsigned end = state.end;
    int found;
    int error;  // a lock hook may change errno
    {
        UnlockGuard unlocked(base.mutex);
        found = evlet_port_select(end, readable, writable, timeout, port_waker(base));
        error = evlet_port_last_error();
    }
    Status result = Status::ok;
    if (found > 0) {
        deliver(base, end, readable, writable);
    } else if (found < 0 && !may_retry(base, error)) {
        log::warn("select");
        result = Status::system;
    }
    release_retired(state_of(base));
    return result;
}

}  // namespace

extern const Backend select_backend;
const Backend select_backend = {"select",    EV_FEATURE_FDS, false, open_select,
                                close_select, set_interest,   wait};

}  // namespace evlet
