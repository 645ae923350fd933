/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names of the HTTP layer that older programs use. New code takes those on the right:
 *
 *     evhttp_start(address, port)            evhttp_new() and evhttp_bind_socket()
 *     evhttp_connection_new(address, port)   evhttp_connection_base_new()
 *     evhttp_connection_set_base()           evhttp_connection_base_new()
 *     evhttp_request_uri(req)                evhttp_request_get_uri(req)
 *
 * The first two use the base that event_init() made last. The rules of event2/http.h hold.
 */
#ifndef EVENT2_HTTP_COMPAT_H_INCLUDED_
#define EVENT2_HTTP_COMPAT_H_INCLUDED_

#include <event2/http.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A server of the current base on `address` and `port`; NULL: no such base, out of memory or the
 *  address cannot be had. */
EVENT2_EXPORT_SYMBOL
struct evhttp *evhttp_start(const char *address, ev_uint16_t port);

/** A connection of a client in the current base, connected with its first request. Without such a
 *  base evhttp_connection_set_base() has to come before that. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_new(const char *address, ev_uint16_t port);

/** Move a connection that is not connected to another base. Any other time it is left where it
 *  is, with a warning in the log. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_base(struct evhttp_connection *evcon, struct event_base *base);

#define evhttp_request_uri evhttp_request_get_uri

#ifdef __cplusplus
}
#endif

#endif
