/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls without an event_base: they share one base per process, the one that the last
 * event_init() made. For programs written when there was no other. They are not
 * safe to use from several threads; new code names its base (event2/event.h).
 *
 *     event_init();                                  base = event_base_new();
 *     event_set(&ev, fd, EV_READ, cb, arg);          event_assign(&ev, base, fd, ...);
 *     event_add(&ev, NULL);                          event_add(&ev, NULL);
 *     event_dispatch();                              event_base_dispatch(base);
 *
 * Before event_init() there is no base: the calls fail, with -1 or NULL, and an event of
 * event_set() needs event_base_set() before it can be added.
 */
#ifndef EVENT2_EVENT_COMPAT_H_INCLUDED_
#define EVENT2_EVENT_COMPAT_H_INCLUDED_

#include <event2/event.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Make a base and let it be the one of the process. Returns it, so that it can be given to
 *  event_base_free(). A base made earlier is not freed and stays usable by name. NULL: no
 *  base could be made; the one before stays that of the process. */
EVENT2_EXPORT_SYMBOL
struct event_base *event_init(void);

/** event_base_dispatch() for the base of the process. */
EVENT2_EXPORT_SYMBOL
int event_dispatch(void);

/** event_base_loop() for the base of the process. */
EVENT2_EXPORT_SYMBOL
int event_loop(int flags);

/** event_base_loopexit() for the base of the process. */
EVENT2_EXPORT_SYMBOL
int event_loopexit(const struct timeval *tv);

/** event_base_loopbreak() for the base of the process. */
EVENT2_EXPORT_SYMBOL
int event_loopbreak(void);

/** event_base_once() for the base of the process. */
EVENT2_EXPORT_SYMBOL
int event_once(evutil_socket_t fd, short events,
               void (*callback)(evutil_socket_t, short, void *), void *arg,
               const struct timeval *timeout);

/** event_base_get_method() for the base of the process. */
EVENT2_EXPORT_SYMBOL
const char *event_get_method(void);

/** event_base_priority_init() for the base of the process. */
EVENT2_EXPORT_SYMBOL
int event_priority_init(int npriorities);

/** event_assign() for the base of the process; event_base_set() may choose another one after
 *  it. Arguments that event_assign() refuses are logged as a warning, and `*ev` is left as
 *  it was. */
EVENT2_EXPORT_SYMBOL
void event_set(struct event *ev, evutil_socket_t fd, short events,
               void (*callback)(evutil_socket_t, short, void *), void *arg);

/* event_set() for a timer or a signal; add and delete with evtimer_*, evsignal_*. */
#define evtimer_set(ev, cb, arg) event_set((ev), -1, 0, (cb), (arg))
#define evsignal_set(ev, x, cb, arg) event_set((ev), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))

/* Older names of evtimer_*. */
#define timeout_set(ev, cb, arg) event_set((ev), -1, 0, (cb), (arg))
#define timeout_add(ev, tv) event_add((ev), (tv))
#define timeout_del(ev) event_del(ev)
#define timeout_pending(ev, tv) event_pending((ev), EV_TIMEOUT, (tv))
#define timeout_initialized(ev) event_initialized(ev)

/* Older names of evsignal_*. */
#define signal_set(ev, x, cb, arg) event_set((ev), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))
#define signal_add(ev, tv) event_add((ev), (tv))
#define signal_del(ev) event_del(ev)
#define signal_pending(ev, tv) event_pending((ev), EV_SIGNAL, (tv))
#define signal_initialized(ev) event_initialized(ev)

/** Descriptor of an event. */
#ifndef EVENT_FD
#define EVENT_FD(ev) ((int)event_get_fd(ev))
/** Signal number of an event. */
#define EVENT_SIGNAL(ev) event_get_signal(ev)
#endif

#ifdef __cplusplus
}
#endif

#endif
