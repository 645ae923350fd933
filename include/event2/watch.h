/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watchers: callbacks around the wait of a loop.
 *
 * Each turn of event_base_loop() does
 *
 *     prepare watchers  ->  wait for I/O, signals, timers  ->  check watchers  ->  callbacks
 *
 * A prepare watcher runs after the loop has settled how long it will wait, a check
 * watcher when the wait is over and before any callback of an event. Both run in
 * the thread of the loop. Uses: embed a second event loop, publish work gathered
 * in a turn at once, measure how long a loop waits and how late it is:
 *
 *     static void before(struct evwatch *w, const struct evwatch_prepare_cb_info *info,
 *                        void *arg) {
 *         struct timeval planned;
 *         if (evwatch_prepare_get_timeout(info, &planned))
 *             ...;    // will wait for `planned` at most
 *         else
 *             ...;    // will wait until something happens
 *     }
 *     struct evwatch *w = evwatch_prepare_new(base, before, NULL);
 *
 * Watchers run in the order they were made, may free themselves or each other and
 * may make new ones, which may run in the same turn already. They may add and delete
 * events; the wait is worked out again after them. They do not keep a loop running.
 * event_base_free() frees those that are left.
 *
 * With thread support on, the functions may be called from any thread.
 */
#ifndef EVENT2_WATCH_H_INCLUDED_
#define EVENT2_WATCH_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/** One watcher of one base. */
struct evwatch;

/** What a prepare watcher may ask about the wait to come. Valid during the callback. */
struct evwatch_prepare_cb_info;

/** What a check watcher may ask about the wait that was: nothing so far. */
struct evwatch_check_cb_info;

/** Called before each wait. `arg` is that of evwatch_prepare_new(). */
typedef void (*evwatch_prepare_cb)(struct evwatch *watcher,
                                   const struct evwatch_prepare_cb_info *info, void *arg);

/** Called after each wait. `arg` is that of evwatch_check_new(). */
typedef void (*evwatch_check_cb)(struct evwatch *watcher,
                                 const struct evwatch_check_cb_info *info, void *arg);

/** A new watcher called before each wait of `base`, from now until it is freed. The
 *  caller owns it as long as the base lives. NULL: out of memory, or no callback. */
EVENT2_EXPORT_SYMBOL
struct evwatch *evwatch_prepare_new(struct event_base *base, evwatch_prepare_cb callback,
                                    void *arg);

/** A new watcher called after each wait of `base`. As evwatch_prepare_new(). */
EVENT2_EXPORT_SYMBOL
struct evwatch *evwatch_check_new(struct event_base *base, evwatch_check_cb callback, void *arg);

/** The base that a watcher belongs to. */
EVENT2_EXPORT_SYMBOL
struct event_base *evwatch_base(struct evwatch *watcher);

/** End and free a watcher: its callback will not start again. Allowed in any callback,
 *  its own too. Does not wait for a callback that another thread runs. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void evwatch_free(struct evwatch *watcher);

/** How long the loop is going to wait at most. Returns 1 and sets `*timeout`, which is 0
 *  when there is work already; or returns 0 and leaves `*timeout` when the wait has no
 *  limit. */
EVENT2_EXPORT_SYMBOL
int evwatch_prepare_get_timeout(const struct evwatch_prepare_cb_info *info,
                                struct timeval *timeout);

#ifdef __cplusplus
}
#endif

#endif
