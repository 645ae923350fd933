// SPDX-License-Identifier: BSD-3-Clause
// Invariants: the event is added for EV_READ while connections are accepted, for a timeout alone
// while accepting pauses, and not at all while the listener is disabled or has no callback.
//
// Pausing: an accept that fails for lack of descriptors or memory would fail at once again, and the
// socket stays readable. So the event waits for a timeout instead, twice as long each time, and
// accepting is tried again then.
//
// Freeing: in the loop's thread nobody but an accepting call further up can be using the listener,
// and that call then frees it. From any other thread, the loop may be just about to call: the
// memory goes in the event's finalizer, and nobody waits.
#include "net/listener.h"

#include "event2/event.h"
#include "log/log.h"
#include "loop/base.h"
#include "loop/debug_registry.h"
#include "mem/mem.h"
#include "net/address_types.h"

namespace evlet {

namespace {

// Connections taken before other events get their turn.
constexpr int kMostAccepts = 32;
constexpr int kDefaultBacklog = 128;
constexpr unsigned kFirstPauseMs = 50;
constexpr unsigned kLongestPauseMs = 1000;

evlet_fd socket_of(const evconnlistener& listener) {
    return static_cast<evlet_fd>(listener.ev.ev_fd);
}

bool wants_connections(const evconnlistener& listener) {
    return listener.enabled && listener.callback;
}

void pause_accepting(evconnlistener& listener) {
    unsigned pause = listener.pause_ms ? listener.pause_ms * 2u : kFirstPauseMs;
    if (pause > kLongestPauseMs)
        pause = kLongestPauseMs;
    listener.pause_ms = static_cast<unsigned short>(pause);
    event_base& base = *listener.ev.ev_base;
    LockGuard guard(base.mutex);
    // Without memory for a timeout either, the socket has to stay watched.
    if (failed(reserve_timeout(base)))
        return;
    remove(base, listener.ev, Blocking::never);
    listener.ev.ev_events = EV_PERSIST;
    const Timeout timeout = {static_cast<Nanos>(pause) * kNanosPerMilli, 0};
    (void)add(base, listener.ev, &timeout);
}

void report_failure(evconnlistener& listener) {
    const int error = evlet_port_last_error();
    pause_accepting(listener);
    const auto callback = listener.error_callback;
    void* const argument = listener.argument;
    UnlockGuard unlocked(listener.mutex);
    evlet_port_set_last_error(error);
    if (callback)
        callback(&listener, argument);
    else
        log::warn("evconnlistener: accept");
}

// The class of the error, if there was one.
evlet_error_class accept_one(evconnlistener& listener) {
    sockaddr_storage peer;
    auto* const address = reinterpret_cast<sockaddr*>(&peer);
    socklen_t length = sizeof peer;
    address->sa_family = AF_UNSPEC;
    const evlet_fd fd =
        evlet_port_accept(socket_of(listener), address, &length, listener.accept_flags);
    if (fd < 0)
        return evlet_port_error_class(evlet_port_last_error());
    const auto callback = listener.callback;
    void* const argument = listener.argument;
    UnlockGuard unlocked(listener.mutex);
    callback(&listener, fd, address, static_cast<int>(length), argument);
    return EVLET_ERR_NONE;
}

// A connection that was gone before it was accepted is an error of that connection, and the next
// may be alive. Errors without end are the listener's.
void accept_some(evconnlistener& listener) {
    bool accepted = false;
    for (int i = 0; i < kMostAccepts && wants_connections(listener); ++i) {
        const evlet_error_class error = accept_one(listener);
        if (error == EVLET_ERR_EXHAUSTED)
            return report_failure(listener);
        accepted |= error == EVLET_ERR_NONE || error == EVLET_ERR_AGAIN;
        if (accepted)
            listener.pause_ms = 0;
        if (error == EVLET_ERR_AGAIN)
            break;
    }
    if (!wants_connections(listener))
        return;
    if (!accepted)
        return report_failure(listener);
    // If this fails the end of one more pause is waited for.
    if (!(listener.ev.ev_events & EV_READ))
        (void)start_accepting(listener);
}

void destroy(evconnlistener& listener) {
    listener.mutex.destroy();
    mem::release(&listener);
}

void on_ready(evutil_socket_t, short, void* argument) {
    auto& listener = *static_cast<evconnlistener*>(argument);
    listener.mutex.lock();
    listener.in_call = true;
    accept_some(listener);
    listener.in_call = false;
    const bool gone = listener.gone;
    listener.mutex.unlock();
    if (gone)
        destroy(listener);
}

void on_finalized(event*, void* argument) {
    destroy(*static_cast<evconnlistener*>(argument));
}

// ---- Making ----

struct BindOption {
    unsigned short flag;
    unsigned char option;
    unsigned char value;
};
constexpr BindOption kBindOptions[] = {
    {LEV_OPT_REUSEABLE, EVLET_SO_REUSEADDR, 1},
    {LEV_OPT_REUSEABLE_PORT, EVLET_SO_REUSEPORT, 1},
    {LEV_OPT_BIND_IPV6ONLY, EVLET_SO_IPV6ONLY, 1},
    {LEV_OPT_BIND_IPV4_AND_IPV6, EVLET_SO_IPV6ONLY, 0},
};

bool bind_socket(evlet_fd fd, unsigned flags, const sockaddr* address, int length) {
    // For the connections, which inherit it; a stack without it is fine.
    (void)evlet_port_set_option(fd, EVLET_SO_KEEPALIVE, 1);
    for (const BindOption& each : kBindOptions) {
        if ((flags & each.flag) &&
            evlet_port_set_option(fd, static_cast<evlet_socket_option>(each.option), each.value) !=
                0)
            return false;
    }
    return evlet_port_bind(fd, address, static_cast<socklen_t>(length)) == 0;
}

bool begin_to_listen(evlet_fd fd, unsigned flags, int backlog) {
    // Only an improvement: a stack without it hands out connections earlier.
    if (flags & LEV_OPT_DEFERRED_ACCEPT)
        (void)evlet_port_set_option(fd, EVLET_SO_DEFER_ACCEPT, 1);
    return backlog == 0 || evlet_port_listen(fd, backlog > 0 ? backlog : kDefaultBacklog) == 0;
}

}  // namespace

evconnlistener* make_listener(const ListenerSetup& setup, evutil_socket_t fd) {
    const unsigned flags = setup.flags;
    if (!begin_to_listen(static_cast<evlet_fd>(fd), flags, setup.backlog))
        return nullptr;
    auto* listener = mem::make<evconnlistener>();
    if (!listener)
        return nullptr;
    Status made = Status::ok;
    if (flags & LEV_OPT_THREADSAFE)
        made = listener->mutex.init(Mutex::plain);
    if (!failed(made)) {
        (void)evlet_event_assign_no_signal(&listener->ev, setup.base, fd, EV_READ | EV_PERSIST,
                                           on_ready, listener);
        listener->callback = setup.callback;
        listener->argument = setup.argument;
        listener->accept_flags = static_cast<unsigned char>(
            (flags & LEV_OPT_LEAVE_SOCKETS_BLOCKING ? 0 : EVLET_FD_NONBLOCK) |
            (flags & LEV_OPT_CLOSE_ON_EXEC ? EVLET_FD_CLOEXEC : 0));
        listener->close_on_free = (flags & LEV_OPT_CLOSE_ON_FREE) != 0;
        listener->enabled = !(flags & LEV_OPT_DISABLED);
        made = start_accepting(*listener);
        if (!failed(made))
            return listener;
        debug::forget(listener->ev);
    }
    destroy(*listener);
    return nullptr;
}

evconnlistener* bind_listener(const ListenerSetup& setup, const sockaddr* address, int length) {
    const evlet_fd fd = evlet_port_socket(
        address->sa_family, SOCK_STREAM, 0,
        EVLET_FD_NONBLOCK | (setup.flags & LEV_OPT_CLOSE_ON_EXEC ? EVLET_FD_CLOEXEC : 0));
    if (fd < 0)
        return nullptr;
    evconnlistener* listener = nullptr;
    if (bind_socket(fd, setup.flags, address, length))
        listener = make_listener(setup, fd);
    if (!listener) {
        const int error = evlet_port_last_error();
        evlet_port_close(fd);
        evlet_port_set_last_error(error);
    }
    return listener;
}

void free_listener(evconnlistener& listener) {
    event_base& base = *listener.ev.ev_base;
    listener.mutex.lock();
    listener.enabled = false;
    base.mutex.lock();
    remove(base, listener.ev, Blocking::never);
    const bool alone = in_loop_thread(base);
    base.mutex.unlock();
    if (listener.close_on_free)
        evlet_port_close(socket_of(listener));
    const bool in_call = listener.in_call;
    listener.gone = alone;
    listener.mutex.unlock();
    if (!alone) {
        (void)event_finalize(0, &listener.ev, on_finalized);
        return;
    }
    debug::forget(listener.ev);
    if (!in_call)
        destroy(listener);
}

Status start_accepting(evconnlistener& listener) {
    if (!wants_connections(listener))
        return Status::ok;
    event_base& base = *listener.ev.ev_base;
    LockGuard guard(base.mutex);
    listener.ev.ev_events = EV_READ | EV_PERSIST;
    const Status added = add(base, listener.ev, nullptr);
    if (failed(added))
        listener.ev.ev_events = EV_PERSIST;
    else
        remove_timeout(base, listener.ev);
    return added;
}

void stop_accepting(evconnlistener& listener) {
    event_base& base = *listener.ev.ev_base;
    LockGuard guard(base.mutex);
    remove(base, listener.ev, Blocking::never);
}

}  // namespace evlet
