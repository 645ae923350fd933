// SPDX-License-Identifier: BSD-3-Clause
// The server's side of calls. Used by server.cpp and calls.cpp.
//
// A call is in the list of its base from when its request has come until it is answered. What is
// freed meanwhile: an evrpc that was unregistered stays for its calls, with `base` null; the base's
// memory stays for its calls, and answers no more. The HTTP request is owned
// (evhttp_request_own()), so that it is there whatever becomes of its connection.
#pragma once

#include "base/queue.h"
#include "event2/rpc_struct.h"
#include "rpc/hooks.h"

// Begins as EVRPC_STRUCT(name).
struct evrpc_req_generic {
    evrpc_hook_meta* hook_meta;
    void* request;
    void* reply;
    evrpc* rpc;
    evhttp_request* http_req;
    evbuffer* rpc_data;
    // Evlet's own.
    evrpc_hook_meta state;
    evrpc_base* base;
    evrpc_req_generic* next;
    evrpc_req_generic** prev;
    bool done;  // evrpc_request_done() was called
};

namespace evlet::rpc {

struct RpcLink {
    static evrpc*& next(evrpc* item) { return item->next.tqe_next; }
    static evrpc**& prev(evrpc* item) { return item->next.tqe_prev; }
};
struct CallLink {
    static evrpc_req_generic*& next(evrpc_req_generic* item) { return item->next; }
    static evrpc_req_generic**& prev(evrpc_req_generic* item) { return item->prev; }
};

// A request has come; `rpc` is what it is for.
void begin_call(evhttp_request* request, void* rpc);
// Answers it with an error and frees it.
void refuse_call(evrpc_req_generic& call);
// Nobody needs an unregistered evrpc any more, or somebody does.
void release_unused(evrpc_base& base, evrpc& rpc);

}  // namespace evlet::rpc

struct evrpc_base {
    evlet::rpc::HookOwner owner;  // always first
    evhttp* server;
    evlet::TailQueue<evrpc, evlet::rpc::RpcLink> rpcs;
    evlet::TailQueue<evrpc_req_generic, evlet::rpc::CallLink> calls;  // each has a guard
};
