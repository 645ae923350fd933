// SPDX-License-Identifier: BSD-3-Clause
// Lock debugging: every lock is wrapped in a record of who holds it how often, and a misuse
// (giving back what is not held, taking a plain lock twice, freeing a held one, waiting without
// holding) ends the program with a sentence. Invariant: holder and depth change only while the
// wrapped lock is held.
#include "evlet_config.h"

#include <stdint.h>

#include "log/log.h"
#include "mem/mem.h"
#include "thread/hooks.h"
#include "thread/lock.h"

namespace evlet::thread {

bool g_lock_debugging;
evthread_lock_callbacks g_checked_lock;
evthread_condition_callbacks g_checked_condition;

namespace {

constexpr uint32_t kAlive = 0xdeb0b10c;
constexpr uint32_t kDead = 0xdead10c5;

struct CheckedLock {
    uint32_t signature;
    unsigned type;
    unsigned long holder;
    int depth;
    void* lock;  // null while the program has set no hooks: then only the rules are checked
};

CheckedLock* checked(void* handle) {
    auto* record = static_cast<CheckedLock*>(handle);
    if (record->signature != kAlive)
        log::fatal("lock debugging: this is no lock, or one that was freed");
    return record;
}

void* make(unsigned type) {
    auto* record = mem::make<CheckedLock>();
    if (!record)
        return nullptr;
    // A recursive lock lets a second acquisition through to the check below, which then speaks
    // instead of a silent deadlock.
    if (g_checked_lock.alloc) {
        record->lock = g_checked_lock.alloc(type | EVTHREAD_LOCKTYPE_RECURSIVE);
        if (!record->lock) {
            mem::release(record);
            return nullptr;
        }
    }
    record->signature = kAlive;
    record->type = type;
    return record;
}

void destroy(void* handle, unsigned type) {
    CheckedLock* record = checked(handle);
    if (record->depth != 0)
        log::fatal("lock debugging: a lock is freed while it is held");
    if (record->type != type && type != 0)
        log::fatal("lock debugging: a lock is freed as another type than it was made");
    record->signature = kDead;
    if (record->lock)
        g_checked_lock.free(record->lock, record->type | EVTHREAD_LOCKTYPE_RECURSIVE);
    mem::release(record);
}

void note_taken(CheckedLock* record, unsigned mode) {
    if (++record->depth > 1 && !(record->type & EVTHREAD_LOCKTYPE_RECURSIVE))
        log::fatal("lock debugging: a plain lock is taken twice");
    if ((record->type & EVTHREAD_LOCKTYPE_READWRITE) &&
        !(mode & (EVTHREAD_READ | EVTHREAD_WRITE)))
        log::fatal("lock debugging: a read-write lock is taken without saying which");
    if (g_hooks.id) {
        const unsigned long caller = g_hooks.id();
        if (record->depth > 1 && record->holder != caller)
            log::fatal("lock debugging: a held lock was given to a second thread");
        record->holder = caller;
    }
}

void note_given_back(CheckedLock* record) {
    if (record->depth == 0)
        log::fatal("lock debugging: a lock is given back that is not held");
    if (g_hooks.id && record->holder != g_hooks.id())
        log::fatal("lock debugging: a lock is given back by another thread than its holder");
    if (--record->depth == 0)
        record->holder = 0;
}

int acquire_checked(unsigned mode, void* handle) {
    CheckedLock* record = checked(handle);
    const int result = record->lock ? g_checked_lock.lock(mode, record->lock) : 0;
    if (result == 0)
        note_taken(record, mode);
    return result;
}

int release_checked(unsigned mode, void* handle) {
    CheckedLock* record = checked(handle);
    note_given_back(record);
    return record->lock ? g_checked_lock.unlock(mode, record->lock) : 0;
}

int wait_checked(void* condition, void* handle, const struct timeval* timeout) {
    CheckedLock* record = checked(handle);
    if (record->depth != 1)
        log::fatal("lock debugging: waiting needs the lock held exactly once");
    note_given_back(record);
    const int result = g_checked_condition.wait_condition(condition, record->lock, timeout);
    note_taken(record, EVTHREAD_WRITE);
    return result;
}

}  // namespace
}  // namespace evlet::thread

using namespace evlet;

extern "C" {

void evthread_enable_lock_debugging(void) {
    using namespace evlet::thread;
    if (g_lock_debugging)
        return;
    destroy_global_mutexes();
    g_checked_lock = g_hooks.lock;
    g_checked_condition = g_hooks.condition;
    g_hooks.lock = {EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, make, destroy,
                    acquire_checked, release_checked};
    g_hooks.condition.wait_condition = wait_checked;
    g_lock_debugging = true;
    if (!create_global_mutexes())
        log::fatal("lock debugging: out of memory");
}

// The name libevent 2.0 shipped with, spelling and all.
void evthread_enable_lock_debuging(void) {
    evthread_enable_lock_debugging();
}

}  // extern "C"
