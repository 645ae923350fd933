/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Remote procedure calls: a client sends a message and gets one back. Messages are described in an
 * .rpc file, from which event_rpcgen.py makes C (its own text says how such a file looks); they
 * travel as tagged data (event2/tag.h) in POST requests of HTTP to "/.rpc.NAME".
 *
 * Both sides declare the call in a header, beside the generated one:
 *
 *     EVRPC_HEADER(Sum, numbers, total)        // the call Sum takes a `numbers`, gives a `total`
 *
 * A server, once it has an evhttp:
 *
 *     static void on_sum(EVRPC_STRUCT(Sum) *rpc, void *arg) {
 *         EVTAG_ASSIGN(rpc->reply, value, ...);
 *         EVRPC_REQUEST_DONE(rpc);              // now or later
 *     }
 *     base = evrpc_init(http);
 *     EVRPC_REGISTER(base, Sum, numbers, total, on_sum, arg);
 *
 * A client, with EVRPC_GENERATE(Sum, numbers, total) in one of its C files:
 *
 *     pool = evrpc_pool_new(base);
 *     evrpc_pool_add_connection(pool, evhttp_connection_base_new(base, NULL, "10.0.0.1", 8080));
 *     EVRPC_MAKE_REQUEST(Sum, pool, question, answer, on_answer, arg);
 *
 * Neither side proves who it is: what is reachable by the server's port can call it, and a message
 * is not encrypted. Limits of sizes and times are those of the evhttp and its connections; a request
 * that is too large is answered with 413, a reply that is too large ends its call.
 *
 * Messages that are read are nested at most EVRPC_MOST_DEPTH (64) deep and have at most
 * EVRPC_MOST_ELEMENTS (65536) elements in an array; more is an error. Of messages of several files
 * that are in each other, each file counts its own. Either macro may be defined when generated
 * code is compiled.
 *
 * All of this belongs to the thread of the loop. Callbacks and hooks may free what they were called
 * for: the evrpc_base or the pool, connections, and the HTTP server. A connection has to be taken
 * out of its pool (evrpc_pool_remove_connection()) before it is freed.
 */
#ifndef EVENT2_RPC_H_INCLUDED_
#define EVENT2_RPC_H_INCLUDED_

#include <stddef.h>

#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

struct evbuffer;
struct event_base;
struct evhttp;
struct evhttp_connection;
struct evhttp_request;
struct evrpc;
struct evrpc_base;
struct evrpc_hook_meta;
struct evrpc_pool;
struct evrpc_req_generic;
struct evrpc_request_wrapper;
struct evrpc_status;

/* ---- Members of messages ---- */

/** Whether a member was set: 1 or 0. */
#define EVTAG_HAS(msg, member) ((msg)->member##_set == 1)

/* event2/rpc_compat.h has those two with any number of arguments. */
#ifndef EVENT2_RPC_COMPAT_H_INCLUDED_
/** Sets a member to a value, which is copied. 0, or -1 without memory: then it is what it was. */
#define EVTAG_ASSIGN(msg, member, value) (*(msg)->base->member##_assign)((msg), (value))
/** The value of a member to `*pvalue`; text, bytes and messages stay the message's. 0, or -1 if it
 *  is not set. A message within the message that is not set is made, empty. */
#define EVTAG_GET(msg, member, pvalue) (*(msg)->base->member##_get)((msg), (pvalue))
#endif
/** The same two for bytes of any number. */
#define EVTAG_ASSIGN_WITH_LEN(msg, member, value, len)                                             \
    (*(msg)->base->member##_assign)((msg), (value), (len))
#define EVTAG_GET_WITH_LEN(msg, member, pvalue, plen)                                              \
    (*(msg)->base->member##_get)((msg), (pvalue), (plen))

/** Adds an element to an array member; a pointer to it in the array, or null without memory. */
#define EVTAG_ARRAY_ADD_VALUE(msg, member, value) (*(msg)->base->member##_add)((msg), (value))
/** The same for an array of messages: adds an empty one, and answers it. */
#define EVTAG_ARRAY_ADD(msg, member) (*(msg)->base->member##_add)(msg)
/** The element at `offset`, from 0 on, to `*pvalue`. 0, or -1 if there is none. */
#define EVTAG_ARRAY_GET(msg, member, offset, pvalue)                                               \
    (*(msg)->base->member##_get)((msg), (offset), (pvalue))
/** How many elements an array member has. */
#define EVTAG_ARRAY_LEN(msg, member) ((msg)->member##_length)

/* ---- Declaring calls ---- */

/** The type of a call on the server: the callback's first argument. */
#define EVRPC_STRUCT(rpcname) struct evrpc_req__##rpcname

/** Declares what EVRPC_GENERATE() defines, and EVRPC_STRUCT(rpcname), of which a callback uses
 *  `request`, `reply` and `http_req`. For a header, without a semicolon behind it. */
#define EVRPC_HEADER(rpcname, reqstruct, rplystruct)                                               \
    EVRPC_STRUCT(rpcname) {                                                                        \
        struct evrpc_hook_meta *hook_meta;                                                         \
        struct reqstruct *request;                                                                 \
        struct rplystruct *reply;                                                                  \
        struct evrpc *rpc;                                                                         \
        struct evhttp_request *http_req;                                                           \
        struct evbuffer *rpc_data;                                                                 \
    };                                                                                             \
    EVENT2_EXPORT_SYMBOL                                                                           \
    int evrpc_send_request_##rpcname(                                                              \
        struct evrpc_pool *, struct reqstruct *, struct rplystruct *,                              \
        void (*)(struct evrpc_status *, struct reqstruct *, struct rplystruct *, void *cbarg),     \
        void *);

/** Defines the client's function of a call, which EVRPC_MAKE_REQUEST() calls. In one C file. */
#define EVRPC_GENERATE(rpcname, reqstruct, rplystruct)                                             \
    int evrpc_send_request_##rpcname(                                                              \
        struct evrpc_pool *pool, struct reqstruct *request, struct rplystruct *reply,              \
        void (*cb)(struct evrpc_status *, struct reqstruct *, struct rplystruct *, void *cbarg),   \
        void *cbarg) {                                                                             \
        return evrpc_send_request_generic(                                                         \
            pool, request, reply, (void (*)(struct evrpc_status *, void *, void *, void *))cb,     \
            cbarg, #rpcname, (void (*)(struct evbuffer *, void *))reqstruct##_marshal,             \
            (void (*)(void *))rplystruct##_clear,                                                  \
            (int (*)(void *, struct evbuffer *))rplystruct##_unmarshal);                           \
    }

/* ---- Servers ---- */

/** Calls that an HTTP server answers; it has to outlive them. From now on the server takes POST
 *  requests to targets that begin with "/.rpc." without a Host field, which clients of libevent do
 *  not send. NULL without memory. */
EVENT2_EXPORT_SYMBOL
struct evrpc_base *evrpc_init(struct evhttp *server);

/** Ends it: all calls are unregistered, those that hooks have paused are answered with 503. Calls
 *  whose callback was called can be answered still, without hooks. Before evhttp_free(). */
EVENT2_EXPORT_SYMBOL
void evrpc_free(struct evrpc_base *base);

/** Has `callback(EVRPC_STRUCT(name) *, cbarg)` called with each message that comes for `name`. What
 *  is no complete message, and what finds no memory, is answered with 503 instead. 0, or -1 if the
 *  name is taken or there is no memory. */
#define EVRPC_REGISTER(base, name, request, reply, callback, cbarg)                                \
    evrpc_register_generic(                                                                        \
        base, #name, (void (*)(struct evrpc_req_generic *, void *))callback, cbarg,                \
        (void *(*)(void *))request##_new_with_arg, NULL, (void (*)(void *))request##_free,         \
        (int (*)(void *, struct evbuffer *))request##_unmarshal,                                   \
        (void *(*)(void *))reply##_new_with_arg, NULL, (void (*)(void *))reply##_free,             \
        (int (*)(void *))reply##_complete,                                                         \
        (void (*)(struct evbuffer *, void *))reply##_marshal)

/** The function behind EVRPC_REGISTER(). The name and the arguments of the two functions that make
 *  messages may be anything; what they return as null is "no memory". */
EVENT2_EXPORT_SYMBOL
int evrpc_register_generic(struct evrpc_base *base, const char *name,
                           void (*callback)(struct evrpc_req_generic *, void *), void *cbarg,
                           void *(*req_new)(void *), void *req_new_arg, void (*req_free)(void *),
                           int (*req_unmarshal)(void *, struct evbuffer *),
                           void *(*rpl_new)(void *), void *rpl_new_arg, void (*rpl_free)(void *),
                           int (*rpl_complete)(void *),
                           void (*rpl_marshal)(struct evbuffer *, void *));

/** The same with a struct evrpc (event2/rpc_struct.h) that the program has filled but for `next`,
 *  `cb`, `cb_arg` and `base`. If this succeeds, the structure and its `uri`, the name, are Evlet's;
 *  both have to come from malloc(), or the function given to event_set_mem_functions(). */
EVENT2_EXPORT_SYMBOL
int evrpc_register_rpc(struct evrpc_base *base, struct evrpc *rpc,
                       void (*cb)(struct evrpc_req_generic *, void *), void *cb_arg);

/** Takes a call away: 0, or -1 if there is none. What a callback was called with can still be
 *  answered; what a hook has paused before that is refused. */
#define EVRPC_UNREGISTER(base, name) evrpc_unregister_rpc((base), #name)
EVENT2_EXPORT_SYMBOL
int evrpc_unregister_rpc(struct evrpc_base *base, const char *name);

/** The HTTP request behind a call; to look at, not to reply to. */
#define EVRPC_REQUEST_HTTP(rpc_req) (rpc_req)->http_req

/** Sends the reply, and frees the call with both its messages: after this it is gone. A reply that
 *  is not complete makes it a 503. To be called once for each call, also if the client has left. */
#define EVRPC_REQUEST_DONE(rpc_req)                                                                \
    do {                                                                                           \
        struct evrpc_req_generic *req_ = (struct evrpc_req_generic *)(rpc_req);                    \
        evrpc_request_done(req_);                                                                  \
    } while (0)
EVENT2_EXPORT_SYMBOL
void evrpc_request_done(struct evrpc_req_generic *req);

/** The messages of a call, for callbacks that do not know its type. */
EVENT2_EXPORT_SYMBOL
void *evrpc_get_request(struct evrpc_req_generic *req);
EVENT2_EXPORT_SYMBOL
void *evrpc_get_reply(struct evrpc_req_generic *req);

/* ---- Clients ---- */

/** Connections to one server over which calls go, one at a time on each. NULL without memory.
 *  `base` may be NULL: then timeouts run on the base of the connection. */
EVENT2_EXPORT_SYMBOL
struct evrpc_pool *evrpc_pool_new(struct event_base *base);

/** Frees it and its connections. Calls that have not ended are dropped: their callbacks are not
 *  called any more. */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_free(struct evrpc_pool *pool);

/** Gives a connection to the pool, a new one on which nobody else makes requests. It gets the
 *  pool's base, if it has none, and the pool's timeout, if that is set. Without memory it is not
 *  taken, which is logged. */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_add_connection(struct evrpc_pool *pool, struct evhttp_connection *evcon);

/** Gives it back: it is the caller's to free. A call that waits for its reply goes on; a call that
 *  is paused before it was sent cannot be sent any more (EVRPC_STATUS_ERR_UNSTARTED). */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_remove_connection(struct evrpc_pool *pool, struct evhttp_connection *evcon);

/** How long a call may take, in seconds, from when it got a connection until its reply is there;
 *  then it ends with EVRPC_STATUS_ERR_TIMEOUT. Also the timeout of all connections of the pool.
 *  0: connections have theirs, and calls none. For calls that begin from now on. */
EVENT2_EXPORT_SYMBOL
void evrpc_pool_set_timeout(struct evrpc_pool *pool, int timeout_in_secs);

/** Calls `name`, as soon as a connection is free, and then `cb(status, request, reply, cbarg)`,
 *  once; that may be before this returns. Both messages stay the caller's, and have to be there
 *  until then. A request that `req_marshal` finds no memory for, which is an empty one with errno
 *  ENOMEM, ends with EVRPC_STATUS_ERR_UNSTARTED. `reply` is complete if status->error is EVRPC_STATUS_ERR_NONE, empty otherwise. 0, or
 *  -1 without memory: then `cb` is not called. */
#define EVRPC_MAKE_REQUEST(name, pool, request, reply, cb, cbarg)                                  \
    evrpc_send_request_##name((pool), (request), (reply), (cb), (cbarg))

/** The function behind it. */
EVENT2_EXPORT_SYMBOL
int evrpc_send_request_generic(struct evrpc_pool *pool, void *request, void *reply,
                               void (*cb)(struct evrpc_status *, void *, void *, void *),
                               void *cb_arg, const char *rpcname,
                               void (*req_marshal)(struct evbuffer *, void *),
                               void (*rpl_clear)(void *),
                               int (*rpl_unmarshal)(void *, struct evbuffer *));

/** The same in two steps. The first makes a context, or NULL without memory. evrpc_make_request()
 *  takes it, and frees it when the call has ended; it always answers 0. */
#define EVRPC_MAKE_CTX(rpcname, reqstruct, rplystruct, pool, request, reply, cb, cbarg)            \
    evrpc_make_request_ctx(pool, request, reply, #rpcname,                                         \
                           (void (*)(struct evbuffer *, void *))reqstruct##_marshal,               \
                           (void (*)(void *))rplystruct##_clear,                                   \
                           (int (*)(void *, struct evbuffer *))rplystruct##_unmarshal,             \
                           (void (*)(struct evrpc_status *, void *, void *, void *))cb, cbarg)
EVENT2_EXPORT_SYMBOL
struct evrpc_request_wrapper *
evrpc_make_request_ctx(struct evrpc_pool *pool, void *request, void *reply, const char *rpcname,
                       void (*req_marshal)(struct evbuffer *, void *), void (*rpl_clear)(void *),
                       int (*rpl_unmarshal)(void *, struct evbuffer *),
                       void (*cb)(struct evrpc_status *, void *, void *, void *), void *cbarg);
EVENT2_EXPORT_SYMBOL
int evrpc_make_request(struct evrpc_request_wrapper *ctx);

/** What a context has, to be changed between the two steps. */
EVENT2_EXPORT_SYMBOL
struct evrpc_pool *evrpc_request_get_pool(struct evrpc_request_wrapper *ctx);
EVENT2_EXPORT_SYMBOL
void evrpc_request_set_pool(struct evrpc_request_wrapper *ctx, struct evrpc_pool *pool);
EVENT2_EXPORT_SYMBOL
void evrpc_request_set_cb(struct evrpc_request_wrapper *ctx,
                          void (*cb)(struct evrpc_status *, void *request, void *reply, void *arg),
                          void *cb_arg);

/* ---- Hooks ---- */

/** When a hook is called: with what has come (a server's requests, a client's replies), or with
 *  what is about to leave. */
enum EVRPC_HOOK_TYPE {
    EVRPC_INPUT,
    EVRPC_OUTPUT
};

#ifndef _WIN32
#define INPUT EVRPC_INPUT
#define OUTPUT EVRPC_OUTPUT
#endif

/** What a hook answers. */
enum EVRPC_HOOK_RESULT {
    EVRPC_TERMINATE = -1, /* ends the call: a server replies 503, a client is told
                             EVRPC_STATUS_ERR_HOOKABORTED for a reply and
                             EVRPC_STATUS_ERR_UNSTARTED for a request */
    EVRPC_CONTINUE = 0,   /* goes on with the next hook */
    EVRPC_PAUSE = 1       /* waits for evrpc_resume_request() */
};

/** Adds a hook behind those that an evrpc_base or evrpc_pool, `vbase`, has. `cb(ctx, request,
 *  message, cb_arg)`: the call, its HTTP request, and the message as bytes, which it may change. A
 *  handle, or NULL without memory. */
EVENT2_EXPORT_SYMBOL
void *evrpc_add_hook(void *vbase, enum EVRPC_HOOK_TYPE hook_type,
                     int (*cb)(void *ctx, struct evhttp_request *, struct evbuffer *, void *),
                     void *cb_arg);

/** Removes it, also from within a hook. 1, or 0 if there is no such hook. */
EVENT2_EXPORT_SYMBOL
int evrpc_remove_hook(void *vbase, enum EVRPC_HOOK_TYPE hook_type, void *handle);

/** Goes on with a call that a hook has paused, as if the hook had answered `res`. 0, or -1 if it is
 *  not paused (any more). */
EVENT2_EXPORT_SYMBOL
int evrpc_resume_request(void *vbase, void *ctx, enum EVRPC_HOOK_RESULT res);

/** Keeps a copy of data with a call, for later hooks, up to its end; a key that is there already
 *  hides the one before. Without memory it is not kept, which is logged. */
EVENT2_EXPORT_SYMBOL
void evrpc_hook_add_meta(void *ctx, const char *key, const void *data, size_t data_size);

/** Finds it: 0 and the copy, which stays the call's, or -1. */
EVENT2_EXPORT_SYMBOL
int evrpc_hook_find_meta(void *ctx, const char *key, void **data, size_t *data_size);

/** The connection of a call, or NULL if it has gone. */
EVENT2_EXPORT_SYMBOL
struct evhttp_connection *evrpc_hook_get_connection(void *ctx);

#ifdef __cplusplus
}
#endif

#endif
