/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * WebSocket (RFC 6455): sessions of a server, on the sockets of event2/http.h.
 *
 *     static void on_message(struct evws_connection *ws, int type, const unsigned char *data,
 *                            size_t len, void *arg) {
 *         evws_send_binary(ws, (const char *)data, len);
 *     }
 *     static void on_request(struct evhttp_request *req, void *arg) {
 *         evws_new_session(req, on_message, NULL, 0);
 *     }
 *     evhttp_set_cb(http, "/ws", on_request, NULL);
 *
 * A browser sends the cookies of a site along with a WebSocket that any other site opens: a server
 * which goes by cookies compares the Origin field of the request with its own before it makes a
 * session, and answers 403 otherwise.
 *
 * What is received is held to the RFC: masks, lengths, fragments, UTF-8 of text and close codes. A
 * peer that breaks it is told why with a close code (1002, 1007, 1009; 1011 when memory has run
 * out), and the session ends. PING is answered by itself. A message may have 1 MiB; evlet/ws.h
 * changes that, and has a client, pings, subprotocols and more.
 *
 * A session that began on a server is closed when that is freed or shut down, and counts as one of
 * its connections. Sessions belong to the thread of their loop, and callbacks run there; they may
 * free the session, but for the close callback, after which it is gone in any case. With
 * BEV_OPT_THREADSAFE the functions that send, ping, close, pause and resume may be called from any
 * thread, as long as it is sure that the session has not ended; callbacks run with the lock of the
 * bufferevent then.
 */
#ifndef EVENT2_WS_H_INCLUDED_
#define EVENT2_WS_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent;
struct evhttp_request;

/** A WebSocket session. */
struct evws_connection;

/*
 * Close codes (RFC 6455 section 7.4.1). Any from 3000 to 4999 are the program's own.
 */
#define WS_CR_NONE 0         /* no code is sent */
#define WS_CR_NORMAL 1000    /* the purpose is fulfilled */
#define WS_CR_PROTO_ERR 1002 /* the peer breaks the protocol */
#define WS_CR_DATA_TOO_BIG 1009

/*
 * Types of messages.
 */
#define WS_TEXT_FRAME 0x1 /* UTF-8 */
#define WS_BINARY_FRAME 0x2

/** Called with each whole message. `type` is WS_TEXT_FRAME or WS_BINARY_FRAME. The `len` bytes at
 *  `data`, which is never NULL, are valid during the call; there is no NUL behind them. */
typedef void (*ws_on_msg_cb)(struct evws_connection *, int type, const unsigned char *data,
                             size_t len, void *);

/** Called once when a session ends, by either side or by evws_connection_free(). The session is
 *  freed when it returns. */
typedef void (*ws_on_close_cb)(struct evws_connection *, void *);

/**
 * Make a session of a request, in its callback. The request is answered with status 101, with the
 * fields that the program has added to it, and gone then.
 *
 * `options`: 0, or BEV_OPT_* of event2/bufferevent.h, of which BEV_OPT_THREADSAFE says that other
 * threads will send and close; the rest is the bufferevent's and was decided when it was made. A
 * plain socket's that has no lock is replaced by one that has; of other kinds it has to be made
 * with one (evhttp_set_bevcb()).
 * NULL: no session, and the request has been answered: it is not the beginning of one (400, 405,
 * 426), there is no memory (503, or the connection is closed), the server is being shut down (503),
 * or there is no lock for BEV_OPT_THREADSAFE (500). No callback is called.
 */
EVENT2_EXPORT_SYMBOL
struct evws_connection *evws_new_session(struct evhttp_request *req, ws_on_msg_cb cb, void *arg,
                                         int options);

/** Send a text message: UTF-8 up to the NUL. Text that is not UTF-8 is not sent, and a warning
 *  logged; likewise in a session that is closing. Without memory the session ends. */
EVENT2_EXPORT_SYMBOL
void evws_send_text(struct evws_connection *evws, const char *packet_str);

/** Send `packet_len` bytes as a binary message. */
EVENT2_EXPORT_SYMBOL
void evws_send_binary(struct evws_connection *evws, const char *packet_data, size_t packet_len);

/** Begin to close: the peer is told `reason`, a close code, and has 5 seconds to answer. What it
 *  sends meanwhile is not handed on. The close callback comes from the loop, also when the code is
 *  one that may not be sent (evlet_ws_close()): then the connection just ends. */
EVENT2_EXPORT_SYMBOL
void evws_close(struct evws_connection *evws, uint16_t reason);

/** Set what is called when the session ends. NULL: nothing. */
EVENT2_EXPORT_SYMBOL
void evws_connection_set_closecb(struct evws_connection *evws, ws_on_close_cb, void *);

/** End a session at once: its close callback is called, its socket closed without a word. */
EVENT2_EXPORT_SYMBOL
void evws_connection_free(struct evws_connection *evws);

/** The bufferevent of a session, for its output's length, priority or address. Its callbacks and
 *  its data are the session's. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evws_connection_get_bufferevent(struct evws_connection *evws);

#ifdef __cplusplus
}
#endif

#endif
