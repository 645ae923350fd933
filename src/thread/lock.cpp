// SPDX-License-Identifier: BSD-3-Clause
// Mutex and Condition over the hooks, and the process-wide locks. An object made while no hooks
// are set has a null handle for the whole of its life.
#include "thread/lock.h"

#include "log/log.h"
#include "thread/hooks.h"

namespace evlet {

namespace thread {

void acquire(void* handle) {
    if (g_hooks.lock.lock(0, handle) != 0)
        log::warnx("taking a lock failed");
}

void release(void* handle) {
    if (g_hooks.lock.unlock(0, handle) != 0)
        log::warnx("giving a lock back failed");
}

bool enabled() {
    return g_hooks.lock.lock != nullptr;
}

unsigned long self() {
    return g_hooks.id ? g_hooks.id() : 0;
}

}  // namespace thread

using thread::g_hooks;

Status Mutex::init(Kind kind) {
    handle_ = nullptr;
    if (!g_hooks.lock.alloc)
        return Status::ok;
    handle_ = g_hooks.lock.alloc(kind == recursive ? EVTHREAD_LOCKTYPE_RECURSIVE : 0);
    return handle_ ? Status::ok : Status::no_memory;
}

void Mutex::destroy(Kind kind) {
    if (handle_ && g_hooks.lock.free)
        g_hooks.lock.free(handle_, kind == recursive ? EVTHREAD_LOCKTYPE_RECURSIVE : 0);
    handle_ = nullptr;
}

Status Condition::init() {
    handle_ = nullptr;
    if (!g_hooks.condition.alloc_condition)
        return Status::ok;
    handle_ = g_hooks.condition.alloc_condition(0);
    return handle_ ? Status::ok : Status::no_memory;
}

void Condition::destroy() {
    if (handle_ && g_hooks.condition.free_condition)
        g_hooks.condition.free_condition(handle_);
    handle_ = nullptr;
}

void Condition::broadcast() {
    if (handle_)
        g_hooks.condition.signal_condition(handle_, 1);
}

void Condition::wait(Mutex& mutex) {
    if (handle_ && mutex.handle_)
        g_hooks.condition.wait_condition(handle_, mutex.handle_, nullptr);
}

namespace {
Mutex g_global_mutexes[kGlobalLockCount];
}  // namespace

Mutex& global_mutex(GlobalLock which) {
    return g_global_mutexes[static_cast<int>(which)];
}

bool thread::create_global_mutexes() {
    for (Mutex& mutex : g_global_mutexes) {
        if (failed(mutex.init(Mutex::recursive))) {
            destroy_global_mutexes();
            return false;
        }
    }
    return true;
}

void destroy_global_mutexes() {
    for (Mutex& mutex : g_global_mutexes)
        mutex.destroy(Mutex::recursive);
}

}  // namespace evlet
