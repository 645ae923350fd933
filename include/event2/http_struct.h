/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout of struct evhttp_request, for programs that look into it. New programs ask with
 * evhttp_request_get_input_headers() and its sisters.
 *
 * The layout is part of the binary interface: field names, offsets and sizes do not change. A
 * program may READ fields from the request's thread; it never makes, copies or embeds the
 * structure, since the library keeps more behind it, and does not write fields.
 */
#ifndef EVENT2_HTTP_STRUCT_H_INCLUDED_
#define EVENT2_HTTP_STRUCT_H_INCLUDED_

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;

/** One request and its reply. See the top of this file for what a program may do with it. */
struct evhttp_request {
    struct {
        struct evhttp_request *tqe_next;
        struct evhttp_request **tqe_prev;
    } next;
    struct evhttp_connection *evcon; /* NULL: it belongs to no connection (any more) */
    int flags;                       /* the library's */
    struct evkeyvalq *input_headers; /* received */
    struct evkeyvalq *output_headers; /* to be sent */
    char *remote_host;                /* the peer's address as text, or NULL */
    ev_uint16_t remote_port;
    char *host_cache;             /* what evhttp_request_get_host() has found, or NULL */
    enum evhttp_request_kind kind; /* which side of the exchange was received */
    enum evhttp_cmd_type type;     /* the method */
    size_t headers_size;           /* of the header block received, in bytes */
    size_t body_size;              /* of the body received so far, in bytes */
    char *uri;                     /* the request target as it was sent */
    struct evhttp_uri *uri_elems;  /* the same taken apart; NULL on the client's side */
    char major;                    /* of the HTTP version received */
    char minor;
    int response_code;        /* received, or sent; 0: none yet */
    char *response_code_line; /* the reason phrase, or NULL */
    struct evbuffer *input_buffer; /* the body received */
    ev_int64_t ntoread;            /* bytes of the body, or of the chunk, still to come; -1: unknown */
    unsigned chunked : 1;          /* the body comes, or is sent, in chunks */
    unsigned userdone : 1;         /* the program has replied */
    struct evbuffer *output_buffer; /* the body to be sent */
    void (*cb)(struct evhttp_request *, void *);
    void *cb_arg;
    void (*chunk_cb)(struct evhttp_request *, void *);
    int (*header_cb)(struct evhttp_request *, void *);
    void (*error_cb)(enum evhttp_request_error, void *);
    void (*on_complete_cb)(struct evhttp_request *, void *);
    void *on_complete_cb_arg;
};

#ifdef __cplusplus
}
#endif

#endif
