// SPDX-License-Identifier: BSD-3-Clause
// Signal events. One handler serves the process: it notes the signal in every base that waits for
// it and signals that base's waker; the loop then counts and calls back. Any number of bases may
// wait for any number of signals, the same ones too.
//
// Invariants: g_maps lists the SignalMap of every base with signal events; it and g_caught change
// only under GlobalLock::signals, the handler reads g_maps without. A map is taken out of the list
// before it is freed, and freed only when nobody is in note_signal() in any thread. A signal is caught
// while at least one base has an event for it; before and after, the program's own disposition
// stands. An entry's state is kWanted | number of deliveries not yet counted, or 0.
#include "loop/signals.h"

#include "evlet/port_os.h"
#include "log/log.h"
#include "loop/base.h"
#include "loop/wakeup.h"
#include "mem/mem.h"

namespace evlet {
namespace {

struct Caught {
    Caught* next;
    int signo;
    unsigned users;
    evlet_signal_saved saved;
};

std::atomic<SignalMap*> g_maps;
std::atomic<unsigned> g_handlers_running;
Caught* g_caught;

constexpr unsigned kWanted = 1u << 31;
constexpr int kLongestHandlerMs = 1000;
constexpr unsigned kMostCounted = INT16_MAX;

void handle_signal(int signo) {
    note_signal(signo, nullptr);
}

Caught** find_caught(int signo) {
    Caught** place = &g_caught;
    while (*place && (*place)->signo != signo)
        place = &(*place)->next;
    return place;
}

Status catch_signal(int signo) {
    Caught** place = find_caught(signo);
    if (*place) {
        ++(*place)->users;
        return Status::ok;
    }
    auto* caught = mem::make<Caught>();
    if (!caught)
        return Status::no_memory;
    caught->signo = signo;
    caught->users = 1;
    if (evlet_port_signal_catch(signo, handle_signal, &caught->saved) != 0) {
        mem::release(caught);
        return Status::system;
    }
    *place = caught;
    return Status::ok;
}

void release_signal(int signo) {
    Caught** place = find_caught(signo);
    Caught* caught = *place;
    if (!caught || --caught->users > 0)
        return;
    *place = caught->next;
    if (evlet_port_signal_restore(signo, &caught->saved) != 0)
        log::warn("signal %d: putting its old handler back failed", signo);
    mem::release(caught);
}

// A moment later no handler that saw the old list is running. Sleeps rather than spins, so that a
// handler in a thread of lower priority gets to its end. A child forked while another thread was
// in the handler counts one that never ends, so there is a limit far beyond any handler's time.
void wait_for_handlers() {
    for (int i = 0; i < kLongestHandlerMs; ++i) {
        if (g_handlers_running.load(std::memory_order_seq_cst) == 0)
            return;
#if EVLET_SELECT
        evlet_port_select(0, nullptr, nullptr, kNanosPerMilli, nullptr);
#else
        evlet_port_poll(nullptr, 0, kNanosPerMilli, nullptr);
#endif
    }
    g_handlers_running.store(0, std::memory_order_seq_cst);
}

Status make_map(event_base& base) {
    const Status woken = open_wakeup(base);
    if (failed(woken))
        return woken;
    const auto count = static_cast<size_t>(evlet_port_signal_count());
    auto* map = static_cast<SignalMap*>(
        mem::allocate_zeroed(sizeof(SignalMap) + count * sizeof(SignalEntry)));
    if (!map)
        return Status::no_memory;
    map->waker = &base.wakeup->waker;
    map->count = static_cast<int>(count);
    base.signals = map;
    LockGuard guard(global_mutex(GlobalLock::signals));
    map->next.store(g_maps.load(std::memory_order_relaxed), std::memory_order_relaxed);
    g_maps.store(map, std::memory_order_seq_cst);
    return Status::ok;
}

Status subscribe(event_base& base, int signo) {
    SignalEntry& entry = base.signals->entries()[signo];
    {
        LockGuard guard(global_mutex(GlobalLock::signals));
        // Wanted first and caught then, so that none is swallowed between.
        entry.state.store(kWanted, std::memory_order_seq_cst);
        const Status caught = catch_signal(signo);
        if (failed(caught)) {
            entry.state.store(0, std::memory_order_seq_cst);
            return caught;
        }
    }
    if (!base.signal_method_on)
        return Status::ok;
    const Status enabled = optional_signal_method->enable(base, signo);
    if (failed(enabled)) {
        LockGuard guard(global_mutex(GlobalLock::signals));
        entry.state.store(0, std::memory_order_seq_cst);
        release_signal(signo);
    }
    return enabled;
}

void unsubscribe(event_base& base, int signo) {
    if (base.signal_method_on)
        optional_signal_method->disable(base, signo);
    LockGuard guard(global_mutex(GlobalLock::signals));
    release_signal(signo);
    base.signals->entries()[signo].state.store(0, std::memory_order_seq_cst);
}

}  // namespace

void note_signal(int signo, const SignalMap* except) {
    g_handlers_running.fetch_add(1, std::memory_order_seq_cst);
    for (SignalMap* map = g_maps.load(std::memory_order_seq_cst); map;
         map = map->next.load(std::memory_order_seq_cst)) {
        std::atomic<unsigned>& state = map->entries()[signo].state;
        const unsigned before = state.load(std::memory_order_seq_cst);
        if (map == except || !(before & kWanted))
            continue;
        if ((before & ~kWanted) < kMostCounted)
            state.fetch_add(1, std::memory_order_seq_cst);
        evlet_port_waker_signal(map->waker);
    }
    // Not below 0: the count may have been given up on, see wait_for_handlers().
    unsigned running = g_handlers_running.load(std::memory_order_seq_cst);
    while (running != 0 &&
           !g_handlers_running.compare_exchange_weak(running, running - 1,
                                                     std::memory_order_seq_cst)) {
    }
}

namespace {

Status add_event(event_base& base, event& ev) {
    const auto signo = static_cast<int>(ev.ev_fd);
    if (signo < 1 || signo >= evlet_port_signal_count())
        return Status::invalid;
    if (!base.signals) {
        const Status made = make_map(base);
        if (failed(made))
            return made;
    }
    SignalEntry& entry = base.signals->entries()[signo];
    if (!entry.first) {
        const Status subscribed = subscribe(base, signo);
        if (failed(subscribed))
            return subscribed;
    }
    link_event(entry.first, ev);
    return Status::ok;
}

void remove_event(event_base& base, event& ev) {
    unlink_event(ev);
    if (!base.signals->entries()[ev.ev_fd].first)
        unsubscribe(base, static_cast<int>(ev.ev_fd));
}

// Deliveries that were not called back yet are added to, not lost.
void deliver_to(event_base& base, event& ev, short calls) {
    short& waiting = ev.ev_.ev_signal.ev_ncalls;
    if (!(flags(ev) & EVLIST_ACTIVE) || !(ev.ev_res & EV_SIGNAL))
        activate(base, ev, EV_SIGNAL, calls);
    else
        waiting = calls < INT16_MAX - waiting ? static_cast<short>(waiting + calls) : INT16_MAX;
}

void deliver(event_base& base, int signo, short calls) {
    if (!base.signals || signo < 1 || signo >= base.signals->count)
        return;
    for (event* ev = base.signals->entries()[signo].first; ev; ev = next_event(*ev))
        deliver_to(base, *ev, calls);
}

void deliver_noted(event_base& base) {
    for (int signo = 1; signo < base.signals->count; ++signo) {
        std::atomic<unsigned>& state = base.signals->entries()[signo].state;
        if ((state.load(std::memory_order_seq_cst) & ~kWanted) == 0)
            continue;
        const unsigned calls = state.fetch_and(kWanted, std::memory_order_seq_cst) & ~kWanted;
        if (calls)
            deliver(base, signo, static_cast<short>(calls < kMostCounted ? calls : kMostCounted));
    }
}

void close(event_base& base) {
    SignalMap* map = base.signals;
    if (!map)
        return;
    for (int signo = 1; signo < map->count; ++signo) {
        while (map->entries()[signo].first)
            remove(base, *map->entries()[signo].first, Blocking::never);
    }
    if (base.signal_method_on)
        optional_signal_method->close(base);
    {
        LockGuard guard(global_mutex(GlobalLock::signals));
        std::atomic<SignalMap*>* place = &g_maps;
        while (place->load(std::memory_order_relaxed) != map)
            place = &place->load(std::memory_order_relaxed)->next;
        place->store(map->next.load(std::memory_order_relaxed), std::memory_order_seq_cst);
    }
    wait_for_handlers();
    base.signals = nullptr;
    mem::release(map);
}

Status restart(event_base& base) {
    g_handlers_running.store(0, std::memory_order_seq_cst);  // the child has one thread, this one
    deliver_noted(base);  // what came in before, which woke the waker shared with the parent
    if (!base.signal_method_on)
        return Status::ok;
    optional_signal_method->close(base);
    Status worst = Status::ok;
    for (int signo = 1; signo < base.signals->count; ++signo) {
        if (!base.signals->entries()[signo].first)
            continue;
        const Status enabled = optional_signal_method->enable(base, signo);
        if (failed(enabled))
            worst = enabled;
    }
    return worst;
}

void call(event_base& base, event& ev) {
    const evutil_socket_t fd = ev.ev_fd;
    const short what = ev.ev_res;
    const auto callback = ev.ev_evcallback.evcb_cb_union.evcb_callback;
    void* const argument = ev.ev_evcallback.evcb_arg;
    // event_del() in a callback sets calls_left to 0 through this pointer; after the last call the
    // event may be gone, so it is taken back before.
    short& left = base.calls_left;
    left = ev.ev_.ev_signal.ev_ncalls;
    ev.ev_.ev_signal.ev_pncalls = left > 0 ? &left : nullptr;
    while (left > 0) {
        if (--left == 0)
            ev.ev_.ev_signal.ev_pncalls = nullptr;
        {
            UnlockGuard unlocked(base.mutex);
            callback(fd, what, argument);
        }
        if (base.break_requested && left > 0) {
            ev.ev_.ev_signal.ev_pncalls = nullptr;
            return;
        }
    }
}

constexpr SignalRoom kRoom = {add_event, remove_event, deliver_noted, deliver,
                              call,      restart,      close};

}  // namespace

void use_signals() {
    g_signal_room.store(&kRoom, std::memory_order_relaxed);
}

}  // namespace evlet
