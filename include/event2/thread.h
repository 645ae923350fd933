/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Using one event_base from several threads.
 *
 * Without a call to this file Evlet takes no locks, and a base and its events
 * belong to one thread at a time. With
 *
 *     if (evthread_use_pthreads() < 0)
 *         ...;
 *     base = event_base_new();
 *
 * any thread may add, delete and activate events of `base` while another runs its
 * loop; the loop wakes up to see the change. The call comes BEFORE anything else
 * is made: objects that exist already would have no lock.
 *
 * evthread_use_pthreads() lives in the library event_pthreads. A firmware with an
 * operating system of its own passes its locks instead:
 *
 *     static const struct evthread_lock_callbacks locks = {
 *         EVTHREAD_LOCK_API_VERSION, EVTHREAD_LOCKTYPE_RECURSIVE,
 *         my_lock_alloc, my_lock_free, my_lock, my_unlock };
 *     evthread_set_lock_callbacks(&locks);
 *     evthread_set_condition_callbacks(&conditions);
 *     evthread_set_id_callback(my_thread_id);
 *
 * A library built with the option no-threads declares none of the setters, and
 * event-config.h defines EVENT__DISABLE_THREAD_SUPPORT.
 *
 * All functions here but evthread_make_base_notifiable() are for the start of the
 * program, while it has one thread.
 */
#ifndef EVENT2_THREAD_H_INCLUDED_
#define EVENT2_THREAD_H_INCLUDED_

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How a lock is to be taken or given back: the `mode` of the lock and unlock
 * callbacks. 0 for an ordinary lock; READ or WRITE for one of type READWRITE.
 */
/** Take a read-write lock alone. */
#define EVTHREAD_WRITE 0x04
/** Take a read-write lock together with other readers. */
#define EVTHREAD_READ 0x08
/** Do not wait: fail at once when the lock is taken. */
#define EVTHREAD_TRY 0x10

struct event_base;
struct timeval;

#ifndef EVENT__DISABLE_THREAD_SUPPORT

/** Value for lock_api_version. */
#define EVTHREAD_LOCK_API_VERSION 1

/*
 * Types of lock, or-ed together in supported_locktypes; one of them, or 0 for an
 * ordinary lock, is the `locktype` of alloc and free. Support of 0 is taken for
 * granted; Evlet needs RECURSIVE as well.
 */
/** May be taken again by the thread that has it, and is free after as many unlocks. */
#define EVTHREAD_LOCKTYPE_RECURSIVE 1
/** Many readers or one writer. */
#define EVTHREAD_LOCKTYPE_READWRITE 2

/** The locks of the platform. */
struct evthread_lock_callbacks {
    /** EVTHREAD_LOCK_API_VERSION */
    int lock_api_version;
    /** EVTHREAD_LOCKTYPE_* that alloc can make, or-ed together. */
    unsigned supported_locktypes;
    /** A new lock, free to take. NULL: failure. */
    void *(*alloc)(unsigned locktype);
    /** Destroy a lock that nobody has; `locktype` is that of its alloc. */
    void (*free)(void *lock, unsigned locktype);
    /** Take `lock`. 0: taken. Not 0: not taken, which only happens to EVTHREAD_TRY. */
    int (*lock)(unsigned mode, void *lock);
    /** Give `lock` back; called by the thread that has it, with the `mode` it was taken
     *  in. 0: done. */
    int (*unlock)(unsigned mode, void *lock);
};

/**
 * Set the locks. The structure is copied. NULL takes them away, which is only safe
 * when nothing that was made with them exists.
 *
 * Returns 0; also when the same callbacks are set again. Returns -1 when others are in
 * use already, when a function is missing or the version is unknown: nothing has
 * changed then.
 */
EVENT2_EXPORT_SYMBOL
int evthread_set_lock_callbacks(const struct evthread_lock_callbacks *cbs);

/** Value for condition_api_version. */
#define EVTHREAD_CONDITION_API_VERSION 1

/** The condition variables of the platform. */
struct evthread_condition_callbacks {
    /** EVTHREAD_CONDITION_API_VERSION */
    int condition_api_version;
    /** A new condition variable; `condtype` is 0. NULL: failure. */
    void *(*alloc_condition)(unsigned condtype);
    /** Destroy one that nobody waits for. */
    void (*free_condition)(void *cond);
    /** Wake one waiting thread, or all when `broadcast` is not 0. Called with the lock
     *  held that the waiters gave. 0: done, -1: failure. */
    int (*signal_condition)(void *cond, int broadcast);
    /**
     * Give `lock` back, wait for a signal, take `lock` again. `timeout` is a span, not a
     * point in time; NULL waits for ever. `lock` is of type 0, made by alloc, and held
     * once. Waking without a signal is allowed.
     * 0: signalled, 1: `timeout` has passed, -1: failure.
     */
    int (*wait_condition)(void *cond, void *lock, const struct timeval *timeout);
};

/** Set the condition variables. As evthread_set_lock_callbacks(). */
EVENT2_EXPORT_SYMBOL
int evthread_set_condition_callbacks(const struct evthread_condition_callbacks *cbs);

/** Set the function that answers a number for the calling thread, unlike that of every
 *  other living thread. NULL takes it away. The library learns from it whether a call
 *  comes from the thread that runs the loop. */
EVENT2_EXPORT_SYMBOL
void evthread_set_id_callback(unsigned long (*id_fn)(void));

#ifdef _WIN32
/** Set locks, condition variables and thread numbers of Windows. Returns 0 or -1. */
EVENT2_EXPORT_SYMBOL
int evthread_use_windows_threads(void);
/** Defined where evthread_use_windows_threads() exists. */
#define EVTHREAD_USE_WINDOWS_THREADS_IMPLEMENTED 1
#endif

#ifdef EVENT__HAVE_PTHREADS
/** Flag: a thread that holds a lock runs at the priority of the most urgent thread that
 *  waits for it (PTHREAD_PRIO_INHERIT, pthread_mutexattr_setprotocol(3)). */
#define EVTHREAD_PTHREAD_PRIO_INHERIT 0x01

/** Set locks, condition variables and thread numbers of POSIX threads. Returns 0, or -1
 *  when other callbacks are in use. Needs the library event_pthreads. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads(void);

/** evthread_use_pthreads() with `flags`: 0 or EVTHREAD_PTHREAD_* values or-ed together. A
 *  flag that is unknown or that the platform cannot serve makes it fail with -1. */
EVENT2_EXPORT_SYMBOL
int evthread_use_pthreads_with_flags(int flags);
/** Defined where evthread_use_pthreads() exists. */
#define EVTHREAD_USE_PTHREADS_IMPLEMENTED 1
#endif

/**
 * Check the use of locks from now on, and stop the program through the fatal callback
 * at an unlock by a thread that does not hold the lock, a second lock of one that is
 * not recursive, and the like. Works with the callbacks set before or after, or with
 * none. For development: each lock gets slower. Does nothing in a library built with
 * no-debug.
 */
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debugging(void);

/** Misspelt older name of evthread_enable_lock_debugging(). */
EVENT2_EXPORT_SYMBOL
void evthread_enable_lock_debuging(void);

#endif /* EVENT__DISABLE_THREAD_SUPPORT */

/**
 * Prepare `base` to be woken from another thread. Bases made after the thread
 * callbacks were set have it done already; this is for a base that is older.
 *
 * It opens a descriptor or two, so it can fail: 0, or -1. Calling it again does
 * nothing. Not while the loop of `base` runs in another thread.
 */
EVENT2_EXPORT_SYMBOL
int evthread_make_base_notifiable(struct event_base *base);

#ifdef __cplusplus
}
#endif

#endif
