/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Evlet adds to event2/ws.h: WebSocket clients, subprotocols, limits, pings, fragments, close
 * codes with a reason, and back-pressure.
 *
 *     static void on_open(struct evws_connection *ws, int status, void *arg) {
 *         if (ws)
 *             evws_send_text(ws, "hello");
 *         else
 *             ...;                           // status: the HTTP status, 0: no connection
 *     }
 *     conn = evhttp_connection_base_new(base, NULL, "192.0.2.1", 80);
 *     evlet_ws_connect(conn, "/ws", NULL, NULL, on_open, on_message, NULL);
 *
 * The rules of event2/ws.h hold; an int result is 0 for success and -1 for failure.
 */
#ifndef EVLET_WS_H_INCLUDED_
#define EVLET_WS_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>
#include <event2/ws.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evhttp_connection;
struct evkeyvalq;

/*
 * ---- Client ----
 */

/** Called once when a session has been agreed upon, or could not be: then `evws` is NULL, and `status`
 *  the HTTP status of the answer, 101 if the answer was wrong, 0 if there was none. */
typedef void (*evlet_ws_open_cb)(struct evws_connection *evws, int status, void *arg);

/**
 * Ask for a session over a client's connection, as a request of its own for `target`. `fields`: more
 * of them for the request, such as Origin, Cookie or Authorization, or NULL; the list stays the
 * caller's. `subprotocols`: names to offer, separated by commas, or NULL.
 *
 * The connection is free for other requests afterwards, which it connects for anew, and it may be
 * freed. If it is freed before the answer nothing is called. -1: out of memory, or an invalid target
 * or name; nothing is called.
 */
EVENT2_EXPORT_SYMBOL
int evlet_ws_connect(struct evhttp_connection *conn, const char *target,
                     const struct evkeyvalq *fields, const char *subprotocols,
                     evlet_ws_open_cb on_open, ws_on_msg_cb on_message, void *arg);

/*
 * ---- Subprotocols (RFC 6455 section 1.9) ----
 */

/** As evws_new_session(), with a subprotocol: the first that the client offers of those in
 *  `subprotocols`, separated by commas. If it offers none of them the session has none. */
EVENT2_EXPORT_SYMBOL
struct evws_connection *evlet_ws_accept(struct evhttp_request *req, const char *subprotocols,
                                        ws_on_msg_cb cb, void *arg, int options);

/** The subprotocol of a session, or NULL. */
EVENT2_EXPORT_SYMBOL
const char *evlet_ws_get_subprotocol(const struct evws_connection *evws);

/*
 * ---- Messages ----
 */

/** Bytes that a received message may have, all of its fragments together; 1 MiB at first. A larger
 *  one ends the session with WS_CR_DATA_TOO_BIG before it is taken in. */
EVENT2_EXPORT_SYMBOL
void evlet_ws_set_max_message(struct evws_connection *evws, size_t limit);

/** Send a message of type WS_TEXT_FRAME or WS_BINARY_FRAME. -1: another type, text that is not UTF-8, a
 *  message in fragments is under way, the session is closing, or out of memory; nothing is sent. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_send(struct evws_connection *evws, int type, const void *data, size_t len);

/** Send a part of a message; `last` is not 0 for the last one. All parts have the same type. The
 *  text of a part need not end with a whole character. -1 as above. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_send_fragment(struct evws_connection *evws, int type, const void *data, size_t len,
                           int last);

/** Set what is called when all that was sent has been taken by the system: the time to send more to
 *  a peer that may be slow. NULL: nothing. */
EVENT2_EXPORT_SYMBOL
void evlet_ws_set_drained_cb(struct evws_connection *evws,
                             void (*cb)(struct evws_connection *evws, void *arg), void *arg);

/*
 * ---- Pings ----
 */

/** Send a ping with up to 125 bytes. -1: more, the session is closing, or out of memory. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_ping(struct evws_connection *evws, const void *data, size_t len);

/** Set what is called with the bytes of each pong, asked for or not. */
EVENT2_EXPORT_SYMBOL
void evlet_ws_set_pong_cb(struct evws_connection *evws,
                          void (*cb)(struct evws_connection *evws, const unsigned char *data,
                                     size_t len, void *arg),
                          void *arg);

/** Ping a peer that has been silent for `interval`, and end the session if it is silent for another.
 *  NULL, as at first: never. -1: out of memory. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_set_keep_alive(struct evws_connection *evws, const struct timeval *interval);

/*
 * ---- The end ----
 */

/** As evws_close() with a reason for people, UTF-8 of up to 123 bytes, or NULL. -1: the code may not be
 *  sent (RFC 6455 section 7.4), the reason is too long or not UTF-8, or it is closing already. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_close(struct evws_connection *evws, uint16_t code, const char *reason);

/** What the peer gave as the code, for the close callback: 1005 if it closed without one, 1006 if the
 *  connection ended without a word (RFC 6455 section 7.1.5). 0: the session is open. */
EVENT2_EXPORT_SYMBOL
uint16_t evlet_ws_get_close_code(const struct evws_connection *evws);

/** What the peer gave as the reason; empty if it gave none. Never NULL. */
EVENT2_EXPORT_SYMBOL
const char *evlet_ws_get_close_reason(const struct evws_connection *evws);

#ifdef __cplusplus
}
#endif

#endif
