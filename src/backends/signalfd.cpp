// SPDX-License-Identifier: BSD-3-Clause
// Signals through a descriptor (EVENT_BASE_FLAG_USE_SIGNALFD). The signals are blocked in the
// thread that adds the events and read from one signalfd per base, so no handler interrupts that
// thread. The handler stays installed: it serves threads in which the signal is not blocked, and
// other bases are told by the same means as from the handler.
//
// Invariant: `wanted` is what the descriptor delivers; `unblock` is the part of it that was not
// blocked before and is to be unblocked when its last event goes.
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "log/log.h"
#include "loop/base.h"
#include "loop/signals.h"
#include "mem/mem.h"

namespace evlet {
namespace {

struct State {
    int fd;
    sigset_t wanted;
    sigset_t unblock;
    event watch;
};

State* state_of(const event_base& base) {
    return static_cast<State*>(base.signals->method_state);
}

void on_signals(evutil_socket_t fd, short, void* argument) {
    auto& base = *static_cast<event_base*>(argument);
    LockGuard guard(base.mutex);
    signalfd_siginfo info;
    while (read(fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        const auto signo = static_cast<int>(info.ssi_signo);
        note_signal(signo, base.signals);
        base.signals->entries()[signo].state.fetch_add(1, std::memory_order_seq_cst);
    }
    signal_room().deliver_noted(base);
}

Status open_state(event_base& base) {
    auto* state = mem::make<State>();
    if (!state)
        return Status::no_memory;
    sigemptyset(&state->wanted);
    sigemptyset(&state->unblock);
    state->fd = signalfd(-1, &state->wanted, SFD_NONBLOCK | SFD_CLOEXEC);
    if (state->fd < 0) {
        mem::release(state);
        return Status::system;
    }
    evlet_event_assign_no_signal(&state->watch, &base, state->fd, EV_READ | EV_PERSIST, on_signals, &base);
    state->watch.ev_evcallback.evcb_pri = 0;
    set_flag(state->watch, EVLIST_INTERNAL);
    const Status added = add(base, state->watch, nullptr);
    if (failed(added)) {
        event_debug_unassign(&state->watch);
        close(state->fd);
        mem::release(state);
        return added;
    }
    base.signals->method_state = state;
    return Status::ok;
}

void set_blocked(int how, int signo) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signo);
    pthread_sigmask(how, &set, nullptr);
}

Status enable(event_base& base, int signo) {
    if (!state_of(base)) {
        const Status opened = open_state(base);
        if (failed(opened))
            return opened;
    }
    State& state = *state_of(base);
    sigset_t wanted = state.wanted;
    sigaddset(&wanted, signo);
    if (signalfd(state.fd, &wanted, 0) < 0)
        return Status::system;
    state.wanted = wanted;
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    if (!sigismember(&blocked, signo)) {
        sigaddset(&state.unblock, signo);
        set_blocked(SIG_BLOCK, signo);
    }
    return Status::ok;
}

void disable(event_base& base, int signo) {
    State* state = state_of(base);
    if (!state || !sigismember(&state->wanted, signo))
        return;
    sigdelset(&state->wanted, signo);
    if (signalfd(state->fd, &state->wanted, 0) < 0)
        log::warn("signalfd");
    if (sigismember(&state->unblock, signo)) {
        sigdelset(&state->unblock, signo);
        set_blocked(SIG_UNBLOCK, signo);
    }
}

void close_state(event_base& base) {
    State* state = state_of(base);
    if (!state)
        return;
    remove(base, state->watch, Blocking::never);
    event_debug_unassign(&state->watch);
    close(state->fd);
    base.signals->method_state = nullptr;
    for (int signo = 1; signo < base.signals->count; ++signo) {
        if (sigismember(&state->unblock, signo) == 1)
            set_blocked(SIG_UNBLOCK, signo);
    }
    mem::release(state);
}

}  // namespace

extern const SignalMethod signalfd_method;
const SignalMethod signalfd_method = {"signalfd_signal", enable, disable, close_state};

}  // namespace evlet
