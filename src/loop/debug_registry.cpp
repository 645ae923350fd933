// SPDX-License-Identifier: BSD-3-Clause
// Debug mode. Invariants: g_mode_on goes up before any event or base exists and stays up; the
// registry holds one entry for each event that was assigned and not unassigned or freed, in an
// open hash table of a power-of-two size, at most three quarters full. Out of memory ends debug
// mode with a warning instead of reporting wrongly.
#include "loop/debug_registry.h"

#include <stdint.h>

#include <atomic>

#include "event2/event.h"
#include "event2/event_struct.h"
#include "log/log.h"
#include "mem/mem.h"
#include "thread/lock.h"

namespace evlet::debug {

bool g_mode_on;

namespace {

struct Entry {
    const event* ev;
    Known known;
};

std::atomic<bool> g_too_late;
Entry* g_entries;
size_t g_capacity;
size_t g_count;

constexpr size_t kFirstCapacity = 64;

size_t home(const event* ev) {
    const auto bits = reinterpret_cast<uintptr_t>(ev);
    return (bits >> 4 ^ bits >> 13) * 0x9e3779b1u & (g_capacity - 1);
}

// The entry of the event, or the free one where it belongs. The table is not empty.
Entry& slot(const event* ev) {
    size_t i = home(ev);
    while (g_entries[i].ev && g_entries[i].ev != ev)
        i = (i + 1) & (g_capacity - 1);
    return g_entries[i];
}

Entry* find(const event& ev) {
    if (g_capacity == 0)
        return nullptr;
    Entry& entry = slot(&ev);
    return entry.ev ? &entry : nullptr;
}

bool grow() {
    if (g_count * 4 < g_capacity * 3)
        return true;
    Entry* const old = g_entries;
    const size_t old_capacity = g_capacity;
    const size_t wanted = old_capacity ? old_capacity * 2 : kFirstCapacity;
    auto* fresh = static_cast<Entry*>(mem::allocate_zeroed(wanted * sizeof(Entry)));
    if (!fresh)
        return false;
    g_entries = fresh;
    g_capacity = wanted;
    for (size_t i = 0; i < old_capacity; ++i) {
        if (old[i].ev)
            slot(old[i].ev) = old[i];
    }
    mem::release(old);
    return true;
}

// Closes the gap by moving up the entries that a search would not reach any more.
void erase(Entry* gap) {
    --g_count;
    size_t hole = static_cast<size_t>(gap - g_entries);
    for (size_t i = (hole + 1) & (g_capacity - 1); g_entries[i].ev;
         i = (i + 1) & (g_capacity - 1)) {
        const size_t wanted = home(g_entries[i].ev);
        if (((i - wanted) & (g_capacity - 1)) >= ((i - hole) & (g_capacity - 1))) {
            g_entries[hole] = g_entries[i];
            hole = i;
        }
    }
    g_entries[hole].ev = nullptr;
}

void report(const char* caller, const event& ev, const char* problem) {
    log::fatal("%s: the event %p (fd %ld, events 0x%x, flags 0x%x) %s", caller,
               static_cast<const void*>(&ev), static_cast<long>(ev.ev_fd),
               static_cast<unsigned>(ev.ev_events),
               static_cast<unsigned>(ev.ev_evcallback.evcb_flags), problem);
}

}  // namespace

void note_setup_slow(const event& ev) {
    LockGuard guard(global_mutex(GlobalLock::debug_registry));
    if (!grow()) {
        log::warnx("debug mode: out of memory, switched off");
        g_mode_on = false;
        return;
    }
    Entry& entry = slot(&ev);
    if (!entry.ev)
        ++g_count;
    entry = {&ev, Known::assigned};
}

void note_slow(const event& ev, Known known) {
    LockGuard guard(global_mutex(GlobalLock::debug_registry));
    if (Entry* entry = find(ev))
        entry->known = known;
}

void forget_slow(const event& ev) {
    LockGuard guard(global_mutex(GlobalLock::debug_registry));
    if (Entry* entry = find(ev))
        erase(entry);
}

void forget_finalized_slow(const event& ev) {
    LockGuard guard(global_mutex(GlobalLock::debug_registry));
    Entry* entry = find(ev);
    if (entry && entry->known == Known::finalizing)
        erase(entry);
}

void require_setup_slow(const event& ev, const char* caller) {
    bool known;
    {
        LockGuard guard(global_mutex(GlobalLock::debug_registry));
        known = find(ev) != nullptr;
    }
    if (!known)
        report(caller, ev, "was never assigned, or was freed");
}

void require_not_added_slow(const event& ev, const char* caller) {
    bool added;
    {
        LockGuard guard(global_mutex(GlobalLock::debug_registry));
        const Entry* entry = find(ev);
        added = entry && entry->known == Known::added;
    }
    if (added)
        report(caller, ev, "is assigned again while it is added");
}

void note_in_use() {
    if (!g_too_late.load(std::memory_order_relaxed))
        g_too_late.store(true, std::memory_order_relaxed);
}

void shut_down() {
    mem::release(g_entries);
    g_entries = nullptr;
    g_capacity = g_count = 0;
}

}  // namespace evlet::debug

using namespace evlet;

extern "C" {

void event_enable_debug_mode(void) {
    if (debug::g_mode_on)
        log::fatal("event_enable_debug_mode was called twice");
    if (debug::g_too_late)
        log::fatal("event_enable_debug_mode must be called before the first event or base is made");
    debug::g_mode_on = true;
}

void event_debug_unassign(struct event* ev) {
    if (!ev)
        return;
    debug::require_not_added(*ev, "event_debug_unassign");
    debug::forget(*ev);
    ev->ev_evcallback.evcb_flags =
        static_cast<short>(ev->ev_evcallback.evcb_flags & ~EVLIST_INIT);
}

}  // extern "C"
