// SPDX-License-Identifier: BSD-3-Clause
// The library event_pthreads: lock hooks made of the port's locks. It reaches event_core only
// through exported names, so that in a program with several of the shared libraries everybody
// uses the same hooks and the same memory functions.
#include <errno.h>

#include "event2/thread.h"
#include "evlet/port_os.h"

// Exported by event_core for this library: memory through the program's hooks.
extern "C" void* evlet_mem_allocate(size_t size);
extern "C" void evlet_mem_release(void* block);

namespace {

bool g_inherit_priority;

void* make_lock(unsigned type) {
    auto* lock = static_cast<evlet_lock*>(evlet_mem_allocate(sizeof(evlet_lock)));
    if (!lock)
        return nullptr;
    unsigned flags = type & EVTHREAD_LOCKTYPE_RECURSIVE ? EVLET_LOCK_RECURSIVE : 0;
    if (g_inherit_priority)
        flags |= EVLET_LOCK_PRIO_INHERIT;
    if (evlet_port_lock_init(lock, flags) == 0)
        return lock;
    evlet_mem_release(lock);
    return nullptr;
}

void destroy_lock(void* lock, unsigned) {
    evlet_port_lock_destroy(static_cast<evlet_lock*>(lock));
    evlet_mem_release(lock);
}

int acquire_lock(unsigned mode, void* lock) {
    return evlet_port_lock_acquire(static_cast<evlet_lock*>(lock), (mode & EVTHREAD_TRY) != 0);
}

int release_lock(unsigned, void* lock) {
    return evlet_port_lock_release(static_cast<evlet_lock*>(lock));
}

void* make_condition(unsigned type) {
    if (type != 0)
        return nullptr;
    auto* condition = static_cast<evlet_cond*>(evlet_mem_allocate(sizeof(evlet_cond)));
    if (!condition)
        return nullptr;
    if (evlet_port_cond_init(condition) == 0)
        return condition;
    evlet_mem_release(condition);
    return nullptr;
}

void destroy_condition(void* condition) {
    evlet_port_cond_destroy(static_cast<evlet_cond*>(condition));
    evlet_mem_release(condition);
}

int signal_condition(void* condition, int broadcast) {
    return evlet_port_cond_signal(static_cast<evlet_cond*>(condition), broadcast);
}

int wait_condition(void* condition, void* lock, const struct timeval* timeout) {
    int64_t timeout_ns = -1;
    if (timeout) {
        // A wait of centuries is one for ever.
        const bool short_enough = timeout->tv_sec < INT64_C(1000000000);
        if (short_enough)
            timeout_ns = timeout->tv_sec * INT64_C(1000000000) + timeout->tv_usec * INT64_C(1000);
    }
    return evlet_port_cond_wait(static_cast<evlet_cond*>(condition),
                                static_cast<evlet_lock*>(lock), timeout_ns);
}

constexpr evthread_lock_callbacks kLockHooks = {
    EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, make_lock, destroy_lock, acquire_lock,
    release_lock};

constexpr evthread_condition_callbacks kConditionHooks = {
    EVTHREAD_CONDITION_API_VERSION, make_condition, destroy_condition, signal_condition,
    wait_condition};

// Whether the OS has locks that lend priority, tried once before the flag is believed.
bool can_inherit_priority() {
    evlet_lock probe;
    if (evlet_port_lock_init(&probe, EVLET_LOCK_PRIO_INHERIT) != 0)
        return false;
    evlet_port_lock_destroy(&probe);
    return true;
}

}  // namespace

extern "C" {

int evthread_use_pthreads_with_flags(int flags) {
    if (flags & ~EVTHREAD_PTHREAD_PRIO_INHERIT) {
        errno = EINVAL;
        return -1;
    }
    const bool inherit = (flags & EVTHREAD_PTHREAD_PRIO_INHERIT) != 0;
    if (inherit && !can_inherit_priority())
        return -1;
    g_inherit_priority = inherit;
    if (evthread_set_lock_callbacks(&kLockHooks) != 0)
        return -1;
    if (evthread_set_condition_callbacks(&kConditionHooks) != 0) {
        // Conditions of another make cannot wait with these locks.
        evthread_set_lock_callbacks(nullptr);
        return -1;
    }
    evthread_set_id_callback(evlet_port_thread_id);
    return 0;
}

int evthread_use_pthreads(void) {
    return evthread_use_pthreads_with_flags(0);
}

}  // extern "C"
