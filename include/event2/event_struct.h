/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The size and layout of struct event, for programs that embed events in their own
 * structures and set them with event_assign():
 *
 *     struct client {
 *         struct event readable;
 *         struct event idle;
 *         ...
 *     };
 *
 * The layout is part of the binary interface: field names, offsets and sizes do not
 * change. The CONTENT is private to the library. Read it with event_get_fd() and its
 * sisters and never write it. In particular both ev_timeout fields and min_heap_idx
 * hold whatever the library finds handy (deadlines are raw nanosecond counts of the
 * monotonic clock, not seconds and microseconds), and link fields may be reused.
 *
 * Programs that only hold pointers from event_new() do not need this header and stay
 * free of the layout. event_get_struct_event_size() answers the size at run time.
 *
 * Wherever the structure comes from, event_assign() has to be its first use, and
 * event_del() comes before its memory goes away.
 */
#ifndef EVENT2_EVENT_STRUCT_H_INCLUDED_
#define EVENT2_EVENT_STRUCT_H_INCLUDED_

#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * States of an event, or-ed together in evcb_flags. Use event_pending() and
 * event_initialized() to ask for them.
 */
#define EVLIST_TIMEOUT 0x01      /* waits for a deadline */
#define EVLIST_INSERTED 0x02     /* waits for I/O or a signal */
#define EVLIST_SIGNAL 0x04       /* never set; the value stays taken */
#define EVLIST_ACTIVE 0x08       /* its callback is due in this turn of the loop */
#define EVLIST_INTERNAL 0x10     /* belongs to the library; does not keep the loop running */
#define EVLIST_ACTIVE_LATER 0x20 /* its callback is due in the next turn */
#define EVLIST_FINALIZING 0x40   /* event_finalize() was called */
#define EVLIST_INIT 0x80         /* event_assign() was called */
#define EVLIST_ALL 0xff          /* every state above */

struct event;
struct event_base;

/** What is queued when a callback is due: the head of struct event. */
struct event_callback {
    struct {
        struct event_callback *tqe_next;
        struct event_callback **tqe_prev;
    } evcb_active_next;
    short evcb_flags;        /* EVLIST_* */
    ev_uint8_t evcb_pri;     /* 0 is the most urgent */
    ev_uint8_t evcb_closure; /* which member of the union below is called, and how */
    union {
        void (*evcb_callback)(evutil_socket_t, short, void *);
        void (*evcb_selfcb)(struct event_callback *, void *);
        void (*evcb_evfinalize)(struct event *, void *);
        void (*evcb_cbfinalize)(struct event_callback *, void *);
    } evcb_cb_union;
    void *evcb_arg;
};

/** One event. See the top of this file for what a program may do with it. */
struct event {
    struct event_callback ev_evcallback;
    /* Place among the events that wait for a deadline. */
    union {
        struct {
            struct event *tqe_next;
            struct event **tqe_prev;
        } ev_next_with_common_timeout;
        int min_heap_idx;
    } ev_timeout_pos;
    evutil_socket_t ev_fd; /* descriptor, signal number, or -1 */
    struct event_base *ev_base;
    /* Place among the events of the same descriptor or signal. */
    union {
        struct {
            struct {
                struct event *le_next;
                struct event **le_prev;
            } ev_io_next;
            struct timeval ev_timeout;
        } ev_io;
        struct {
            struct {
                struct event *le_next;
                struct event **le_prev;
            } ev_signal_next;
            short ev_ncalls;
            short *ev_pncalls;
        } ev_signal;
    } ev_;
    short ev_events; /* EV_* that are waited for */
    short ev_res;    /* EV_* that happened */
    struct timeval ev_timeout;
};

/** Heads of lists of events, for programs that chain events of their own. */
struct event_list {
    struct event *tqh_first;
    struct event **tqh_last;
};

struct event_dlist {
    struct event *lh_first;
};

#ifdef __cplusplus
}
#endif

#endif
