// SPDX-License-Identifier: BSD-3-Clause
// The connections of a client's calls, and which call gets one.
#include "event2/http.h"
#include "event2/http_compat.h"
#include "log/log.h"
#include "mem/mem.h"
#include "rpc/client.h"

namespace evlet::rpc {
namespace {

PoolConnection* free_place(const evrpc_pool& pool) {
    PoolConnection* place = pool.connections;
    while (place && place->user)
        place = place->next;
    return place;
}

void drop_all(CallQueue& calls) {
    while (evrpc_request_wrapper* const call = calls.first()) {
        calls.remove(call);
        drop_call(*call);
    }
}

}  // namespace

// A call may end while it begins, and its callback make another: that is for the outermost to see.
void schedule(evrpc_pool& pool) {
    if (pool.scheduling)
        return;
    pool.scheduling = true;
    ++pool.owner.guards;
    while (evrpc_request_wrapper* const call = pool.waiting.first()) {
        PoolConnection* const place = free_place(pool);
        if (!place)
            break;
        pool.waiting.remove(call);
        pool.active.push_back(call);
        place->user = call;
        call->place = place;
        begin_call(*call);
    }
    pool.scheduling = false;
    leave(pool.owner);
}

}  // namespace evlet::rpc

using namespace evlet;
using namespace evlet::rpc;

extern "C" {

struct evrpc_pool* evrpc_pool_new(struct event_base* base) {
    auto* const pool = mem::make<evrpc_pool>();
    if (!pool)
        return nullptr;
    pool->base = base;
    pool->waiting.reset();
    pool->active.reset();
    return pool;
}

void evrpc_pool_free(struct evrpc_pool* pool) {
    ++pool->owner.guards;
    pool->owner.gone = true;
    drop_all(pool->waiting);
    drop_all(pool->active);
    while (PoolConnection* const place = pool->connections) {
        pool->connections = place->next;
        evhttp_connection_free(place->connection);
        mem::release(place);
    }
    free_hooks(pool->owner);
    leave(pool->owner);
}

void evrpc_pool_add_connection(struct evrpc_pool* pool, struct evhttp_connection* evcon) {
    auto* const place = mem::make<PoolConnection>();
    if (!place) {
        log::warnx("evrpc: no memory for a connection of a pool");
        return;
    }
    place->connection = evcon;
    if (pool->base && !evhttp_connection_get_base(evcon))
        evhttp_connection_set_base(evcon, pool->base);
    if (pool->timeout > 0)
        evhttp_connection_set_timeout(evcon, pool->timeout);
    PoolConnection** link = &pool->connections;
    while (*link)
        link = &(*link)->next;
    *link = place;
    schedule(*pool);
}

void evrpc_pool_remove_connection(struct evrpc_pool* pool, struct evhttp_connection* evcon) {
    PoolConnection** link = &pool->connections;
    while (*link && (*link)->connection != evcon)
        link = &(*link)->next;
    PoolConnection* const place = *link;
    if (!place)
        return;
    *link = place->next;
    if (place->user) {
        place->user->place = nullptr;
        place->user->state.connection = nullptr;
    }
    mem::release(place);
}

void evrpc_pool_set_timeout(struct evrpc_pool* pool, int timeout_in_secs) {
    pool->timeout = timeout_in_secs > 0 ? timeout_in_secs : 0;
    for (PoolConnection* place = pool->connections; place && timeout_in_secs > 0;
         place = place->next)
        evhttp_connection_set_timeout(place->connection, timeout_in_secs);
}

}  // extern "C"
