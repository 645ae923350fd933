// SPDX-License-Identifier: BSD-3-Clause
// Installing lock, condition and thread-id hooks. Invariants: a set of hooks is installed once
// and for all; asking for the same set again succeeds, for another one fails. The process-wide
// locks exist exactly while lock hooks do.
#include "thread/hooks.h"

#include <string.h>

#include "log/log.h"
#include "thread/lock.h"

namespace evlet::thread {

Hooks g_hooks;

namespace {

bool same(const evthread_lock_callbacks& a, const evthread_lock_callbacks& b) {
    return a.lock_api_version == b.lock_api_version &&
           a.supported_locktypes == b.supported_locktypes && a.alloc == b.alloc &&
           a.free == b.free && a.lock == b.lock && a.unlock == b.unlock;
}

bool same(const evthread_condition_callbacks& a, const evthread_condition_callbacks& b) {
    return a.condition_api_version == b.condition_api_version &&
           a.alloc_condition == b.alloc_condition && a.free_condition == b.free_condition &&
           a.signal_condition == b.signal_condition && a.wait_condition == b.wait_condition;
}

bool complete(const evthread_lock_callbacks& hooks) {
    return hooks.lock_api_version == EVTHREAD_LOCK_API_VERSION && hooks.alloc && hooks.free &&
           hooks.lock && hooks.unlock;
}

bool complete(const evthread_condition_callbacks& hooks) {
    return hooks.condition_api_version == EVTHREAD_CONDITION_API_VERSION &&
           hooks.alloc_condition && hooks.free_condition && hooks.signal_condition &&
           hooks.wait_condition;
}

// Where the program's hooks go: behind the checks while lock debugging is on.
evthread_lock_callbacks& lock_target() {
#if EVLET_DEBUG
    if (g_lock_debugging)
        return g_checked_lock;
#endif
    return g_hooks.lock;
}

evthread_condition_callbacks& condition_target() {
#if EVLET_DEBUG
    if (g_lock_debugging)
        return g_checked_condition;
#endif
    return g_hooks.condition;
}

// The checks of lock debugging stand in for waiting only; making, freeing and waking a condition
// need none, so those go straight to the program's hooks.
void follow_condition_target() {
#if EVLET_DEBUG
    if (g_lock_debugging) {
        g_hooks.condition.alloc_condition = g_checked_condition.alloc_condition;
        g_hooks.condition.free_condition = g_checked_condition.free_condition;
        g_hooks.condition.signal_condition = g_checked_condition.signal_condition;
    }
#endif
}

template <class Callbacks>
int refuse_or_accept_again(const Callbacks& target, const Callbacks& wanted, const char* what) {
    if (same(target, wanted))
        return 0;
    log::warnx("the %s hooks are set already and cannot be changed", what);
    return -1;
}

}  // namespace
}  // namespace evlet::thread

using namespace evlet;

extern "C" {

int evthread_set_lock_callbacks(const struct evthread_lock_callbacks* callbacks) {
    evthread_lock_callbacks& target = thread::lock_target();
    if (!callbacks) {
        if (target.alloc)
            log::warnx("lock hooks taken away: objects made with them must be gone by now");
        destroy_global_mutexes();
        target = {};
        return 0;
    }
    if (target.alloc)
        return thread::refuse_or_accept_again(target, *callbacks, "lock");
    if (!thread::complete(*callbacks))
        return -1;
    destroy_global_mutexes();  // lock debugging may have made some before there were hooks
    target = *callbacks;
    if (thread::create_global_mutexes())
        return 0;
    target = {};
    return -1;
}

int evthread_set_condition_callbacks(const struct evthread_condition_callbacks* callbacks) {
    evthread_condition_callbacks& target = thread::condition_target();
    if (!callbacks) {
        if (target.alloc_condition)
            log::warnx("condition hooks taken away: objects made with them must be gone by now");
        target = {};
        thread::follow_condition_target();
        return 0;
    }
    if (target.alloc_condition)
        return thread::refuse_or_accept_again(target, *callbacks, "condition");
    if (!thread::complete(*callbacks))
        return -1;
    target = *callbacks;
    thread::follow_condition_target();
    return 0;
}

void evthread_set_id_callback(unsigned long (*id_fn)(void)) {
    thread::g_hooks.id = id_fn;
}

}  // extern "C"
