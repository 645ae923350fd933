/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The event loop of Evlet.
 *
 * Long file: the API keeps the loop, its configuration and its events in one header, and
 * each call is documented here.
 *
 * A program says what it waits for and which function shall be called then; the loop
 * waits for everything at once and calls. It waits for descriptors to become readable
 * or writable, for time to pass and for signals.
 *
 *     event_base     one loop: its events, its clock, its backend (epoll, poll, select)
 *     event          one thing to wait for, and the callback
 *     event_config   wishes about a base that is about to be made
 *
 * A first program, which says something each second until it gets SIGINT:
 *
 *     static void tick(evutil_socket_t fd, short what, void *arg) {
 *         puts("tick");
 *     }
 *     static void stop(evutil_socket_t sig, short what, void *base) {
 *         event_base_loopbreak(base);
 *     }
 *     int main(void) {
 *         const struct timeval second = {1, 0};
 *         struct event_base *base = event_base_new();
 *         struct event *timer = event_new(base, -1, EV_PERSIST, tick, NULL);
 *         struct event *sigint = evsignal_new(base, SIGINT, stop, base);
 *         event_add(timer, &second);
 *         event_add(sigint, NULL);
 *         event_base_dispatch(base);
 *         event_free(sigint);
 *         event_free(timer);
 *         event_base_free(base);
 *     }
 *
 * Waiting for data, for ten seconds at most:
 *
 *     static void on_read(evutil_socket_t fd, short what, void *arg) {
 *         char bytes[512];
 *         if (what & EV_TIMEOUT)
 *             ...;                                     // silence
 *         else if (recv(fd, bytes, sizeof(bytes), 0) <= 0)
 *             ...;                                     // closed, or an error
 *     }
 *     evutil_make_socket_nonblocking(fd);
 *     ev = event_new(base, fd, EV_READ | EV_PERSIST, on_read, NULL);
 *     event_add(ev, &ten_seconds);
 *
 * The life of an event:
 *
 *     event_new / event_assign  ->  INITIALIZED
 *     event_add                 ->  PENDING: waiting
 *     what it waits for happens ->  ACTIVE: its callback is due
 *     the callback is called    ->  INITIALIZED again, or with EV_PERSIST still PENDING
 *     event_del                 ->  INITIALIZED, its callback is not called any more
 *     event_free                ->  gone
 *
 * Callbacks run in the thread that called event_base_loop(), one after the other, the
 * more urgent priority first. A callback may do anything with any event, also free the
 * one it is called for. It should not block.
 *
 * Rules that hold for the whole file unless a function says otherwise:
 *  - An int result is 0 for success and -1 for failure; a failure changes nothing.
 *  - Times are spans, not dates: {1, 500000} is one and a half seconds. They count from the
 *    clock reading of the turn (event_base_update_cache_time()) and are never cut short.
 *  - A base or event passed in may not be NULL.
 *  - With thread support on (event2/thread.h) every call on a base or its events may come
 *    from any thread. Without, all calls on a base come from one thread at a time.
 *  - Global settings (log, fatal, memory, debug) belong to the start of a program, before
 *    there is a base or a second thread.
 *  - Descriptors stay the program's: nothing here closes one. Delete the events of a
 *    descriptor before closing it.
 */
#ifndef EVENT2_EVENT_H_INCLUDED_
#define EVENT2_EVENT_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One loop with its events. Any number may exist; each runs in one thread at a time. */
struct event_base;

/** One thing to wait for. Opaque here; event2/event_struct.h shows its layout. */
struct event;

/** Wishes for event_base_new_with_config(). */
struct event_config;

/** What is called when an event happens. `fd` is the descriptor of the event, or its
 *  signal number, or -1. `events` says what happened: EV_* values or-ed together. `arg` is
 *  that of event_new(). */
typedef void (*event_callback_fn)(evutil_socket_t fd, short events, void *arg);

/*
 * ---- Making a base ----
 */

/** A new base with the best backend there is. NULL: out of memory, no descriptors left, or
 *  every backend ruled out by the environment (see EVENT_BASE_FLAG_IGNORE_ENV). */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new(void);

/**
 * Free a base. Its loop must not be running: it is not freed then. Events that are still
 * pending are removed from it, not freed; finalizers that are due run. What is left over of
 * event_new() has to be freed before the base, or its memory is lost.
 */
EVENT2_EXPORT_SYMBOL
void event_base_free(struct event_base *base);

/** event_base_free() that runs no finalizer, so that what they would free leaks. */
EVENT2_EXPORT_SYMBOL
void event_base_free_nofinalize(struct event_base *base);

/** Set a base up anew after fork(2), in the child and before anything else is done with it
 *  there. Pending events stay pending. -1: no descriptors or memory left; what may be
 *  done then is to try again, or event_base_free(). */
EVENT2_EXPORT_SYMBOL
int event_reinit(struct event_base *base);

/** Name of the backend in use: "epoll", "poll", "select" ... Lives as long as the base. */
EVENT2_EXPORT_SYMBOL
const char *event_base_get_method(const struct event_base *base);

/** Name of the way signals reach this base, for messages: that of a signal handler or that
 *  of signalfd(2) (see EVENT_BASE_FLAG_USE_SIGNALFD). Lives as long as the base. */
EVENT2_EXPORT_SYMBOL
const char *event_base_get_signal_method(const struct event_base *base);

/** Names of the backends that a base may get, the preferred first, NULL at the end. Not the
 *  caller's to change or free. */
EVENT2_EXPORT_SYMBOL
const char **event_get_supported_methods(void);

/** What a backend is good at. Or-ed together. */
enum event_method_feature {
    /** Knows edge-triggered events, EV_ET. */
    EV_FEATURE_ET = 0x01,
    /** The cost of an event does not grow with the number of events. */
    EV_FEATURE_O1 = 0x02,
    /** Waits for any descriptor, not for sockets alone; with epoll, files are missing. */
    EV_FEATURE_FDS = 0x04,
    /** Can tell that the peer has closed before all its data is read, EV_CLOSED. */
    EV_FEATURE_EARLY_CLOSE = 0x08
};

/** What the backend in use is good at: EV_FEATURE_* values or-ed together. */
EVENT2_EXPORT_SYMBOL
int event_base_get_features(const struct event_base *base);

/*
 * ---- Configuring a base ----
 *
 *     struct event_config *cfg = event_config_new();
 *     event_config_require_features(cfg, EV_FEATURE_ET);
 *     event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER);
 *     base = event_base_new_with_config(cfg);
 *     event_config_free(cfg);
 *
 * A configuration is used by one thread at a time. Making a base copies what it needs.
 */

/** A configuration without wishes. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct event_config *event_config_new(void);

/** Free a configuration. Bases made from it stay. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void event_config_free(struct event_config *cfg);

/** Do not use the backend called `method`. The name is copied; one that does not exist is
 *  no error. -1: out of memory. */
EVENT2_EXPORT_SYMBOL
int event_config_avoid_method(struct event_config *cfg, const char *method);

/** Use only a backend with all of `feature`: EV_FEATURE_* values or-ed together. Replaces
 *  what was required before. */
EVENT2_EXPORT_SYMBOL
int event_config_require_features(struct event_config *cfg, int feature);

/** Ways a base may behave. */
enum event_base_config_flag {
    /** No locks for this base, even with thread support on: saves their cost where one
     *  thread alone uses it. */
    EVENT_BASE_FLAG_NOLOCK = 0x01,
    /** Do not look at the environment. Otherwise EVENT_NOEPOLL, EVENT_NOPOLL and
     *  EVENT_NOSELECT rule a backend out, EVENT_EPOLL_USE_CHANGELIST, EVENT_PRECISE_TIMER and
     *  EVENT_USE_SIGNALFD set the flags of their names, and EVENT_SHOW_METHOD logs
     *  the backend. The value does not matter. Programs with raised privileges (set-user-ID)
     *  never look. */
    EVENT_BASE_FLAG_IGNORE_ENV = 0x02,
    /** Windows: start an I/O completion port at once. Elsewhere without effect. */
    EVENT_BASE_FLAG_STARTUP_IOCP = 0x04,
    /** Read the clock whenever the time is needed, not once per turn of the loop. For
     *  programs whose callbacks take long and whose timers must not be early by it. */
    EVENT_BASE_FLAG_NO_CACHE_TIME = 0x08,
    /** epoll: gather changes and tell the kernel once per turn, which saves system calls
     *  where events are added and deleted much. NOT where a descriptor shares its open file
     *  with another one (dup(2), fork): events get lost then. */
    EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST = 0x10,
    /** Use the finest clock and wait, even where coarser ones cost less. */
    EVENT_BASE_FLAG_PRECISE_TIMER = 0x20,
    /** epoll: with PRECISE_TIMER, do not take timerfd_create(2) where the kernel lacks
     *  epoll_pwait2(2); waits are rounded up to milliseconds instead. */
    EVENT_BASE_FLAG_EPOLL_DISALLOW_TIMERFD = 0x40,
    /** Take signals through signalfd(2) and not through a handler. The signals are blocked
     *  in the thread that adds their event; threads started earlier should block them too. */
    EVENT_BASE_FLAG_USE_SIGNALFD = 0x80
};

/** Set a flag, or several or-ed together, beside those set already. */
EVENT2_EXPORT_SYMBOL
int event_config_set_flag(struct event_config *cfg, int flag);

/** How many processors the program may keep busy. A hint for completion ports of Windows;
 *  elsewhere without effect. */
EVENT2_EXPORT_SYMBOL
int event_config_set_num_cpus_hint(struct event_config *cfg, int cpus);

/**
 * How long callbacks may run before the loop looks for more urgent events again.
 *
 * The loop looks again when `max_interval` has passed (NULL: no limit) or `max_callbacks`
 * were called (negative: no limit). The limits hold while callbacks of priority
 * `min_priority` or a less urgent one (a higher number) run; 0 means always. A long row of
 * unimportant callbacks so delays an important one by a bounded time, at the price of
 * more system calls. Negative priorities count as 0.
 */
EVENT2_EXPORT_SYMBOL
int event_config_set_max_dispatch_interval(struct event_config *cfg,
                                           const struct timeval *max_interval, int max_callbacks,
                                           int min_priority);

/** A new base that meets all wishes of `cfg`; NULL for `cfg`: no wishes. Returns NULL when
 *  no backend meets them, or as event_base_new(). */
EVENT2_EXPORT_SYMBOL
struct event_base *event_base_new_with_config(const struct event_config *cfg);

/*
 * ---- Running a loop ----
 */

/** Wait once, run what became due, return. */
#define EVLOOP_ONCE 0x01
/** Do not wait: run what is due by now, and what that makes active, until nothing is left. */
#define EVLOOP_NONBLOCK 0x02
/** Keep running when nothing is pending, until event_base_loopexit() or
 *  event_base_loopbreak(). For loops that other threads give work to. */
#define EVLOOP_NO_EXIT_ON_EMPTY 0x04

/**
 * Wait for events and call their callbacks, over and over.
 *
 * `flags` is 0 or EVLOOP_* values or-ed together. Returns
 *    0  when told to stop (event_base_loopexit(), event_base_loopbreak(), a flag),
 *    1  when there was nothing left to wait for,
 *   -1  when the backend failed, or the loop of this base is running already.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loop(struct event_base *base, int flags);

/** event_base_loop() without flags. */
EVENT2_EXPORT_SYMBOL
int event_base_dispatch(struct event_base *base);

/**
 * Make the loop return after `tv` has passed; NULL or zero: as soon as the callbacks
 * that are due by now have run. When the loop is not running the next one will do so
 * after its first turn. Returns -1 when out of memory.
 */
EVENT2_EXPORT_SYMBOL
int event_base_loopexit(struct event_base *base, const struct timeval *tv);

/** Make the loop return when the callback that runs now is done; callbacks that are due
 *  stay so. When the loop is not running, the next one starts as if nothing was said. */
EVENT2_EXPORT_SYMBOL
int event_base_loopbreak(struct event_base *base);

/** Make the loop look for new and more urgent events when the callback that runs now is
 *  done. Without effect outside of callbacks. */
EVENT2_EXPORT_SYMBOL
int event_base_loopcontinue(struct event_base *base);

/** Not 0 when the last loop ended, or the running one will, by event_base_loopexit(). */
EVENT2_EXPORT_SYMBOL
int event_base_got_exit(struct event_base *base);

/** Not 0 when the last loop ended, or the running one will, by event_base_loopbreak(). */
EVENT2_EXPORT_SYMBOL
int event_base_got_break(struct event_base *base);

/*
 * ---- What an event waits for, and what it is told ----
 */

/** Time has passed. Told to callbacks; asking for it makes no difference, the timeout of
 *  event_add() does. */
#define EV_TIMEOUT 0x01
/** The descriptor can be read from (or accepted on, or is at its end, or broken). */
#define EV_READ 0x02
/** The descriptor can be written to (or has connected, or is broken). */
#define EV_WRITE 0x04
/** A signal came; the descriptor is its number. Not together with READ, WRITE, CLOSED. */
#define EV_SIGNAL 0x08
/** Stay pending when the callback is called. A timeout starts afresh each time: a timer
 *  becomes a periodic one, without drift; for I/O it is the longest silence. */
#define EV_PERSIST 0x10
/** Edge-triggered: tell a change once, not as long as it lasts. Needs EV_FEATURE_ET. All
 *  events of one descriptor have to agree on it. */
#define EV_ET 0x20
/** event_del() never waits for the callback of this event. For events that only
 *  event_finalize() and event_free_finalize() end. */
#define EV_FINALIZE 0x40
/** The peer closed, even if there is data left to read. Needs EV_FEATURE_EARLY_CLOSE. */
#define EV_CLOSED 0x80

/*
 * ---- Making events ----
 */

/**
 * A new event, not pending yet.
 *
 * `fd` is a descriptor, with EV_SIGNAL a signal number, or -1 for a timer or an event
 * that only event_active() makes happen. `events` is EV_READ, EV_WRITE, EV_SIGNAL,
 * EV_CLOSED, EV_PERSIST, EV_ET, EV_FINALIZE or-ed together, or 0. Any number of events may
 * share a descriptor or a signal.
 *
 * The caller owns it: event_free(). NULL: out of memory, or arguments that make no sense
 * together.
 */
EVENT2_EXPORT_SYMBOL
struct event *event_new(struct event_base *base, evutil_socket_t fd, short events,
                        event_callback_fn callback, void *callback_arg);

/**
 * Make an event in memory of the program (event2/event_struct.h), with the arguments of
 * event_new(). What the memory held is overwritten: NEVER for an event that is pending.
 * A NULL `base` is the one of event_init() (event2/event_compat.h).
 *
 * The program calls event_del() before it gives the memory up, and event_debug_unassign()
 * when debug mode is on.
 */
EVENT2_EXPORT_SYMBOL
int event_assign(struct event *ev, struct event_base *base, evutil_socket_t fd, short events,
                 event_callback_fn callback, void *callback_arg);

/* event_new() and event_assign() for `events` without EV_SIGNAL. Not for direct use: in C programs
 * the macros behind them stand in where the compiler can see that it is so, and the linker then
 * leaves everything about signals out of a firmware that has no signal events. (event_new)(...) or
 * &event_new is the function itself. */
EVENT2_EXPORT_SYMBOL
struct event *evlet_event_new_no_signal(struct event_base *base, evutil_socket_t fd, short events,
                                        event_callback_fn callback, void *callback_arg);
EVENT2_EXPORT_SYMBOL
int evlet_event_assign_no_signal(struct event *ev, struct event_base *base, evutil_socket_t fd,
                                 short events, event_callback_fn callback, void *callback_arg);
#if defined(__GNUC__) && !defined(__cplusplus)
#define EVLET_NO_SIGNAL_(events) (__builtin_constant_p(events) && !((events) & EV_SIGNAL))
#define event_new(base, fd, events, ...) \
    (EVLET_NO_SIGNAL_(events) ? evlet_event_new_no_signal((base), (fd), (events), __VA_ARGS__) \
                              : (event_new)((base), (fd), (events), __VA_ARGS__))
#define event_assign(ev, base, fd, events, ...) \
    (EVLET_NO_SIGNAL_(events) \
         ? evlet_event_assign_no_signal((ev), (base), (fd), (events), __VA_ARGS__) \
         : (event_assign)((ev), (base), (fd), (events), __VA_ARGS__))
#endif

/** Delete and free an event of event_new(). Waits as event_del() does. Allowed in its own
 *  callback. NULL is allowed. */
EVENT2_EXPORT_SYMBOL
void event_free(struct event *ev);

/** As `callback_arg` of event_new() and event_assign(): the callback's `arg` will be the
 *  event itself. */
EVENT2_EXPORT_SYMBOL
void *event_self_cbarg(void);

/** Move an event to another base. -1 unless the event is neither pending nor active. Its
 *  priority becomes the middle one of the new base. */
EVENT2_EXPORT_SYMBOL
int event_base_set(struct event_base *base, struct event *ev);

/*
 * Timers. One-shot; use event_new(base, -1, EV_PERSIST, ...) for a periodic one.
 */
#define evtimer_assign(ev, b, cb, arg) event_assign((ev), (b), -1, 0, (cb), (arg))
#define evtimer_new(b, cb, arg) event_new((b), -1, 0, (cb), (arg))
#define evtimer_add(ev, tv) event_add((ev), (tv))
#define evtimer_del(ev) event_del(ev)
#define evtimer_pending(ev, tv) event_pending((ev), EV_TIMEOUT, (tv))
#define evtimer_initialized(ev) event_initialized(ev)

/*
 * Signals, persistent. Callbacks run in the loop like any other, not in the handler, so
 * they may call anything.
 */
#define evsignal_assign(ev, b, x, cb, arg) \
    event_assign((ev), (b), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))
#define evsignal_new(b, x, cb, arg) event_new((b), (x), EV_SIGNAL | EV_PERSIST, (cb), (arg))
#define evsignal_add(ev, tv) event_add((ev), (tv))
#define evsignal_del(ev) event_del(ev)
#define evsignal_pending(ev, tv) event_pending((ev), EV_SIGNAL, (tv))
#define evsignal_initialized(ev) event_initialized(ev)

/*
 * Events of the program's own: nothing but evuser_trigger(), from any thread, makes them
 * happen.
 */
#define evuser_new(b, cb, arg) event_new((b), -1, 0, (cb), (arg))
#define evuser_del(ev) event_del(ev)
#define evuser_pending(ev, tv) event_pending((ev), 0, (tv))
#define evuser_initialized(ev) event_initialized(ev)
#define evuser_trigger(ev) event_active((ev), 0, 0)

/*
 * ---- Waiting ----
 */

/**
 * Make an event pending: from now on its callback is called when what it waits for
 * happens, or when `timeout` has passed before that. NULL: no timeout.
 *
 * On an event that is pending already, a timeout replaces the one before, counted from
 * now; NULL leaves it. A negative timeout counts as 0: due at once, in the next turn.
 * tv_usec may be a million or more. The timeout of an EV_PERSIST event starts again by itself
 * each time the event's callback is due. A negative descriptor is allowed: such an event waits
 * for its timeout and for event_active() alone.
 *
 * 0, or -1 with errno: ENOMEM; EBADF for a descriptor that is not open; EINVAL for one that the
 * backend cannot take (select: from FD_SETSIZE on) and for an event that is being finalized;
 * what the backend says otherwise (EPERM: epoll takes no plain files).
 */
EVENT2_EXPORT_SYMBOL
int event_add(struct event *ev, const struct timeval *timeout);

/** Take the timeout of an event away; I/O or signal stay pending. No error when there is
 *  none. */
EVENT2_EXPORT_SYMBOL
int event_remove_timer(struct event *ev);

/**
 * Make an event neither pending nor active: its callback is not called any more. No error
 * when it is neither already.
 *
 * While another thread runs the callback this waits until it is done, so that what the
 * callback uses can be freed next. It does not wait for an event with EV_FINALIZE, nor in
 * the thread of the loop. Waiting with a lock held that the callback wants is a deadlock.
 */
EVENT2_EXPORT_SYMBOL
int event_del(struct event *ev);

/** event_del() that never waits for a callback. */
EVENT2_EXPORT_SYMBOL
int event_del_noblock(struct event *ev);

/** event_del() that waits even with EV_FINALIZE. */
EVENT2_EXPORT_SYMBOL
int event_del_block(struct event *ev);

/**
 * Let an event happen: its callback becomes due as if `res` (EV_* values or-ed together,
 * or 0) had come about. The event need not be pending, but initialized. When it is
 * active already, `res` is added to what its callback will be told.
 *
 * `ncalls` has a meaning for signals alone: how often the callback is called. 0 or 1 else.
 */
EVENT2_EXPORT_SYMBOL
void event_active(struct event *ev, int res, short ncalls);

/**
 * Wait once, without an event of one's own: the callback is called once, and all is
 * freed. `events` is EV_TIMEOUT, EV_READ, EV_WRITE, EV_CLOSED or-ed together; EV_SIGNAL and
 * EV_PERSIST are refused with -1. EV_TIMEOUT alone takes no descriptor: pass -1; NULL or a
 * zero `timeout` means as soon as possible then. It cannot be cancelled; when the base is
 * freed before, the callback is never called.
 */
EVENT2_EXPORT_SYMBOL
int event_base_once(struct event_base *base, evutil_socket_t fd, short events,
                    event_callback_fn callback, void *arg, const struct timeval *timeout);

/*
 * ---- Ending events that other threads may be using ----
 *
 * event_free() in a program with threads has to wait for a running callback, which may be
 * a deadlock. A finalizer is the way around: it returns at once, and the loop calls
 * `cb` when no callback of the event runs or will run. The event must not be used
 * between. `cb` gets the event and the argument of its callback; NULL: nothing to call. A
 * second call for the same event is refused with -1.
 */
typedef void (*event_finalize_callback_fn)(struct event *ev, void *arg);

/** End an event of event_assign(); `cb` may free its memory. `flags` is 0. */
EVENT2_EXPORT_SYMBOL
int event_finalize(unsigned flags, struct event *ev, event_finalize_callback_fn cb);

/** End an event of event_new(); it is freed after `cb`. `flags` is 0. */
EVENT2_EXPORT_SYMBOL
int event_free_finalize(unsigned flags, struct event *ev, event_finalize_callback_fn cb);

/*
 * ---- Asking events ----
 */

/**
 * Which of `events` (EV_TIMEOUT, EV_READ, EV_WRITE, EV_SIGNAL, EV_CLOSED or-ed together) the
 * event is pending for, or active with; 0: none. With EV_TIMEOUT among them and a timeout
 * pending, `*tv` (unless NULL) receives the date it ends, as evutil_gettimeofday() counts.
 */
EVENT2_EXPORT_SYMBOL
int event_pending(const struct event *ev, short events, struct timeval *tv);

/** Not 0 when the event was made by event_new() or event_assign(). Memory set to zero is
 *  known not to be one; other memory cannot be told from an event. */
EVENT2_EXPORT_SYMBOL
int event_initialized(const struct event *ev);

/** The event whose callback runs now; NULL when none does. To be called in the thread of
 *  the loop. */
EVENT2_EXPORT_SYMBOL
struct event *event_base_get_running_event(struct event_base *base);

/** Signal number of an event. */
#define event_get_signal(ev) ((int)event_get_fd(ev))

/** Descriptor of an event, its signal number, or -1. */
EVENT2_EXPORT_SYMBOL
evutil_socket_t event_get_fd(const struct event *ev);

/** Base of an event. */
EVENT2_EXPORT_SYMBOL
struct event_base *event_get_base(const struct event *ev);

/** What an event waits for, with its flags: EV_* values or-ed together. */
EVENT2_EXPORT_SYMBOL
short event_get_events(const struct event *ev);

/** Callback of an event. */
EVENT2_EXPORT_SYMBOL
event_callback_fn event_get_callback(const struct event *ev);

/** What the callback of an event gets as `arg`. */
EVENT2_EXPORT_SYMBOL
void *event_get_callback_arg(const struct event *ev);

/** Priority of an event, 0 being the most urgent. */
EVENT2_EXPORT_SYMBOL
int event_get_priority(const struct event *ev);

/** All arguments of event_assign() at once. Each output may be NULL. */
EVENT2_EXPORT_SYMBOL
void event_get_assignment(const struct event *event, struct event_base **base_out,
                          evutil_socket_t *fd_out, short *events_out,
                          event_callback_fn *callback_out, void **arg_out);

/** sizeof(struct event) of the library in use, for programs that embed events without
 *  knowing their layout. */
EVENT2_EXPORT_SYMBOL
size_t event_get_struct_event_size(void);

/*
 * ---- Priorities ----
 *
 * When several events are active, those of the smallest priority number run first, and
 * the others wait until none of them is left: an urgent event that is always active
 * starves the rest. A new base has one priority, 0; an event is born with the middle one.
 */

/** Upper bound for the number of priorities; it has to stay below. */
#define EVENT_MAX_PRIORITIES 256

/** Give a base `npriorities` priorities, 0 to `npriorities` - 1. From 1 to
 *  EVENT_MAX_PRIORITIES - 1; -1 for other numbers and while an event is active. Best called
 *  before there are events. */
EVENT2_EXPORT_SYMBOL
int event_base_priority_init(struct event_base *base, int npriorities);

/** How many priorities a base has. */
EVENT2_EXPORT_SYMBOL
int event_base_get_npriorities(struct event_base *base);

/** Set the priority of an event. -1 while it is active and for a priority that its base
 *  does not have. */
EVENT2_EXPORT_SYMBOL
int event_priority_set(struct event *ev, int priority);

/*
 * ---- Time ----
 */

/**
 * Where thousands of events share one timeout, make adding them cheap: they queue up in
 * order and need no heap.
 *
 *     const struct timeval *idle = event_base_init_common_timeout(base, &ten_seconds);
 *     event_add(ev, idle);    // for each connection
 *
 * Returns what to give to event_add() in place of `duration`, for events of this base.
 * It may be copied, but is no time to compute with. It belongs to the base; the same
 * duration always gives the same one. NULL: out of memory, a negative duration, or more
 * than 255 durations in this base.
 */
EVENT2_EXPORT_SYMBOL
const struct timeval *event_base_init_common_timeout(struct event_base *base,
                                                     const struct timeval *duration);

/** Wall-clock time as of the start of this turn of callbacks, without a system call; outside
 *  of callbacks, or with a NULL `base`, the time now. */
EVENT2_EXPORT_SYMBOL
int event_base_gettimeofday_cached(struct event_base *base, struct timeval *tv);

/** Read the clock anew for event_base_gettimeofday_cached() and for timeouts that are added
 *  next. For callbacks that took long. Without effect outside of callbacks. */
EVENT2_EXPORT_SYMBOL
int event_base_update_cache_time(struct event_base *base);

/** Now, on the monotonic clock that the base measures timeouts with. */
EVENT2_EXPORT_SYMBOL
int event_gettime_monotonic(struct event_base *base, struct timeval *tp);

/*
 * ---- Looking into a base ----
 */

/* What to count. Or-ed together, the sum is answered. */
/** Events whose callback is due. */
#define EVENT_BASE_COUNT_ACTIVE 1U
/** Reasons other than events that keep the loop running, held by the library itself. */
#define EVENT_BASE_COUNT_VIRTUAL 2U
/** What events are in the base for: one for I/O or a signal, one for a timeout, one for a
 *  callback that is due. An event may count for several. */
#define EVENT_BASE_COUNT_ADDED 4U

/** How many events there are of the kinds in `flags`. Those of the library itself do not
 *  count. */
EVENT2_EXPORT_SYMBOL
int event_base_get_num_events(struct event_base *base, unsigned int flags);

/** How many there were at most, each kind for itself; with `clear` not 0 the maximum starts
 *  over at 0. */
EVENT2_EXPORT_SYMBOL
int event_base_get_max_events(struct event_base *base, unsigned int flags, int clear);

/** Called by event_base_foreach_event(). Not 0: stop. */
typedef int (*event_base_foreach_event_cb)(const struct event_base *base, const struct event *ev,
                                           void *arg);

/** Call `fn` for each event that is pending or active, once each, in no order to rely on;
 *  events that the library itself added may be among them. `fn` must not change events or
 *  the base. Returns the first result of `fn` that is not 0, or 0; -1 when an argument is
 *  missing. */
EVENT2_EXPORT_SYMBOL
int event_base_foreach_event(struct event_base *base, event_base_foreach_event_cb fn, void *arg);

/** Write the pending and active events as text, for a person who debugs; the form may
 *  change. A library built with no-debug writes that it cannot. */
EVENT2_EXPORT_SYMBOL
void event_base_dump_events(struct event_base *base, FILE *output);

/** event_active() for all events pending on `fd`: `events` is EV_READ, EV_WRITE, EV_CLOSED
 *  and EV_TIMEOUT or-ed together, and each event is told what it waits for of these. */
EVENT2_EXPORT_SYMBOL
void event_base_active_by_fd(struct event_base *base, evutil_socket_t fd, short events);

/** event_active() for all events pending on signal `sig`. */
EVENT2_EXPORT_SYMBOL
void event_base_active_by_signal(struct event_base *base, int sig);

/*
 * ---- Log and fatal errors ----
 */

/* Severity of a message. */
#define EVENT_LOG_DEBUG 0
#define EVENT_LOG_MSG 1
#define EVENT_LOG_WARN 2
#define EVENT_LOG_ERR 3
/* Older names. */
#define _EVENT_LOG_DEBUG EVENT_LOG_DEBUG
#define _EVENT_LOG_MSG EVENT_LOG_MSG
#define _EVENT_LOG_WARN EVENT_LOG_WARN
#define _EVENT_LOG_ERR EVENT_LOG_ERR

/** Gets one message, without a newline. It must not call the library, and `msg` is gone when
 *  it returns. Any thread may call it. */
typedef void (*event_log_cb)(int severity, const char *msg);

/** Send messages to `cb`. NULL: to standard error again, or the log of the device. */
EVENT2_EXPORT_SYMBOL
void event_set_log_callback(event_log_cb cb);

/** Called when the library cannot go on, after the message was logged. `err` is meant as an
 *  exit status. */
typedef void (*event_fatal_cb)(int err);

/** Call `cb` for a fatal error. It must not return, for example by exit(3) or a reset of the
 *  device; if it does, the program is ended. NULL: end the program, as at the start. */
EVENT2_EXPORT_SYMBOL
void event_set_fatal_callback(event_fatal_cb cb);

/** For event_enable_debug_logging(): everything. */
#define EVENT_DBG_ALL 0xffffffffu
/** For event_enable_debug_logging(): nothing. */
#define EVENT_DBG_NONE 0

/** Log what the library does, with severity EVENT_LOG_DEBUG. `which` is EVENT_DBG_ALL or
 *  EVENT_DBG_NONE. Without effect in a library built with no-debug. */
EVENT2_EXPORT_SYMBOL
void event_enable_debug_logging(ev_uint32_t which);

/*
 * ---- Debug mode ----
 */

/**
 * Watch for misuse of events from now on: use before event_assign(), event_assign() while
 * pending, memory given up while pending. What is found ends the program through the
 * fatal callback. To be called once, before the first event or base is made: later is
 * such a misuse. Costs memory and time for each event. A library built with no-debug logs
 * that it cannot, and does nothing.
 */
EVENT2_EXPORT_SYMBOL
void event_enable_debug_mode(void);

/** Tell debug mode that an event of event_assign() is done with and its memory goes away. It
 *  must not be pending. Without debug mode: nothing. event_free() does it by itself. */
EVENT2_EXPORT_SYMBOL
void event_debug_unassign(struct event *ev);

/*
 * ---- Memory ----
 */

/**
 * Let the library take its memory from these functions and not from malloc(3). All three or
 * none (NULL). They behave as their standard namesakes, also for NULL and in returning
 * NULL when there is none left, and are called from every thread that uses the library.
 *
 * To be called before anything is allocated: what one set of functions allocated goes to the
 * free function set last. A library built with no-mem-hooks has an empty macro instead.
 */
#ifndef EVENT__DISABLE_MM_REPLACEMENT
EVENT2_EXPORT_SYMBOL
void event_set_mem_functions(void *(*malloc_fn)(size_t sz),
                             void *(*realloc_fn)(void *ptr, size_t sz),
                             void (*free_fn)(void *ptr));
/** Defined where event_set_mem_functions() has an effect. */
#define EVENT_SET_MEM_FUNCTIONS_IMPLEMENTED
#else
#define event_set_mem_functions(m, r, f) do {} while (0)
#endif

/** Free what the library keeps for the whole program, so that a leak checker finds nothing.
 *  To be called last, when every base and event is freed; nothing may be called after. */
EVENT2_EXPORT_SYMBOL
void libevent_global_shutdown(void);

/*
 * ---- Version ----
 */

/** Version of the API these headers describe, as text: "2.2.1-alpha-dev". */
#define LIBEVENT_VERSION EVENT__VERSION
/** The same as a number to compare: 0xMMmmpp00 for major, minor, patch. */
#define LIBEVENT_VERSION_NUMBER EVENT__NUMERIC_VERSION

/** LIBEVENT_VERSION of the library in use. */
EVENT2_EXPORT_SYMBOL
const char *event_get_version(void);

/** LIBEVENT_VERSION_NUMBER of the library in use. */
EVENT2_EXPORT_SYMBOL
ev_uint32_t event_get_version_number(void);

#ifdef __cplusplus
}
#endif

#endif
