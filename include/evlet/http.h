/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What Evlet adds to event2/http.h: bodies of requests that stream, in both directions, limits that
 * the API of libevent does not have, graceful shutdown, serving what is no socket, and taking a
 * connection over.
 *
 * A server that writes an upload to where it belongs while it arrives:
 *
 *     static void on_data(struct evhttp_request *req, struct evbuffer *data, void *arg) {
 *         while (evbuffer_get_length(data) && write_some(arg, data) > 0)
 *             ;
 *         if (evbuffer_get_length(data))
 *             evlet_http_request_pause_body(req);     // until there is room again
 *     }
 *     static int on_head(struct evhttp_request *req, void *arg) {
 *         return evlet_http_request_stream_body(req, on_data, on_abort, arg);
 *     }
 *     evlet_http_set_head_cb(http, "/upload", on_head, store);
 *     evhttp_set_cb(http, "/upload", on_complete, store);   // the reply
 *
 * The rules of event2/http.h hold.
 */
#ifndef EVLET_HTTP_H_INCLUDED_
#define EVLET_HTTP_H_INCLUDED_

#include <event2/http.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ---- Bodies of requests, received in pieces ----
 */

/** Called when the header block of a request has been read, before its body is asked for (100
 *  Continue). It may call evlet_http_request_stream_body(), evlet_http_request_set_max_body() or
 *  reply at once, which refuses the body. 0: go on. Below 0: the connection is closed. */
typedef int (*evlet_http_head_cb)(struct evhttp_request *req, void *arg);

/** Set what is called for the head of requests for `path`, compared as by evhttp_set_cb(); NULL: of
 *  all paths without a head callback of their own. A second call replaces the first; `cb` NULL takes
 *  it out. -1: out of memory. */
EVENT2_EXPORT_SYMBOL
int evlet_http_set_head_cb(struct evhttp *http, const char *path, evlet_http_head_cb cb, void *arg);

/** Called when bytes of the body have come. It takes them out of `data`; what it leaves is there
 *  the next time, with more behind it. One that leaves more than 64 KiB has paused as with
 *  evlet_http_request_pause_body(). It may reply, which ends the reception: no callback is called
 *  with the rest, and the connection closes behind the reply. */
typedef void (*evlet_http_data_cb)(struct evhttp_request *req, struct evbuffer *data, void *arg);

/** Called instead of the request's callback if the body does not come to its end. The request is
 *  freed when it returns. */
typedef void (*evlet_http_abort_cb)(struct evhttp_request *req, enum evhttp_request_error why,
                                    void *arg);

/** Have the body of a server's request handed on as it comes. Called in a head callback or in that
 *  of evhttp_set_newreqcb(). When the body is complete the callback of the path is called as ever.
 *  `on_abort` may be NULL. -1: the request is not one of a server, or it has been answered. */
EVENT2_EXPORT_SYMBOL
int evlet_http_request_stream_body(struct evhttp_request *req, evlet_http_data_cb on_data,
                                   evlet_http_abort_cb on_abort, void *arg);

/** Stop reading the body, so that the peer has to wait, and time does not count against it. */
EVENT2_EXPORT_SYMBOL
void evlet_http_request_pause_body(struct evhttp_request *req);

/** Go on. What is waiting in `data` is handed to the callback soon. */
EVENT2_EXPORT_SYMBOL
void evlet_http_request_resume_body(struct evhttp_request *req);

/** The limit of this request's body, in bytes, in place of that of its server; below 0: none. */
EVENT2_EXPORT_SYMBOL
void evlet_http_request_set_max_body(struct evhttp_request *req, ev_int64_t limit);

/*
 * ---- Bodies of requests, sent in pieces ----
 */

/** What a producer answers. */
enum evlet_http_produced {
    EVLET_HTTP_ABORT = -1, /* give the request up: it fails with EVREQ_HTTP_BUFFER_ERROR */
    EVLET_HTTP_END = 0,    /* that was all */
    EVLET_HTTP_MORE = 1,   /* call again when the system has taken what is there */
    EVLET_HTTP_WAIT = 2    /* call again after evlet_http_request_resume_producer() */
};

/** Adds the next bytes of the body to `out`. */
typedef enum evlet_http_produced (*evlet_http_produce_cb)(struct evhttp_request *req,
                                                          struct evbuffer *out, void *arg);

/**
 * Have the body of a client's request made piece by piece. Called before evhttp_make_request().
 * `length`: how many bytes there will be, sent as Content-Length, to which the producer is held;
 * below 0: unknown, the body is chunked. If the reply comes before the end, the producer is
 * not called any more.
 */
EVENT2_EXPORT_SYMBOL
void evlet_http_request_set_producer(struct evhttp_request *req, ev_int64_t length,
                                     evlet_http_produce_cb produce, void *arg);

/** Have a producer called that answered EVLET_HTTP_WAIT. */
EVENT2_EXPORT_SYMBOL
void evlet_http_request_resume_producer(struct evhttp_request *req);

/*
 * ---- Limits of a server ----
 */

/** Fields that a header block or a trailer section may have, 256 at first; more is 431. */
EVENT2_EXPORT_SYMBOL
void evlet_http_set_max_header_count(struct evhttp *http, unsigned count);

/** Bytes that a request target may have, 8192 at first; more is 414. */
EVENT2_EXPORT_SYMBOL
void evlet_http_set_max_target_size(struct evhttp *http, size_t size);

/** Requests that a connection may bring, after which it is closed; 0, as at first: any number. */
EVENT2_EXPORT_SYMBOL
void evlet_http_set_max_requests(struct evhttp *http, unsigned count);

/** How many bytes of a body have to come in each span of the read timeout, 1024 at first; the end of
 *  the body does too. A peer that brings fewer is taken for one that has stopped. 0: one will do. */
EVENT2_EXPORT_SYMBOL
void evlet_http_set_min_body_progress(struct evhttp *http, size_t bytes);

/*
 * ---- The end ----
 */

/**
 * Stop a server gently: it accepts nothing any more, connections that rest are closed, and those with
 * a request in progress when they have answered it. WebSocket sessions are closed with the code 1001
 * (RFC 6455 section 7.4.1); their peers have the time of evlet_ws_set_close_timeout() to answer.
 * `done` is called from the loop when the last has gone; then the server may be freed. `grace`: after
 * this time the rest is closed too; NULL: never. -1: it is under way already, or out of memory.
 */
EVENT2_EXPORT_SYMBOL
int evlet_http_shutdown(struct evhttp *http, const struct timeval *grace,
                        void (*done)(struct evhttp *http, void *arg), void *arg);

/*
 * ---- Streams that are no accepted sockets ----
 */

/**
 * Serve the requests that come on `bev`: an end of a pair, a filter, a connection that was taken over,
 * a serial line behind either. It must be open, and be used by nothing else. It is the server's
 * from then on, which frees it when the peer has closed, or with the server. The peer has no address:
 * evhttp_connection_get_peer() tells "" and 0. It counts as a connection; above the server's limit
 * it is answered 503. -1: out of memory; `bev` is the caller's still, without callbacks.
 */
EVENT2_EXPORT_SYMBOL
int evlet_http_serve_stream(struct evhttp *http, struct bufferevent *bev);

/*
 * ---- Taking a connection over ----
 */

/**
 * Take the bufferevent of a request out of HTTP's hands, to speak another protocol on it (RFC 9110
 * section 7.8). The bufferevent is the caller's: its callbacks and timeouts are cleared, reading is
 * disabled, bytes that came behind the header block are in its input. Nothing is sent.
 *
 * A server's request: in its callback or later, before a reply; the request, unless it is owned, and
 * its connection are freed. A client's request: in its callback, with status 101, or 2xx to CONNECT;
 * the connection stays and connects anew for its next request, unless it was made with a bufferevent
 * of the caller's: then further requests fail, rather than go out in clear text.
 * NULL: anything else, or other requests are under way on the connection; nothing has changed.
 */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evlet_http_request_detach(struct evhttp_request *req);

#ifdef __cplusplus
}
#endif

#endif
