// SPDX-License-Identifier: BSD-3-Clause
// Locks and conditions for objects that threads share. With threads built in they go through the
// hooks the program set (evthread_set_lock_callbacks, evthread_use_pthreads) before it made the
// object; an object made earlier, or a build with no-threads, has locks that do nothing, of the
// same type, so that no caller needs an #if.
#pragma once

#include "base/shared.h"
#include "base/status.h"
#include "base/time.h"
#include "evlet_config.h"

namespace evlet {

#if EVLET_THREADS

namespace thread {
EVLET_SHARED void acquire(void* handle);
EVLET_SHARED void release(void* handle);
// Whether lock hooks are set, so that objects made from now on have real locks.
[[nodiscard]] EVLET_SHARED bool enabled();
// The caller's id as the program's hook reports it, 0 without a hook.
[[nodiscard]] EVLET_SHARED unsigned long self();
}  // namespace thread

class Mutex {
public:
    enum Kind : unsigned { plain = 0, recursive = 1 };
    // Without hooks this succeeds and the lock does nothing.
    EVLET_SHARED Status init(Kind kind);
    // `kind` as it was made.
    EVLET_SHARED void destroy(Kind kind = plain);
    void lock() {
        if (handle_)
            thread::acquire(handle_);
    }
    void unlock() {
        if (handle_)
            thread::release(handle_);
    }
    [[nodiscard]] bool real() const { return handle_ != nullptr; }
    // Stands for a lock that somebody else made with the hooks in force, and destroys.
    void adopt(void* handle) { handle_ = handle; }

private:
    friend class Condition;
    void* handle_;
};

class Condition {
public:
    Status init();
    void destroy();
    void broadcast();
    // Releases `mutex`, waits until somebody broadcasts, takes it again. Without hooks it returns
    // at once: callers that wait in a loop ask real() first.
    void wait(Mutex& mutex);
    [[nodiscard]] bool real() const { return handle_ != nullptr; }

private:
    void* handle_;
};

#else

namespace thread {
[[nodiscard]] inline constexpr bool enabled() {
    return false;
}
[[nodiscard]] inline constexpr unsigned long self() {
    return 0;
}
}  // namespace thread

class Mutex {
public:
    enum Kind : unsigned { plain = 0, recursive = 1 };
    Status init(Kind) { return Status::ok; }
    void destroy(Kind = plain) {}
    void lock() {}
    void unlock() {}
    [[nodiscard]] static constexpr bool real() { return false; }
};

class Condition {
public:
    Status init() { return Status::ok; }
    void destroy() {}
    void broadcast() {}
    void wait(Mutex&) {}
    [[nodiscard]] static constexpr bool real() { return false; }
};

#endif

// Holds a mutex for a scope.
class LockGuard {
public:
    explicit LockGuard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
    ~LockGuard() { mutex_.unlock(); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;

private:
    Mutex& mutex_;
};

// Gives a held mutex back for a scope: around every callback of the program.
class UnlockGuard {
public:
    explicit UnlockGuard(Mutex& mutex) : mutex_(mutex) { mutex_.unlock(); }
    ~UnlockGuard() { mutex_.lock(); }
    UnlockGuard(const UnlockGuard&) = delete;
    UnlockGuard& operator=(const UnlockGuard&) = delete;

private:
    Mutex& mutex_;
};

// Locks that belong to the process rather than to an object. They exist from the moment lock
// hooks are set until libevent_global_shutdown().
enum class GlobalLock : unsigned char { signals, debug_registry, entropy };
constexpr int kGlobalLockCount = 3;

#if EVLET_THREADS
[[nodiscard]] Mutex& global_mutex(GlobalLock which);
// Frees the process-wide locks; called by libevent_global_shutdown().
void destroy_global_mutexes();
#else
[[nodiscard]] inline Mutex& global_mutex(GlobalLock) {
    static Mutex nothing;
    return nothing;
}
inline void destroy_global_mutexes() {}
#endif

}  // namespace evlet
