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

/** Called once when a session has been agreed upon, or could not be: then `evws` is NULL, and
 *  `status` the HTTP status of the answer, 101 if the answer was wrong, 0 if there was none. */
typedef void (*evlet_ws_open_cb)(struct evws_connection *evws, int status, void *arg);

/**
 * Ask for a session over a client's connection, as a request of its own for `target`. `fields`:
 * more of them for the request, such as Origin, Cookie or Authorization, or NULL; the list, made
 * with TAILQ_INIT of sys/queue.h and evhttp_add_header(), stays the caller's. `subprotocols`: names
 * to offer, separated by commas, or NULL.
 *
 * The connection is free for other requests afterwards, which it connects for anew, and it may be
 * freed. If it is freed before the answer nothing is called. -1: out of memory, or an invalid
 * target or name; nothing is called.
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

/** Called with a part of a message, as the peer has cut it: each is what one frame brings. `last`
 * is not 0 for the last one of the message. */
typedef void (*evlet_ws_fragment_cb)(struct evws_connection *evws, int type,
                                     const unsigned char *data, size_t len, int last, void *arg);

/**
 * Set what is called with the parts of messages in place of the message callback, as soon as each
 * has come, so that a message need not fit into memory. evlet_ws_set_max_message() then is about
 * each part. That a text is UTF-8 is checked on the way; a part of it may end within a character.
 * Of a message that has begun to be collected the rest is collected too. NULL: whole messages
 * again.
 */
EVENT2_EXPORT_SYMBOL
void evlet_ws_set_fragment_cb(struct evws_connection *evws, evlet_ws_fragment_cb cb, void *arg);

/**
 * Take nothing from the peer until evlet_ws_resume(): no message, also none that has been received
 * already, no ping and no close. The peer is held up by the connection's flow control. For who
 * cannot take more: an echo server pauses a session whose output
 * (evws_connection_get_bufferevent()) grows, and resumes it from the drained callback.
 * evlet_ws_close() resumes too. Keep-alive waits meanwhile, and the end of the connection is not
 * noticed.
 */
EVENT2_EXPORT_SYMBOL
void evlet_ws_pause(struct evws_connection *evws);

/** Go on. What has been received already comes from the loop, not from this call. */
EVENT2_EXPORT_SYMBOL
void evlet_ws_resume(struct evws_connection *evws);

/** Send a message of type WS_TEXT_FRAME or WS_BINARY_FRAME. -1: another type, text that is not
 *  UTF-8, a message in fragments is under way, the session is closing, or out of memory; nothing is
 *  sent. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_send(struct evws_connection *evws, int type, const void *data, size_t len);

/** Send a part of a message; `last` is not 0 for the last one. All parts have the same type. The
 *  text of a part need not end with a whole character. -1 as above. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_send_fragment(struct evws_connection *evws, int type, const void *data, size_t len,
                           int last);

/** Set what is called each time all that was sent, by the session itself too, has been taken by the
 *  system: the time to send more to a peer that may be slow. How much waits before that is
 *  evbuffer_get_length() of the output of evws_connection_get_bufferevent(). NULL: nothing. */
EVENT2_EXPORT_SYMBOL
void evlet_ws_set_drained_cb(struct evws_connection *evws,
                             void (*cb)(struct evws_connection *evws, void *arg), void *arg);

/*
 * ---- Pings and silence ----
 *
 * Pings of the peer are answered by the session, many at once by a pong to the latest. Beside what
 * is here bufferevent_set_timeouts() serves, with evws_connection_get_bufferevent(): a peer of
 * which nothing at all comes for the time of reading, or which takes nothing for that of writing,
 * loses its session.
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

/** Ping a peer that has been silent for `interval`, and end the session if it is silent for
 *  another. NULL, as at first: never. -1: out of memory. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_set_keep_alive(struct evws_connection *evws, const struct timeval *interval);

/*
 * ---- The end ----
 */

/** As evws_close() with a reason for people, UTF-8 of up to 123 bytes, or NULL. -1: the code may
 *  not be sent (RFC 6455 section 7.4), the reason is too long or not UTF-8, or it is closing
 *  already. */
EVENT2_EXPORT_SYMBOL
int evlet_ws_close(struct evws_connection *evws, uint16_t code, const char *reason);

/** Set how long the peer may take to answer a close frame, and then to end the connection; each is
 *  5 seconds at first, as for NULL. After it the session ends all the same. */
EVENT2_EXPORT_SYMBOL
void evlet_ws_set_close_timeout(struct evws_connection *evws, const struct timeval *timeout);

/** What the peer gave as the code, for the close callback: 1005 if it closed without one, 1006 if
 *  the connection ended without a word (RFC 6455 section 7.1.5). 0: the session is open. */
EVENT2_EXPORT_SYMBOL
uint16_t evlet_ws_get_close_code(const struct evws_connection *evws);

/** The code of our own close frame, 1005 if it was without one, 0 if none was sent: 1002, 1007, 1009
 *  and 1011 tell why a session ended that the program did not close. */
EVENT2_EXPORT_SYMBOL
uint16_t evlet_ws_get_sent_close_code(const struct evws_connection *evws);

/** What the peer gave as the reason; empty if it gave none. Never NULL. */
EVENT2_EXPORT_SYMBOL
const char *evlet_ws_get_close_reason(const struct evws_connection *evws);

#ifdef __cplusplus
}
#endif

#endif
