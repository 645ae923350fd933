/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evhttp: HTTP/1.0 and HTTP/1.1 servers and clients (RFC 9110, RFC 9112).
 *
 * Long file: the API keeps server, client, URIs and headers in one header.
 *
 * A server that answers every request:
 *
 *     static void on_request(struct evhttp_request *req, void *arg) {
 *         struct evbuffer *body = evbuffer_new();
 *         evbuffer_add_printf(body, "you asked for %s\n", evhttp_request_get_uri(req));
 *         evhttp_send_reply(req, HTTP_OK, NULL, body);
 *         evbuffer_free(body);
 *     }
 *     http = evhttp_new(base);
 *     evhttp_bind_socket(http, "0.0.0.0", 8080);
 *     evhttp_set_gencb(http, on_request, NULL);
 *
 * A client:
 *
 *     static void on_reply(struct evhttp_request *req, void *arg) {
 *         if (!req || evhttp_request_get_response_code(req) == 0)
 *             ...;                                    // no answer, see evhttp_make_request()
 *         else
 *             use(evhttp_request_get_input_buffer(req));
 *     }
 *     conn = evhttp_connection_base_new(base, NULL, "192.0.2.1", 80);
 *     req = evhttp_request_new(on_reply, NULL);
 *     evhttp_add_header(evhttp_request_get_output_headers(req), "Host", "192.0.2.1");
 *     evhttp_make_request(conn, req, EVHTTP_REQ_GET, "/");
 *
 * What is received is held to the RFCs without mercy: a message whose end is in doubt (both
 * Transfer-Encoding and Content-Length, several lengths, bare CR or LF, folded lines, a space
 * before the colon, control bytes) is refused; a server answers 4xx and closes, a client fails the
 * request with EVREQ_HTTP_INVALID_HEADER. What a program sends is held to the same: names, values,
 * reasons and targets with bytes that would change the meaning of the message are refused.
 *
 * Limits of what is received, unless changed: header block 64 KiB in 256 fields, request target
 * 8 KiB, body collected in memory 16 MiB (a body that is handed on piece by piece has no limit of
 * its own). event2/http.h changes the first and the last, evlet/http.h the others.
 *
 * Rules that hold for the whole file unless a function says otherwise:
 *  - An int result is 0 for success and -1 for failure; a failure changes nothing.
 *  - Pointers passed in may not be NULL, strings are copied.
 *  - Servers, connections and requests belong to the thread of their loop. Callbacks run there and
 *    may free any of these objects, also those they are called for.
 *  - Times are struct timeval; NULL and zero stand for the default.
 */
#ifndef EVENT2_HTTP_H_INCLUDED_
#define EVENT2_HTTP_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent;
struct evbuffer;
struct evconnlistener;
struct evdns_base;
struct event_base;
struct evkeyvalq;
struct sockaddr;

/** A server: what it listens on, its callbacks, limits and connections. */
struct evhttp;
/** A request and its reply. event2/http_struct.h shows its layout. */
struct evhttp_request;
/** A connection, of a server or to one. */
struct evhttp_connection;
/** A listening socket of a server. */
struct evhttp_bound_socket;
/** A URI in its parts. */
struct evhttp_uri;

/*
 * Status codes (RFC 9110 section 15). Any other from 100 to 999 may be sent and received.
 */
#define HTTP_CONTINUE 100
#define HTTP_SWITCH_PROTOCOLS 101
#define HTTP_PROCESSING 102
#define HTTP_EARLYHINTS 103
#define HTTP_OK 200
#define HTTP_CREATED 201
#define HTTP_ACCEPTED 202
#define HTTP_NONAUTHORITATIVE 203
#define HTTP_NOCONTENT 204
#define HTTP_MOVEPERM 301
#define HTTP_MOVETEMP 302
#define HTTP_NOTMODIFIED 304
#define HTTP_BADREQUEST 400
#define HTTP_UNAUTHORIZED 401
#define HTTP_PAYMENTREQUIRED 402
#define HTTP_FORBIDDEN 403
#define HTTP_NOTFOUND 404
#define HTTP_BADMETHOD 405
#define HTTP_ENTITYTOOLARGE 413
#define HTTP_EXPECTATIONFAILED 417
#define HTTP_INTERNAL 500
#define HTTP_NOTIMPLEMENTED 501
#define HTTP_BADGATEWAY 502
#define HTTP_SERVUNAVAIL 503

/** Methods; single bits, for sets of them. */
enum evhttp_cmd_type {
    EVHTTP_REQ_GET = 1 << 0,
    EVHTTP_REQ_POST = 1 << 1,
    EVHTTP_REQ_HEAD = 1 << 2,
    EVHTTP_REQ_PUT = 1 << 3,
    EVHTTP_REQ_DELETE = 1 << 4,
    EVHTTP_REQ_OPTIONS = 1 << 5,
    EVHTTP_REQ_TRACE = 1 << 6,
    EVHTTP_REQ_CONNECT = 1 << 7,
    EVHTTP_REQ_PATCH = 1 << 8,
    EVHTTP_REQ_PROPFIND = 1 << 9,
    EVHTTP_REQ_PROPPATCH = 1 << 10,
    EVHTTP_REQ_MKCOL = 1 << 11,
    EVHTTP_REQ_LOCK = 1 << 12,
    EVHTTP_REQ_UNLOCK = 1 << 13,
    EVHTTP_REQ_COPY = 1 << 14,
    EVHTTP_REQ_MOVE = 1 << 15,
    /* No method: it makes the type wide enough for those of evhttp_set_ext_method_cmp(). */
    EVHTTP_REQ_WIDEST_ = 1 << 30
};
/** The largest of them. The bits above are free for evhttp_set_ext_method_cmp(). */
#define EVHTTP_REQ_MAX EVHTTP_REQ_MOVE

/** What a struct evhttp_request has received. */
enum evhttp_request_kind { EVHTTP_REQUEST, EVHTTP_RESPONSE };

/** Why a request came to no good end. */
enum evhttp_request_error {
    EVREQ_HTTP_TIMEOUT,        /* a timeout passed */
    EVREQ_HTTP_EOF,            /* the peer closed before the end of the message */
    EVREQ_HTTP_INVALID_HEADER, /* the message breaks the protocol */
    EVREQ_HTTP_BUFFER_ERROR,   /* reading or writing failed, or memory ran out */
    EVREQ_HTTP_REQUEST_CANCEL, /* evhttp_cancel_request(), or its connection was freed */
    EVREQ_HTTP_DATA_TOO_LONG   /* over a limit */
};

/*
 * ---- Server ----
 */

/** A server without sockets, callbacks and connections. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp *evhttp_new(struct event_base *base);

/**
 * Free a server, its sockets, virtual hosts, and connections with their requests; WebSocket
 * sessions that began on it are closed. Requests that evhttp_request_own() has marked stay, without
 * a connection. Allowed in callbacks.
 */
EVENT2_EXPORT_SYMBOL
void evhttp_free(struct evhttp *http);

/**
 * Listen on an address, given as text or as the name of this machine, and `port`; NULL: all
 * addresses. Port 0 is one that is free (evhttp_bound_socket_get_fd()). May be called several
 * times. A name is looked up by the system, which may take time; an address never does. -1: no such
 * address, no permission, in use, or out of memory.
 */
EVENT2_EXPORT_SYMBOL
int evhttp_bind_socket(struct evhttp *http, const char *address, ev_uint16_t port);

/** The same with a handle for the calls below. NULL on failure. */
EVENT2_EXPORT_SYMBOL
struct evhttp_bound_socket *evhttp_bind_socket_with_handle(struct evhttp *http, const char *address,
                                                           ev_uint16_t port);

/** Accept on a socket that listens and is nonblocking, of any family, AF_UNIX too. It is the
 *  server's from now on, and closed with it. On failure it stays the caller's. */
EVENT2_EXPORT_SYMBOL
int evhttp_accept_socket(struct evhttp *http, evutil_socket_t fd);

/** The same with a handle. NULL on failure. */
EVENT2_EXPORT_SYMBOL
struct evhttp_bound_socket *evhttp_accept_socket_with_handle(struct evhttp *http,
                                                             evutil_socket_t fd);

/** Serve what a listener accepts; its callbacks are replaced, and it is freed with the server. NULL:
 *  out of memory, the listener stays the caller's. */
EVENT2_EXPORT_SYMBOL
struct evhttp_bound_socket *evhttp_bind_listener(struct evhttp *http,
                                                 struct evconnlistener *listener);

/** The listener of a handle. */
EVENT2_EXPORT_SYMBOL
struct evconnlistener *evhttp_bound_socket_get_listener(struct evhttp_bound_socket *bound);

typedef void evhttp_bound_socket_foreach_fn(struct evhttp_bound_socket *, void *);
/** Call `function` for every listening socket of the server. It may remove the one it is given. */
EVENT2_EXPORT_SYMBOL
void evhttp_foreach_bound_socket(struct evhttp *http, evhttp_bound_socket_foreach_fn *function,
                                 void *argument);

/** Stop listening on a socket: it is closed and the handle freed. Connections stay. */
EVENT2_EXPORT_SYMBOL
void evhttp_del_accept_socket(struct evhttp *http, struct evhttp_bound_socket *bound_socket);

/** The socket of a handle. */
EVENT2_EXPORT_SYMBOL
evutil_socket_t evhttp_bound_socket_get_fd(struct evhttp_bound_socket *bound_socket);

/** Bytes that the request line and header block of a request, or a trailer section, may have; below
 *  0: no limit. More is answered with 431, or 414 when the target is to blame. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_max_headers_size(struct evhttp *http, ev_ssize_t max_headers_size);

/** Bytes that a body may have; below 0: no limit. More is answered with 413. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_max_body_size(struct evhttp *http, ev_ssize_t max_body_size);

/** How many connections there may be; 0, as at first: any number. Those above get 503 and are
 *  closed. WebSocket sessions count. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_max_connections(struct evhttp *http, int max_connections);

/** How many connections there are. */
EVENT2_EXPORT_SYMBOL
int evhttp_get_connection_count(struct evhttp *http);

/** The Content-Type of replies that have a body and name none; at first
 *  "text/html; charset=ISO-8859-1". NULL, or what is no value of a field: none is added. The
 *  string is not copied. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_default_content_type(struct evhttp *http, const char *content_type);

/** Which methods reach callbacks, EVHTTP_REQ_* or-ed together; at first GET, POST, HEAD, PUT and
 *  DELETE. Another one is answered with 501, or with 405 if it is known. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_allowed_methods(struct evhttp *http, ev_uint32_t methods);

/** A method of the program's own. */
struct evhttp_ext_method {
    const char *method; /* its name, case-sensitive (RFC 9110 section 9.1) */
    ev_uint32_t type;   /* one bit, above EVHTTP_REQ_MAX, up to 1 << 30 */
    ev_uint16_t flags;  /* EVHTTP_METHOD_*, or 0 */
};
/** Requests with the method usually have a body: one without says "Content-Length: 0". */
#define EVHTTP_METHOD_HAS_BODY 0x0001

/** Finds a method. Either `method` is set, and the callback fills in type and flags; or `method` is
 *  NULL and `type` set, and it fills in the name and flags. 0 if it knows it, else -1. */
typedef int (*evhttp_ext_method_cb)(struct evhttp_ext_method *);

/** Set what knows the methods beside those of enum evhttp_cmd_type. NULL: nothing. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_ext_method_cmp(struct evhttp *http, evhttp_ext_method_cb cmp);

/**
 * Have requests for `path` handled by `cb`, which has to reply in time, not necessarily before it
 * returns. The path is compared with that of the target after percent-decoding, exactly.
 * -1: there is a callback for it already; -2: out of memory.
 */
EVENT2_EXPORT_SYMBOL
int evhttp_set_cb(struct evhttp *http, const char *path, void (*cb)(struct evhttp_request *, void *),
                  void *cb_arg);

/** Take the callback of a path out again. -1: there is none. */
EVENT2_EXPORT_SYMBOL
int evhttp_del_cb(struct evhttp *http, const char *path);

/** Set what handles requests for all other paths. NULL, as at first: they get 404. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_gencb(struct evhttp *http, void (*cb)(struct evhttp_request *, void *), void *arg);

/**
 * Set what makes the bufferevents of connections, for instance of the TLS kind: without a socket,
 * which is set with bufferevent_setfd(), and with BEV_OPT_CLOSE_ON_FREE. If it answers NULL a plain
 * one is made or, if it has set errno to ENOMEM, the connection is closed.
 */
EVENT2_EXPORT_SYMBOL
void evhttp_set_bevcb(struct evhttp *http, struct bufferevent *(*cb)(struct event_base *, void *),
                      void *arg);

/** The same for one listening socket, where it comes before that of the server. */
EVENT2_EXPORT_SYMBOL
void evhttp_bound_set_bevcb(struct evhttp_bound_socket *bound,
                            struct bufferevent *(*cb)(struct event_base *, void *), void *arg);

/**
 * Set what is called with each new request, when its header block has been read and before its body
 * is: the place for evhttp_request_set_chunked_cb() and its sisters, whose argument is the server
 * then. Below 0: the connection is closed.
 */
EVENT2_EXPORT_SYMBOL
void evhttp_set_newreqcb(struct evhttp *http, int (*cb)(struct evhttp_request *, void *), void *arg);

/**
 * Serve requests whose host matches `pattern` with the callbacks of another server. In the pattern
 * an asterisk stands for any characters, also none; case does not matter. The first match counts;
 * `vhost` may have virtual hosts of its own. It listens on nothing itself, and is freed with `http`.
 * -1: `vhost` has sockets, is a virtual host already or has `http` below it, or out of memory.
 */
EVENT2_EXPORT_SYMBOL
int evhttp_add_virtual_host(struct evhttp *http, const char *pattern, struct evhttp *vhost);

/** Take a virtual host out; it is the caller's again. -1: it is none of this server. */
EVENT2_EXPORT_SYMBOL
int evhttp_remove_virtual_host(struct evhttp *http, struct evhttp *vhost);

/** Another name by which this server, or virtual host, is called; no pattern. */
EVENT2_EXPORT_SYMBOL
int evhttp_add_server_alias(struct evhttp *http, const char *alias);

/** Take a name out again. -1: there is no such alias. */
EVENT2_EXPORT_SYMBOL
int evhttp_remove_server_alias(struct evhttp *http, const char *alias);

/**
 * How long a connection may rest: while it waits for a request or its parts, and while a reply waits
 * for the peer to take it. In seconds; 50 at first, below 1: the default. A request's header
 * block has to be complete within that time, and each such span has to bring a share of its body
 * (evlet/http.h), so that a peer which sends single bytes cannot hold a connection.
 */
EVENT2_EXPORT_SYMBOL
void evhttp_set_timeout(struct evhttp *http, int timeout);

/** The same with more precision. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** The time for reading alone. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_read_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** The time for writing alone. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_write_timeout_tv(struct evhttp *http, const struct timeval *tv);

/** For a request that is refused: read the rest of its body, up to the limit on bodies, before the
 *  connection is closed, so that a peer which sends before it reads sees the reply. */
#define EVHTTP_SERVER_LINGERING_CLOSE 0x0001

/** Set EVHTTP_SERVER_* flags, replacing those before. -1: unknown flags. */
EVENT2_EXPORT_SYMBOL
int evhttp_set_flags(struct evhttp *http, int flags);

/*
 * ---- Replies ----
 *
 * Each request takes one reply: evhttp_send_error(), evhttp_send_reply(), or start, chunks and
 * end. A second one is refused with a warning in the log. Fields of the program's own come from
 * evhttp_request_get_output_headers(); Date, Content-Length or Transfer-Encoding, Content-Type and
 * Connection are added where they are missing. Replies to HEAD, and those with status 1xx, 204 and
 * 304, carry no body whatever is given. If the connection has gone a reply frees the request, and
 * that is all.
 */

/** Reply with an error page, or with what the error callback makes, and close the connection.
 *  `reason` NULL: the usual one. Fields of the program are dropped. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_error(struct evhttp_request *req, int error, const char *reason);

/** Set what makes error pages: it adds the body to `buffer`, may add fields (Content-Type), and
 *  answers 0; below 0 for the built-in page. NULL: the built-in page. */
EVENT2_EXPORT_SYMBOL
void evhttp_set_errorcb(struct evhttp *http,
                        int (*cb)(struct evhttp_request *req, struct evbuffer *buffer, int error,
                                  const char *reason, void *cbarg),
                        void *cbarg);

/** Reply. `reason` NULL: the usual one for `code`, 100 to 999 (1xx is no final status: 500 is sent).
 *  The body is what the request's output buffer has, then `databuf`, which is drained, and freed by
 *  the caller; NULL: nothing more. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply(struct evhttp_request *req, int code, const char *reason,
                       struct evbuffer *databuf);

/**
 * Begin a reply whose body follows in pieces: chunked, or, to a client of HTTP/1.0, up to the end of
 * the connection, or as long as a Content-Length of the program says.
 */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_start(struct evhttp_request *req, int code, const char *reason);

/** Send a piece, which is drained. An empty one sends nothing. Bytes wait in memory until the peer
 *  takes them; use the next function to keep pace with it. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_chunk(struct evhttp_request *req, struct evbuffer *databuf);

/** The same; `cb` is called once when all that was given so far has been taken by the system, not at
 *  all if the connection ends before, or another piece or the end comes first. NULL: nothing is
 *  called. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_chunk_with_cb(struct evhttp_request *req, struct evbuffer *databuf,
                                     void (*cb)(struct evhttp_connection *, void *), void *arg);

/** End a reply that was started. The request is freed, unless it is owned. */
EVENT2_EXPORT_SYMBOL
void evhttp_send_reply_end(struct evhttp_request *req);

/*
 * ---- Requests ----
 */

/**
 * A request for evhttp_make_request(). `cb` gets the reply: its argument is the request, valid during
 * the call unless it is owned, or NULL after a failure. A request that was not made is freed with
 * evhttp_request_free(). NULL: out of memory.
 */
EVENT2_EXPORT_SYMBOL
struct evhttp_request *evhttp_request_new(void (*cb)(struct evhttp_request *, void *), void *arg);

/** Have the received body handed on as it comes, chunked or not: `cb` finds the bytes in the input
 *  buffer, from which they are drained when it returns. Its argument is that of the request. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_chunked_cb(struct evhttp_request *req,
                                   void (*cb)(struct evhttp_request *, void *));

/** Set what is called when the header block has been read, with the request's argument. Below 0: the
 *  connection is closed and the request fails with EVREQ_HTTP_EOF. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_header_cb(struct evhttp_request *req,
                                  int (*cb)(struct evhttp_request *, void *));

/** Set what is told why a request failed, with the request's argument, before the request's own
 *  callback is called with NULL. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_error_cb(struct evhttp_request *req,
                                 void (*cb)(enum evhttp_request_error, void *));

/** Set what is called when a request of a server has been answered and the system has taken the
 *  whole reply. The request is valid meanwhile. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_set_on_complete_cb(struct evhttp_request *req,
                                       void (*cb)(struct evhttp_request *, void *), void *cb_arg);

/** Free a request that the library does not hold: one never made, or owned. One that it does hold
 *  is freed when it is done with it; one of a server whose reply has not ended, at once with its
 *  connection. */
EVENT2_EXPORT_SYMBOL
void evhttp_request_free(struct evhttp_request *req);

/** Have a request stay after its callback, until evhttp_request_free(). */
EVENT2_EXPORT_SYMBOL
void evhttp_request_own(struct evhttp_request *req);

/** 1 if it is owned, else 0. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_is_owned(struct evhttp_request *req);

/** The connection of a request; NULL if it has none (any more). */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_request_get_connection(struct evhttp_request *req);

/** The request target, as it came or as it was made. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_request_get_uri(const struct evhttp_request *req);

/** The target in its parts; NULL on the client's side. */
EVENT2_EXPORT_SYMBOL
const struct evhttp_uri *evhttp_request_get_evhttp_uri(const struct evhttp_request *req);

/** The method. */
EVENT2_EXPORT_SYMBOL
enum evhttp_cmd_type evhttp_request_get_command(const struct evhttp_request *req);

/** The status code received or sent. 0: there was no answer. */
EVENT2_EXPORT_SYMBOL
int evhttp_request_get_response_code(const struct evhttp_request *req);

/** The reason phrase received or sent; NULL or empty: there was none. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_request_get_response_code_line(const struct evhttp_request *req);

/** The fields received, in their order; those of trailers are not among them. */
EVENT2_EXPORT_SYMBOL
struct evkeyvalq *evhttp_request_get_input_headers(struct evhttp_request *req);

/** The fields to be sent. */
EVENT2_EXPORT_SYMBOL
struct evkeyvalq *evhttp_request_get_output_headers(struct evhttp_request *req);

/** The body received. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *evhttp_request_get_input_buffer(struct evhttp_request *req);

/** The body to be sent, of a client's request. A server gives its to the reply. */
EVENT2_EXPORT_SYMBOL
struct evbuffer *evhttp_request_get_output_buffer(struct evhttp_request *req);

/** The host that was asked for, from an absolute target or the Host field, without the port. NULL:
 *  none. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_request_get_host(struct evhttp_request *req);

/*
 * ---- Client ----
 *
 * A connection makes its requests one after another, in the order of evhttp_make_request(), and
 * stays open for the next unless one of the sides says "Connection: close". It connects when it has
 * a request. For a connection of a server those of these calls that are about connecting, trying
 * again or making requests do nothing.
 */

/** A connection to `address`, a name or an IP address, made with a bufferevent of the caller's
 *  (its kind and options; it is freed with the connection) or, NULL, a plain one. `dnsbase`: the
 *  resolver for names; NULL: the system's, which blocks the loop. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_bufferevent_new(struct event_base *base,
                                                                 struct evdns_base *dnsbase,
                                                                 struct bufferevent *bev,
                                                                 const char *address,
                                                                 ev_uint16_t port);

/** A connection to a UNIX socket by its path. NULL: out of memory, the path is too long for the
 *  system, or the system has no such sockets. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_bufferevent_unix_new(struct event_base *base,
                                                                      struct bufferevent *bev,
                                                                      const char *path);

/** A connection over a bufferevent that is connected already. It cannot connect again by itself. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_bufferevent_reuse_new(struct event_base *base,
                                                                       struct evdns_base *dnsbase,
                                                                       struct bufferevent *bev);

/** A connection to `address` and `port` with a plain bufferevent. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evhttp_connection_base_new(struct event_base *base,
                                                     struct evdns_base *dnsbase, const char *address,
                                                     ev_uint16_t port);

/** Connect by this family only: AF_INET, AF_INET6, or AF_UNSPEC as at first. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_family(struct evhttp_connection *evcon, int family);

/*
 * Flags of connections. Or-ed together.
 */
/** When it has to connect again, use the address that it was connected to instead of looking the
 *  name up. */
#define EVHTTP_CON_REUSE_CONNECTED_ADDR 0x0008
/** When sending a request fails, read the reply that the server may have sent before it closed. */
#define EVHTTP_CON_READ_ON_WRITE_ERROR 0x0010
/** As EVHTTP_SERVER_LINGERING_CLOSE; set on connections of such a server. */
#define EVHTTP_CON_LINGERING_CLOSE 0x0020
/** The bits above are the library's. */
#define EVHTTP_CON_PUBLIC_FLAGS_END 0x100000

/** Set flags, replacing those before. -1: unknown flags. */
EVENT2_EXPORT_SYMBOL
int evhttp_connection_set_flags(struct evhttp_connection *evcon, int flags);

/** Set what knows the methods beside those of enum evhttp_cmd_type. NULL: nothing. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_ext_method_cmp(struct evhttp_connection *evcon, evhttp_ext_method_cb cmp);

/** The base of a connection. */
EVENT2_EXPORT_SYMBOL
struct event_base *evhttp_connection_get_base(struct evhttp_connection *evcon);

/** The bufferevent of a connection. It stays the connection's: to take it, see
 *  evlet_http_request_detach(). */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evhttp_connection_get_bufferevent(struct evhttp_connection *evcon);

/** The server of a connection, NULL for that of a client. */
EVENT2_EXPORT_SYMBOL
struct evhttp *evhttp_connection_get_server(struct evhttp_connection *evcon);

/** As evhttp_set_max_headers_size(), for replies; too much is EVREQ_HTTP_DATA_TOO_LONG. For a
 *  connection of a server: its requests from now on have this limit instead of the server's. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_max_headers_size(struct evhttp_connection *evcon,
                                            ev_ssize_t new_max_headers_size);

/** As evhttp_set_max_body_size(), likewise. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_max_body_size(struct evhttp_connection *evcon,
                                         ev_ssize_t new_max_body_size);

/** Close and free a connection. Its requests are freed; their callbacks are not called, except the
 *  error callback with EVREQ_HTTP_REQUEST_CANCEL for the one in progress. Allowed in callbacks. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_free(struct evhttp_connection *evcon);

/** Free the connection when its requests have been answered or failed; at once if it has none
 *  and is not in a callback. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_free_on_completion(struct evhttp_connection *evcon);

/** Connect from this IP address, given as text. NULL: any. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_local_address(struct evhttp_connection *evcon, const char *address);

/** Connect from this port. 0: any. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_local_port(struct evhttp_connection *evcon, ev_uint16_t port);

/** The time for connecting, for reading and for writing, each without progress, in seconds; at first
 *  45 for connecting and 50 for the others, which is also what below 1 sets. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_timeout(struct evhttp_connection *evcon, int timeout);

/** The same with more precision. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_timeout_tv(struct evhttp_connection *evcon, const struct timeval *tv);

/** The time for connecting alone. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_connect_timeout_tv(struct evhttp_connection *evcon,
                                              const struct timeval *tv);

/** The time for reading alone. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_read_timeout_tv(struct evhttp_connection *evcon, const struct timeval *tv);

/** The time for writing alone. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_write_timeout_tv(struct evhttp_connection *evcon,
                                            const struct timeval *tv);

/** How long to wait before the first try to connect again; 2 s at first. Each further try waits
 *  twice as long, up to an hour. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_initial_retry_tv(struct evhttp_connection *evcon,
                                            const struct timeval *tv);

/** How often to try to connect again; 0 at first, below 0: without end. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_retries(struct evhttp_connection *evcon, int retry_max);

/** Set what is called when a connection that stood is closed, by either side, and when it is
 *  freed. NULL: nothing. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_set_closecb(struct evhttp_connection *evcon,
                                   void (*cb)(struct evhttp_connection *, void *), void *arg);

/** The peer: its address as text (the name, on the client's side), valid as long as the connection,
 *  and its port. Either may be NULL. */
EVENT2_EXPORT_SYMBOL
void evhttp_connection_get_peer(struct evhttp_connection *evcon, const char **address,
                                ev_uint16_t *port);

/** The address that a client's connection is, or was last, connected to; NULL: none yet. */
EVENT2_EXPORT_SYMBOL
const struct sockaddr *evhttp_connection_get_addr(struct evhttp_connection *evcon);

/**
 * Make a request of method `type` for the target `uri`, which is sent as it is: "/path?query",
 * "http://host/path" to a proxy, "host:port" for CONNECT, "*" for OPTIONS. Host is added if it is
 * missing, Content-Length if there is a body.
 *
 * The request is the connection's from now on, and freed when its callback has returned, unless it
 * is owned. The callback is called once: with the reply; with NULL when the exchange failed, after the
 * error callback; with a request whose status code is 0 when there was no connection. Not after
 * evhttp_cancel_request() and not when the connection is freed: then the error callback is, with
 * EVREQ_HTTP_REQUEST_CANCEL, of the request in progress and of all that are owned.
 * -1: an invalid target or method, or out of memory; the request has been freed, nothing is called.
 */
EVENT2_EXPORT_SYMBOL
int evhttp_make_request(struct evhttp_connection *evcon, struct evhttp_request *req,
                        enum evhttp_cmd_type type, const char *uri);

/** Give up a request: its callback is not called, its error callback is, with
 *  EVREQ_HTTP_REQUEST_CANCEL. It is freed, unless it is owned. The one in progress takes its
 *  connection with it; the next request connects again. */
EVENT2_EXPORT_SYMBOL
void evhttp_cancel_request(struct evhttp_request *req);

/*
 * ---- Header fields ----
 *
 * Names are compared without regard to case (RFC 9110 section 5.1).
 */

/** The value of the first field with this name, or NULL. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_find_header(const struct evkeyvalq *headers, const char *key);

/** Take out the first field with this name. -1: there is none. */
EVENT2_EXPORT_SYMBOL
int evhttp_remove_header(struct evkeyvalq *headers, const char *key);

/** Add a field behind the others, also if there is one of this name. -1: the name is no token (RFC
 *  9110 section 5.6.2), the value has control bytes other than tab, or out of memory. */
EVENT2_EXPORT_SYMBOL
int evhttp_add_header(struct evkeyvalq *headers, const char *key, const char *value);

/** Take out and free all fields. */
EVENT2_EXPORT_SYMBOL
void evhttp_clear_headers(struct evkeyvalq *headers);

/*
 * ---- URIs and text (RFC 3986) ----
 *
 * Strings that are returned are freed by the caller, with free() unless memory functions were set.
 */

/** Percent-encode every byte but letters, digits and "-._~". NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
char *evhttp_encode_uri(const char *str);

/** The same for `size` bytes, below 0: up to the NUL. `space_to_plus`: spaces become "+". */
EVENT2_EXPORT_SYMBOL
char *evhttp_uriencode(const char *str, ev_ssize_t size, int space_to_plus);

/** Undo evhttp_encode_uri(); "+" becomes a space behind the first "?". An ill-formed "%" stays as it
 *  is. A NUL in the result hides what is behind: use the next function. */
EVENT2_EXPORT_SYMBOL
char *evhttp_decode_uri(const char *uri);

/** Undo percent-encoding; `decode_plus`: "+" becomes a space. The length without the NUL that ends the
 *  result goes to `size_out`, unless that is NULL. */
EVENT2_EXPORT_SYMBOL
char *evhttp_uridecode(const char *uri, int decode_plus, size_t *size_out);

/** Take the query of a URI apart into pairs, in their order: names as they are, values decoded as
 *  evhttp_uridecode() does it with `decode_plus`. `headers` need not be set up and is empty on
 *  failure. A URI without a query is an empty list; an "&" at the end begins no pair. -1: a pair has
 *  an empty name or lacks its "=", the text is no URI (evhttp_uri_parse()), or out of memory. */
EVENT2_EXPORT_SYMBOL
int evhttp_parse_query(const char *uri, struct evkeyvalq *headers);

/** The same for the query alone, as evhttp_uri_get_query() answers it, also NULL. Any bytes go. */
EVENT2_EXPORT_SYMBOL
int evhttp_parse_query_str(const char *uri, struct evkeyvalq *headers);

/** Accept pairs without "=" (the value is empty) and skip those without a name. */
#define EVHTTP_URI_QUERY_NONCONFORMANT 0x01
/** Of several pairs with one name, whatever its case, keep the last. */
#define EVHTTP_URI_QUERY_LAST_VAL 0x02

/** The same with EVHTTP_URI_QUERY_* flags. */
EVENT2_EXPORT_SYMBOL
int evhttp_parse_query_str_flags(const char *uri, struct evkeyvalq *headers, unsigned flags);

/** Replace & < > " ' by entities. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
char *evhttp_htmlescape(const char *html);

/** A URI without any part. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_uri *evhttp_uri_new(void);

/** Set EVHTTP_URI_* flags for what is set from now on. */
EVENT2_EXPORT_SYMBOL
void evhttp_uri_set_flags(struct evhttp_uri *uri, unsigned flags);

/* The parts; NULL: the URI has none. The path is never NULL, the port -1 if there is none. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_scheme(const struct evhttp_uri *uri);
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_userinfo(const struct evhttp_uri *uri);
/** An IPv6 address is in brackets, unless EVHTTP_URI_HOST_STRIP_BRACKETS was set. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_host(const struct evhttp_uri *uri);
/** The path of a URI with EVHTTP_URI_UNIX_SOCKET. */
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_unixsocket(const struct evhttp_uri *uri);
EVENT2_EXPORT_SYMBOL
int evhttp_uri_get_port(const struct evhttp_uri *uri);
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_path(const struct evhttp_uri *uri);
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_query(const struct evhttp_uri *uri);
EVENT2_EXPORT_SYMBOL
const char *evhttp_uri_get_fragment(const struct evhttp_uri *uri);

/* Set a part; NULL takes it away. -1: it is not what RFC 3986 allows there, or out of memory. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_scheme(struct evhttp_uri *uri, const char *scheme);
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_userinfo(struct evhttp_uri *uri, const char *userinfo);
/** A name, or an address, one of IPv6 in brackets. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_host(struct evhttp_uri *uri, const char *host);
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_unixsocket(struct evhttp_uri *uri, const char *unixsocket);
/** -1 to 65535; -1 takes it away. */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_port(struct evhttp_uri *uri, int port);
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_path(struct evhttp_uri *uri, const char *path);
/** Without the "?". */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_query(struct evhttp_uri *uri, const char *query);
/** Without the "#". */
EVENT2_EXPORT_SYMBOL
int evhttp_uri_set_fragment(struct evhttp_uri *uri, const char *fragment);

/** Take bytes as they come that RFC 3986 wants encoded, in path, query and fragment; all but CR and
 *  LF. */
#define EVHTTP_URI_NONCONFORMANT 0x01
/** Answer an IPv6 host without its brackets. evhttp_uri_join() puts them back. */
#define EVHTTP_URI_HOST_STRIP_BRACKETS 0x04
/** Understand "http://unix:/path/of/socket:/path": the part between the colons is that of
 *  evhttp_uri_get_unixsocket(), and there is no host. */
#define EVHTTP_URI_UNIX_SOCKET 0x08

/** A URI or a relative reference from text, with EVHTTP_URI_* flags. NULL: it is neither (RFC 3986
 *  appendix A), or out of memory. */
EVENT2_EXPORT_SYMBOL
struct evhttp_uri *evhttp_uri_parse_with_flags(const char *source_uri, unsigned flags);

/** The same without flags. */
EVENT2_EXPORT_SYMBOL
struct evhttp_uri *evhttp_uri_parse(const char *source_uri);

/** Free a URI and its parts. */
EVENT2_EXPORT_SYMBOL
void evhttp_uri_free(struct evhttp_uri *uri);

/** Write a URI into `buf` of `limit` bytes, NUL included. The answer is `buf`, or NULL: it does not
 *  fit, or the parts do not make a URI (a host with a path that does not begin with "/"). */
EVENT2_EXPORT_SYMBOL
char *evhttp_uri_join(struct evhttp_uri *uri, char *buf, size_t limit);

#ifdef __cplusplus
}
#endif

#endif
