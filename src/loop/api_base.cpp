// SPDX-License-Identifier: BSD-3-Clause
// Making, running and stopping a base. A null base means the one event_init() made.
#include "base/shell.h"
#include "event2/thread.h"
#include "loop/base.h"
#include "loop/life.h"
#include "loop/once.h"

using namespace evlet;

namespace {

event_base* or_current(event_base* base) {
    return base ? base : g_current_base;
}

void on_loopexit(evutil_socket_t, short, void* argument) {
    auto& base = *static_cast<event_base*>(argument);
    LockGuard guard(base.mutex);
    base.exit_requested = true;
}

}  // namespace

extern "C" {

struct event_base* event_base_new(void) {
    return make_base(nullptr);
}

struct event_base* event_base_new_with_config(const struct event_config* config) {
    return make_base(config);
}

void event_base_free(struct event_base* base) {
    base = or_current(base);
    if (base)
        free_base(base, true);
}

void event_base_free_nofinalize(struct event_base* base) {
    base = or_current(base);
    if (base)
        free_base(base, false);
}

int event_base_loop(struct event_base* base, int loop_flags) {
    base = or_current(base);
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    return run_loop(*base, loop_flags);
}

int event_base_dispatch(struct event_base* base) {
    return event_base_loop(base, 0);
}

int event_base_loopexit(struct event_base* base, const struct timeval* delay) {
    base = or_current(base);
    if (!base)
        return to_result(Status::invalid);
    // By an event of its own: what is active already is called back before the loop ends.
    return to_result(call_once(*base, -1, EV_TIMEOUT, on_loopexit, base, delay));
}

int event_base_loopbreak(struct event_base* base) {
    base = or_current(base);
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    base->break_requested = true;
    wake_loop(*base);
    return 0;
}

int event_base_loopcontinue(struct event_base* base) {
    base = or_current(base);
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    base->continue_requested = true;
    wake_loop(*base);
    return 0;
}

int event_base_got_exit(struct event_base* base) {
    LockGuard guard(base->mutex);
    return base->exit_requested;
}

int event_base_got_break(struct event_base* base) {
    LockGuard guard(base->mutex);
    return base->break_requested;
}

int event_base_once(struct event_base* base, evutil_socket_t fd, short events,
                    event_callback_fn callback, void* argument, const struct timeval* timeout) {
    base = or_current(base);
    if (!base)
        return to_result(Status::invalid);
    return to_result(call_once(*base, fd, events, callback, argument, timeout));
}

int event_reinit(struct event_base* base) {
    base = or_current(base);
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    return to_result(reinit_base(*base));
}

int evthread_make_base_notifiable(struct event_base* base) {
    if (!base)
        return to_result(Status::invalid);
    LockGuard guard(base->mutex);
    return to_result(open_wakeup(*base));
}

}  // extern "C"
