/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Layouts that programs see of event2/rpc.h: how a call of a client has ended, and what a server
 * knows of a call. They are part of the binary interface and do not change.
 */
#ifndef EVENT2_RPC_STRUCT_H_INCLUDED_
#define EVENT2_RPC_STRUCT_H_INCLUDED_

#include <event2/rpc.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a call has ended; only for as long as its callback runs. */
struct evrpc_status {
#define EVRPC_STATUS_ERR_NONE 0        /* the reply is there */
#define EVRPC_STATUS_ERR_TIMEOUT 1     /* no reply: time has run out, or the connection failed */
#define EVRPC_STATUS_ERR_BADPAYLOAD 2  /* the reply is an error, or no complete message */
#define EVRPC_STATUS_ERR_UNSTARTED 3   /* the request was not sent: no memory, a hook, no connection */
#define EVRPC_STATUS_ERR_HOOKABORTED 4 /* a hook has refused the reply */
    int error;
    struct evhttp_request *http_req; /* the exchange, to look at its fields; NULL: there was none */
};

/** A call that a server answers. A program fills one in for evrpc_register_rpc() alone. */
struct evrpc {
    struct {
        struct evrpc *tqe_next;
        struct evrpc **tqe_prev;
    } next;
    const char *uri; /* the name, without "/.rpc." */

    /* The request: made, freed, and read; reading answers -1 for what is no message. */
    void *(*request_new)(void *);
    void *request_new_arg;
    void (*request_free)(void *);
    int (*request_unmarshal)(void *, struct evbuffer *);

    /* The reply: made, freed, whether it may be sent (-1: no), and written. */
    void *(*reply_new)(void *);
    void *reply_new_arg;
    void (*reply_free)(void *);
    int (*reply_complete)(void *);
    void (*reply_marshal)(struct evbuffer *, void *);

    void (*cb)(struct evrpc_req_generic *, void *);
    void *cb_arg;
    struct evrpc_base *base; /* NULL: unregistered */
};

#ifdef __cplusplus
}
#endif

#endif
