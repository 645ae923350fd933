// SPDX-License-Identifier: BSD-3-Clause
// Lock and condition hooks over pthreads that keep books and can be made to fail. Set in child
// processes only: a process gets one set of hooks.
#pragma once

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdlib.h>

#include <atomic>

#include "doctest.h"
#include "support/fatal.h"

namespace evlet_test {

struct CountedLock {
    pthread_mutex_t mutex;
    unsigned type;
};

// What the hooks have seen in this process.
struct Books {
    std::atomic<int> locks_made{0};
    std::atomic<int> locks_alive{0};
    std::atomic<int> held{0};
    std::atomic<int> freed_as_another_type{0};
    std::atomic<int> conditions_alive{0};
    std::atomic<int> fail_lock_at{0};       // 0: never
    std::atomic<bool> fail_conditions{false};
};
inline Books g_books;

inline void* counted_alloc(unsigned type) {
    if (g_books.fail_lock_at != 0 && --g_books.fail_lock_at == 0)
        return nullptr;
    auto* lock = static_cast<CountedLock*>(malloc(sizeof(CountedLock)));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (type & EVTHREAD_LOCKTYPE_RECURSIVE)
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    lock->type = type;
    ++g_books.locks_made;
    ++g_books.locks_alive;
    return lock;
}

inline void counted_free(void* handle, unsigned type) {
    auto* lock = static_cast<CountedLock*>(handle);
    if (lock->type != type)
        ++g_books.freed_as_another_type;
    pthread_mutex_destroy(&lock->mutex);
    free(lock);
    --g_books.locks_alive;
}

inline int counted_lock(unsigned, void* handle) {
    const int result = pthread_mutex_lock(&static_cast<CountedLock*>(handle)->mutex);
    ++g_books.held;
    return result;
}

inline int counted_unlock(unsigned, void* handle) {
    --g_books.held;
    return pthread_mutex_unlock(&static_cast<CountedLock*>(handle)->mutex);
}

inline void* counted_alloc_condition(unsigned) {
    if (g_books.fail_conditions)
        return nullptr;
    auto* condition = static_cast<pthread_cond_t*>(malloc(sizeof(pthread_cond_t)));
    pthread_cond_init(condition, nullptr);
    ++g_books.conditions_alive;
    return condition;
}

inline void counted_free_condition(void* handle) {
    pthread_cond_destroy(static_cast<pthread_cond_t*>(handle));
    free(handle);
    --g_books.conditions_alive;
}

inline int counted_signal(void* handle, int broadcast) {
    auto* condition = static_cast<pthread_cond_t*>(handle);
    return broadcast ? pthread_cond_broadcast(condition) : pthread_cond_signal(condition);
}

inline int counted_wait(void* handle, void* lock, const timeval*) {
    return pthread_cond_wait(static_cast<pthread_cond_t*>(handle),
                             &static_cast<CountedLock*>(lock)->mutex);
}

inline unsigned long counted_id() {
    return static_cast<unsigned long>(pthread_self());
}

constexpr evthread_lock_callbacks kCountedLocks = {
    EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE, counted_alloc, counted_free,
    counted_lock, counted_unlock};

constexpr evthread_condition_callbacks kCountedConditions = {
    EVTHREAD_CONDITION_API_VERSION, counted_alloc_condition, counted_free_condition,
    counted_signal, counted_wait};

inline void set_counted_hooks() {
    CHILD_REQUIRE(evthread_set_lock_callbacks(&kCountedLocks) == 0);
    CHILD_REQUIRE(evthread_set_condition_callbacks(&kCountedConditions) == 0);
    evthread_set_id_callback(counted_id);
}

inline void hide_warnings() {
    event_set_log_callback([](int, const char*) {});
}

// Runs the body in a child and checks that it came to its end.
inline void check_in_child(void (*body)()) {
    CHECK(ended_well(run_in_child(body)));
}

}  // namespace evlet_test
