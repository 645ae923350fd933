/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operating-system half of Evlet's port contract.
 *
 * A port is a set of plain C functions found at link time: no table, no registration, no heap.
 * Evlet's own rooms `mem`, `log`, `thread` and `loop` call what is declared here; programs have
 * no need to. How to write a port, function by function, is in ports/README.md.
 *
 * The port supplies a header named `evlet_port_types.h` which defines
 *   - struct evlet_lock, struct evlet_cond   what a lock and a condition variable look like
 *   - struct evlet_waker                     see port_net.h
 *   - struct evlet_signal_saved              only with EVLET_PORT_HAS_SIGNALS
 *   - typedef ... evlet_fd                   a socket descriptor
 * and the capability constants listed in ports/README.md (EVLET_PORT_HAS_THREADS,
 * EVLET_PORT_HAS_SIGNALS, ...), each 0 or 1.
 *
 * Unless a function says otherwise: it may be called from any thread, never from an interrupt or
 * a signal handler, and 0 is success, -1 failure with the reason in errno.
 */
#ifndef EVLET_PORT_OS_H
#define EVLET_PORT_OS_H

#include <stddef.h>
#include <stdint.h>

#include <evlet_port_types.h>

#ifdef __cplusplus
extern "C" {
#endif
#if defined(__GNUC__)
#pragma GCC visibility push(default) /* the other shared libraries call the port in event_core */
#endif

/* ---- Time ---------------------------------------------------------------------------------- */

/** Nanoseconds since a fixed moment in the past, at best since the start of the machine.
 * Never decreases, never negative, also when the wall clock is set. A counter that wraps around
 * must be extended to 64 bits inside the port. Signal- and interrupt-safety is not required. */
int64_t evlet_port_monotonic_ns(void);

/** The step of that clock in nanoseconds, at least 1. Constant while the program runs. */
int64_t evlet_port_monotonic_resolution_ns(void);

/** Nanoseconds since 1970-01-01 00:00 UTC; may jump when somebody sets the clock. A machine that
 * does not know the date answers its monotonic time. */
int64_t evlet_port_wall_ns(void);

/* ---- Memory -------------------------------------------------------------------------------- */

/** `size` bytes (never 0) aligned for any type, or NULL. Contents are indeterminate. */
void *evlet_port_alloc(size_t size);
/** As C's realloc() with a size that is never 0; `block` may be NULL. A NULL result leaves the old
 * block as it was. */
void *evlet_port_realloc(void *block, size_t size);
/** Gives a block back; NULL is allowed and ignored. */
void evlet_port_free(void *block);

/* ---- Diagnostics --------------------------------------------------------------------------- */

/** Shows one line of text (no newline at its end) to whoever looks after the device. `severity`
 * is EVENT_LOG_DEBUG 0, EVENT_LOG_MSG 1, EVENT_LOG_WARN 2 or EVENT_LOG_ERR 3. May drop lines. */
void evlet_port_log(int severity, const char *line);

/** Ends the program after an error that cannot be survived, with `status` as its exit status.
 * Does not return. */
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void evlet_port_fatal(int status);

/** The value of an environment variable, or NULL where there is no environment, no such variable,
 * or the process runs with more rights than its caller (set-user-id). */
const char *evlet_port_getenv(const char *name);

/* ---- Entropy ------------------------------------------------------------------------------- */

/** Fills `buffer` with `size` (0 allowed) unpredictable bytes fit for keys. Returns 0, or -1 if that many
 * could not be had; then the buffer must not be used. Must never fall back to a weak source. */
int evlet_port_entropy(void *buffer, size_t size);

/** Names a device file to read entropy from instead of the default (chroot without /dev). The
 * text is copied. Call it before other threads ask for entropy. Returns -1 where the port has no
 * files or the name is empty or too long; a device that gives nothing, or a
 * plain file, shows at the next fill. */
int evlet_port_entropy_set_device(const char *path);

/* ---- Threads: only with EVLET_PORT_HAS_THREADS ---------------------------------------------- */

#define EVLET_LOCK_RECURSIVE 1u    /* the owner may take it again */
#define EVLET_LOCK_PRIO_INHERIT 2u /* lend the waiter's priority to the owner, if the OS can */

/** Prepares a lock in storage that the caller gives; `flags` is 0 or EVLET_LOCK_* or'ed. A flag
 * the OS cannot honour is an error (ENOTSUP). */
int evlet_port_lock_init(struct evlet_lock *lock, unsigned flags);
void evlet_port_lock_destroy(struct evlet_lock *lock);
/** Takes the lock; waits unless `try_only`. 0, or an errno value (EBUSY: held by another). */
int evlet_port_lock_acquire(struct evlet_lock *lock, int try_only);
/** Gives the lock back once. 0, or an errno value. */
int evlet_port_lock_release(struct evlet_lock *lock);

int evlet_port_cond_init(struct evlet_cond *cond);
void evlet_port_cond_destroy(struct evlet_cond *cond);
/** Wakes one waiter, or all of them with `broadcast`. */
int evlet_port_cond_signal(struct evlet_cond *cond, int broadcast);
/** Releases `lock` (held once), waits, takes it again. `timeout_ns` < 0 waits for ever.
 * 0 when woken (spurious wake-ups are allowed), 1 when the time is up, -1 on error. */
int evlet_port_cond_wait(struct evlet_cond *cond, struct evlet_lock *lock, int64_t timeout_ns);

/** A number that differs between any two threads alive at the same time. */
unsigned long evlet_port_thread_id(void);

/* ---- Signals: only with EVLET_PORT_HAS_SIGNALS ---------------------------------------------- */

/** Highest signal number plus one. */
int evlet_port_signal_count(void);
/** Installs `handler` for `signo`, interrupted system calls restarted, and stores what was there
 * before in `*ret_saved`. -1 with EINVAL for a number that cannot be caught. */
int evlet_port_signal_catch(int signo, void (*handler)(int), struct evlet_signal_saved *ret_saved);
/** Puts back what evlet_port_signal_catch() found. */
int evlet_port_signal_restore(int signo, const struct evlet_signal_saved *saved);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
