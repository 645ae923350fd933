// SPDX-License-Identifier: BSD-3-Clause
// The client's side of calls. Used by client.cpp and pool.cpp.
//
// A call is in one of its pool's two lists from evrpc_make_request() on: `waiting` for a
// connection, or `active`. A connection has one call at a time, from when that begins until its
// reply is there; a call that hooks have paused with its reply has none any more. end_call() is the
// one way out: it tells the program and frees the call. The HTTP request is owned
// (evhttp_request_own()), so that it is there whatever becomes of the connection.
//
// What the program may free while it is called: the pool stays for its guards, the call while it is
// `busy`.
#pragma once

#include "base/queue.h"
#include "event2/event_struct.h"
#include "event2/rpc_struct.h"
#include "rpc/hooks.h"

namespace evlet::rpc {

struct PoolConnection {
    PoolConnection* next;
    evhttp_connection* connection;
    evrpc_request_wrapper* user;  // null: free
};

struct WrapperLink {
    static evrpc_request_wrapper*& next(evrpc_request_wrapper* item);
    static evrpc_request_wrapper**& prev(evrpc_request_wrapper* item);
};
using CallQueue = TailQueue<evrpc_request_wrapper, WrapperLink>;

}  // namespace evlet::rpc

struct evrpc_request_wrapper {
    evrpc_hook_meta* hook_meta;  // always first
    evrpc_hook_meta state;
    evrpc_request_wrapper* next;
    evrpc_request_wrapper** prev;
    evrpc_pool* pool;
    evlet::rpc::PoolConnection* place;  // null: it has no connection, or that left the pool
    evhttp_request* http_req;
    event timer;
    void* request;
    void* reply;
    void (*cb)(evrpc_status*, void*, void*, void*);
    void* cb_arg;
    void (*request_marshal)(evbuffer*, void*);
    void (*reply_clear)(void*);
    int (*reply_unmarshal)(void*, evbuffer*);
    bool timed;  // the timer is set up
    bool ended;
    char path[1];  // with its NUL; longer than this
};

struct evrpc_pool {
    evlet::rpc::HookOwner owner;  // always first
    event_base* base;             // or null
    evlet::rpc::PoolConnection* connections;
    evlet::rpc::CallQueue waiting;
    evlet::rpc::CallQueue active;
    int timeout;  // in seconds; 0: none
    bool scheduling;
};

namespace evlet::rpc {

inline evrpc_request_wrapper*& WrapperLink::next(evrpc_request_wrapper* item) {
    return item->next;
}
inline evrpc_request_wrapper**& WrapperLink::prev(evrpc_request_wrapper* item) {
    return item->prev;
}

// ---- client.cpp ----

// A call that has become active, with its connection.
void begin_call(evrpc_request_wrapper& call);
// The pool lets go of a call that is in no list any more: the program is not told.
void drop_call(evrpc_request_wrapper& call);

// ---- pool.cpp ----

// Begins calls as long as there are some that wait and connections that are free.
void schedule(evrpc_pool& pool);

}  // namespace evlet::rpc
