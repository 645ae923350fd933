// SPDX-License-Identifier: BSD-3-Clause
// Calls that an HTTP server answers: making and freeing an evrpc_base, what is registered there.
#include "rpc/server.h"

#include <string.h>

#include "event2/http.h"
#include "http/server.h"
#include "mem/mem.h"

namespace evlet::rpc {
namespace {

using http::PathCallback;

// Clients of libevent send no Host field: here, and nowhere else, that is no error.
bool may_lack_host(ev_uint32_t type, Text target) {
    return type == EVHTTP_REQ_POST && target.size > kPrefixSize &&
           memcmp(target.data, kPrefix, kPrefixSize) == 0;
}

// "/.rpc.NAME", for the caller to release; nullptr without memory.
char* path_of(const char* name) {
    const size_t size = strlen(name) + 1;
    auto* const path = static_cast<char*>(mem::allocate(kPrefixSize + size));
    if (path) {
        memcpy(path, kPrefix, kPrefixSize);
        memcpy(path + kPrefixSize, name, size);
    }
    return path;
}

void free_rpc(evrpc& rpc) {
    mem::release(const_cast<char*>(rpc.uri));
    mem::release(&rpc);
}

evrpc* find_rpc(const evrpc_base& base, const char* name) {
    evrpc* rpc = base.rpcs.first();
    while (rpc && strcmp(rpc->uri, name) != 0)
        rpc = rpc->next.tqe_next;
    return rpc;
}

// Takes the path away without making its text, for which there may be no memory.
void remove_path(evhttp& server, const evrpc& rpc) {
    PathCallback** link = &server.callbacks;
    while (*link && ((*link)->call != begin_call || (*link)->argument != &rpc))
        link = &(*link)->next;
    if (PathCallback* const entry = *link) {
        *link = entry->next;
        mem::release(entry);
    }
}

void unregister(evrpc_base& base, evrpc& rpc) {
    remove_path(*base.server, rpc);
    base.rpcs.remove(&rpc);
    rpc.base = nullptr;
    release_unused(base, rpc);
}

}  // namespace

void release_unused(evrpc_base& base, evrpc& rpc) {
    if (rpc.base)
        return;
    for (const evrpc_req_generic* call = base.calls.first(); call; call = call->next) {
        if (call->rpc == &rpc)
            return;
    }
    free_rpc(rpc);
}

}  // namespace evlet::rpc

using namespace evlet;
using namespace evlet::rpc;

extern "C" {

struct evrpc_base* evrpc_init(struct evhttp* server) {
    auto* const base = mem::make<evrpc_base>();
    if (!base)
        return nullptr;
    base->server = server;
    base->rpcs.reset();
    base->calls.reset();
    server->may_lack_host = may_lack_host;
    ++server->rpc_bases;
    return base;
}

void evrpc_free(struct evrpc_base* base) {
    ++base->owner.guards;
    while (evrpc* const rpc = base->rpcs.first())
        unregister(*base, *rpc);
    if (--base->server->rpc_bases == 0)
        base->server->may_lack_host = nullptr;
    base->owner.gone = true;
    while (evrpc_hook_meta* const state = base->owner.paused) {
        forget_pause(base->owner, *state);
        state->go_on(state->context, *state, EVRPC_TERMINATE);
    }
    free_hooks(base->owner);
    leave(base->owner);
}

int evrpc_register_rpc(struct evrpc_base* base, struct evrpc* rpc,
                       void (*cb)(struct evrpc_req_generic*, void*), void* cb_arg) {
    char* const path = path_of(rpc->uri);
    const bool set = path && evhttp_set_cb(base->server, path, begin_call, rpc) == 0;
    mem::release(path);
    if (!set)
        return -1;
    rpc->cb = cb;
    rpc->cb_arg = cb_arg;
    rpc->base = base;
    base->rpcs.push_back(rpc);
    return 0;
}

int evrpc_register_generic(struct evrpc_base* base, const char* name,
                           void (*callback)(struct evrpc_req_generic*, void*), void* cbarg,
                           void* (*req_new)(void*), void* req_new_arg, void (*req_free)(void*),
                           int (*req_unmarshal)(void*, struct evbuffer*), void* (*rpl_new)(void*),
                           void* rpl_new_arg, void (*rpl_free)(void*), int (*rpl_complete)(void*),
                           void (*rpl_marshal)(struct evbuffer*, void*)) {
    auto* const rpc = mem::make<evrpc>();
    char* const uri = rpc ? mem::duplicate(name) : nullptr;
    if (!uri) {
        mem::release(rpc);
        return -1;
    }
    rpc->uri = uri;
    rpc->request_new = req_new;
    rpc->request_new_arg = req_new_arg;
    rpc->request_free = req_free;
    rpc->request_unmarshal = req_unmarshal;
    rpc->reply_new = rpl_new;
    rpc->reply_new_arg = rpl_new_arg;
    rpc->reply_free = rpl_free;
    rpc->reply_complete = rpl_complete;
    rpc->reply_marshal = rpl_marshal;
    if (evrpc_register_rpc(base, rpc, callback, cbarg) == 0)
        return 0;
    free_rpc(*rpc);
    return -1;
}

int evrpc_unregister_rpc(struct evrpc_base* base, const char* name) {
    evrpc* const rpc = find_rpc(*base, name);
    if (!rpc)
        return -1;
    unregister(*base, *rpc);
    return 0;
}

}  // extern "C"
