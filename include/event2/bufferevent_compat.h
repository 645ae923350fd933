/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of bufferevent that older programs use. New code takes those on the right:
 *
 *     bufferevent_new(fd, r, w, e, arg)     bufferevent_socket_new() and bufferevent_setcb()
 *     bufferevent_settimeout(bev, r, w)     bufferevent_set_timeouts()
 *     EVBUFFER_INPUT(bev)                   bufferevent_get_input(bev)
 *     EVBUFFER_EOF, EVBUFFER_READ ...       BEV_EVENT_EOF, BEV_EVENT_READING ...
 *     evbuffercb, everrorcb                 bufferevent_data_cb, bufferevent_event_cb
 *
 * The rules of event2/bufferevent.h hold.
 */
#ifndef EVENT2_BUFFEREVENT_COMPAT_H_INCLUDED_
#define EVENT2_BUFFEREVENT_COMPAT_H_INCLUDED_

#include <event2/bufferevent.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

#define evbuffercb bufferevent_data_cb
#define everrorcb bufferevent_event_cb

/** A socket bufferevent of the base that event_init() made last, without options: `fd` is not
 *  closed with it. It needs bufferevent_base_set() when there is no such base or another one is
 *  meant. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *bufferevent_new(evutil_socket_t fd, evbuffercb readcb, evbuffercb writecb,
                                    everrorcb errorcb, void *cbarg);

/** bufferevent_set_timeouts() in whole seconds; 0: no timeout. */
EVENT2_EXPORT_SYMBOL
void bufferevent_settimeout(struct bufferevent *bev, int timeout_read, int timeout_write);

#define EVBUFFER_READ BEV_EVENT_READING
#define EVBUFFER_WRITE BEV_EVENT_WRITING
#define EVBUFFER_EOF BEV_EVENT_EOF
#define EVBUFFER_ERROR BEV_EVENT_ERROR
#define EVBUFFER_TIMEOUT BEV_EVENT_TIMEOUT

/** The input of a bufferevent. */
#define EVBUFFER_INPUT(x) bufferevent_get_input(x)
/** The output of a bufferevent. */
#define EVBUFFER_OUTPUT(x) bufferevent_get_output(x)

#ifdef __cplusplus
}
#endif

#endif
