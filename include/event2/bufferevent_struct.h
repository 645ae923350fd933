/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout of struct bufferevent, for programs that look into it. New programs ask with
 * bufferevent_get_input(), bufferevent_getcb(), bufferevent_getwatermark() and their sisters.
 *
 * The layout is part of the binary interface: field names, offsets and sizes do not change. A
 * program may READ fields, holding the lock where there is one, and never makes, copies or
 * embeds the structure: bufferevents come from the library, which keeps more behind it. Nor
 * should it write fields; the library need not see it. ev_read, ev_write and be_ops are the
 * library's own altogether: not every kind of bufferevent uses the events, and what they hold
 * is not for event_get_fd() and the like to tell.
 */
#ifndef EVENT2_BUFFEREVENT_STRUCT_H_INCLUDED_
#define EVENT2_BUFFEREVENT_STRUCT_H_INCLUDED_

#include <event2/bufferevent.h>
#include <event2/event_struct.h>
#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Watermarks of one direction, in bytes: see bufferevent_setwatermark(). */
struct event_watermark {
    size_t low;
    size_t high; /* 0: none */
};

/** What the kinds of bufferevents do differently. The library's. */
struct bufferevent_ops;

/** One bufferevent. See the top of this file for what a program may do with it. */
struct bufferevent {
    struct event_base *ev_base;
    const struct bufferevent_ops *be_ops;
    struct event ev_read;
    struct event ev_write;
    struct evbuffer *input;
    struct evbuffer *output;
    struct event_watermark wm_read;
    struct event_watermark wm_write;
    bufferevent_data_cb readcb;   /* or NULL */
    bufferevent_data_cb writecb;  /* or NULL */
    bufferevent_event_cb errorcb; /* or NULL */
    void *cbarg;                  /* of the three callbacks */
    struct timeval timeout_read;  /* 0: none */
    struct timeval timeout_write; /* 0: none */
    short enabled;                /* EV_READ, EV_WRITE */
};

#ifdef __cplusplus
}
#endif

#endif
