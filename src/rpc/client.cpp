// SPDX-License-Identifier: BSD-3-Clause
// A call of a client, from its connection to its callback.
#include "rpc/client.h"

#include <string.h>

#include "event2/event.h"
#include "event2/http.h"
#include "event2/http_struct.h"
#include "mem/mem.h"

namespace evlet::rpc {
namespace {

void release_connection(evrpc_request_wrapper& call) {
    if (call.place)
        call.place->user = nullptr;
    call.place = nullptr;
    call.state.connection = nullptr;
}

void stop_timer(evrpc_request_wrapper& call) {
    if (call.timed) {
        event_del(&call.timer);
        event_debug_unassign(&call.timer);
    }
    call.timed = false;
}

// Whatever state the exchange is in, nothing more is heard of it. The close callback of its
// connection may be called, and free the pool.
void drop_exchange(evrpc_request_wrapper& call) {
    evhttp_request* const request = call.http_req;
    call.http_req = nullptr;
    call.state.request = nullptr;
    if (!request)
        return;
    evhttp_request_set_error_cb(request, nullptr);
    // One that is failing right now cannot be cancelled any more.
    request->cb = nullptr;
    evhttp_cancel_request(request);
    evhttp_request_free(request);
}

void free_call(evrpc_request_wrapper& call) {
    if (call.state.busy) {
        call.state.dropped = true;
        return;
    }
    free_meta(call.state);
    mem::release(&call);
}

// Lets go of all but the call's own memory, and of the exchange.
void detach(evrpc_request_wrapper& call) {
    call.ended = true;
    stop_timer(call);
    release_connection(call);
    forget_pause(call.pool->owner, call.state);
}

void end_call(evrpc_request_wrapper& call, int error) {
    evrpc_pool& pool = *call.pool;
    ++pool.owner.guards;
    ++call.state.busy;
    pool.active.remove(&call);
    detach(call);
    // One that has not been answered must not go on while the program looks at what there was.
    if (error == EVRPC_STATUS_ERR_TIMEOUT || error == EVRPC_STATUS_ERR_UNSTARTED)
        drop_exchange(call);
    if (!pool.owner.gone) {
        evrpc_status status = {error, call.http_req};
        if (error != EVRPC_STATUS_ERR_NONE)
            call.reply_clear(call.reply);
        call.cb(&status, call.request, call.reply, call.cb_arg);
    }
    --call.state.busy;
    drop_exchange(call);
    free_call(call);
    if (!pool.owner.gone)
        schedule(pool);
    leave(pool.owner);
}

// ---- The reply ----

int read_reply(evrpc_request_wrapper& call, int hooks) {
    if (hooks != EVRPC_CONTINUE)
        return EVRPC_STATUS_ERR_HOOKABORTED;
    evbuffer* const body = evhttp_request_get_input_buffer(call.http_req);
    if (evhttp_request_get_response_code(call.http_req) == HTTP_OK &&
        call.reply_unmarshal(call.reply, body) == 0)
        return EVRPC_STATUS_ERR_NONE;
    return EVRPC_STATUS_ERR_BADPAYLOAD;
}

void on_reply_hooks(void* context, evrpc_hook_meta&, int result) {
    auto& call = *static_cast<evrpc_request_wrapper*>(context);
    if (call.ended) {
        free_call(call);
        return;
    }
    end_call(call, read_reply(call, result));
}

void on_reply(evhttp_request* request, void* argument) {
    auto& call = *static_cast<evrpc_request_wrapper*>(argument);
    // Without a connection there is no code.
    if (!request || evhttp_request_get_response_code(request) == 0) {
        end_call(call, EVRPC_STATUS_ERR_TIMEOUT);
        return;
    }
    evrpc_pool& pool = *call.pool;
    ++pool.owner.guards;
    stop_timer(call);
    release_connection(call);
    call.state.message = evhttp_request_get_input_buffer(request);
    call.state.go_on = on_reply_hooks;
    run_hooks(pool.owner, call.state, EVRPC_INPUT);
    // For calls that wait while this one is paused.
    if (!pool.owner.gone)
        schedule(pool);
    leave(pool.owner);
}

// The program has freed the connection, which takes the exchange with it. Other errors come to
// on_reply() too.
void on_error(evhttp_request_error error, void* argument) {
    if (error != EVREQ_HTTP_REQUEST_CANCEL)
        return;
    auto& call = *static_cast<evrpc_request_wrapper*>(argument);
    evhttp_request_free(call.http_req);
    call.http_req = nullptr;
    call.state.request = nullptr;
    end_call(call, EVRPC_STATUS_ERR_TIMEOUT);
}

// ---- The request ----

void on_timeout(evutil_socket_t, short, void* argument) {
    end_call(*static_cast<evrpc_request_wrapper*>(argument), EVRPC_STATUS_ERR_TIMEOUT);
}

bool start_timer(evrpc_request_wrapper& call) {
    if (call.pool->timeout <= 0)
        return true;
    event_base* const base =
        call.pool->base ? call.pool->base : evhttp_connection_get_base(call.place->connection);
    const timeval delay = {call.pool->timeout, 0};
    call.timed = event_assign(&call.timer, base, -1, 0, on_timeout, &call) == 0;
    return call.timed && event_add(&call.timer, &delay) == 0;
}

// Afterwards the call may have ended.
void send(evrpc_request_wrapper& call) {
    evhttp_connection* const connection = call.place->connection;
    // From now on that of the exchange counts, which knows when it has gone.
    call.state.connection = nullptr;
    ++call.state.busy;
    const int made = evhttp_make_request(connection, call.http_req, EVHTTP_REQ_POST, call.path);
    --call.state.busy;
    if (call.ended) {
        free_call(call);
    } else if (made != 0) {
        // The exchange went with it.
        call.http_req = nullptr;
        call.state.request = nullptr;
        end_call(call, EVRPC_STATUS_ERR_UNSTARTED);
    }
}

void on_request_hooks(void* context, evrpc_hook_meta&, int result) {
    auto& call = *static_cast<evrpc_request_wrapper*>(context);
    if (call.ended)
        free_call(call);
    else if (result == EVRPC_CONTINUE && call.place)
        send(call);
    else
        end_call(call, EVRPC_STATUS_ERR_UNSTARTED);
}

bool prepare(evrpc_request_wrapper& call) {
    evhttp_request* const request = evhttp_request_new(on_reply, &call);
    if (!request)
        return false;
    evhttp_request_own(request);
    evhttp_request_set_error_cb(request, on_error);
    call.http_req = request;
    call.state.request = request;
    call.state.message = evhttp_request_get_output_buffer(request);
    call.state.go_on = on_request_hooks;
    call.state.connection = call.place->connection;
    return marshal(call.request_marshal, call.state.message, call.request) && start_timer(call);
}

}  // namespace

void begin_call(evrpc_request_wrapper& call) {
    if (prepare(call))
        run_hooks(call.pool->owner, call.state, EVRPC_OUTPUT);
    else
        end_call(call, EVRPC_STATUS_ERR_UNSTARTED);
}

void drop_call(evrpc_request_wrapper& call) {
    detach(call);
    drop_exchange(call);
    free_call(call);
}

}  // namespace evlet::rpc

using namespace evlet;
using namespace evlet::rpc;

extern "C" {

struct evrpc_request_wrapper*
evrpc_make_request_ctx(struct evrpc_pool* pool, void* request, void* reply, const char* rpcname,
                       void (*req_marshal)(struct evbuffer*, void*), void (*rpl_clear)(void*),
                       int (*rpl_unmarshal)(void*, struct evbuffer*),
                       void (*cb)(struct evrpc_status*, void*, void*, void*), void* cbarg) {
    const size_t name_size = strlen(rpcname);
    auto* const call = static_cast<evrpc_request_wrapper*>(
        mem::allocate_zeroed(sizeof(evrpc_request_wrapper) + kPrefixSize + name_size));
    if (!call)
        return nullptr;
    call->hook_meta = &call->state;
    call->state.context = call;
    call->pool = pool;
    call->request = request;
    call->reply = reply;
    call->cb = cb;
    call->cb_arg = cbarg;
    call->request_marshal = req_marshal;
    call->reply_clear = rpl_clear;
    call->reply_unmarshal = rpl_unmarshal;
    memcpy(call->path, kPrefix, kPrefixSize);
    memcpy(call->path + kPrefixSize, rpcname, name_size + 1);
    return call;
}

int evrpc_make_request(struct evrpc_request_wrapper* ctx) {
    evrpc_pool& pool = *ctx->pool;
    pool.waiting.push_back(ctx);
    schedule(pool);
    return 0;
}

int evrpc_send_request_generic(struct evrpc_pool* pool, void* request, void* reply,
                               void (*cb)(struct evrpc_status*, void*, void*, void*), void* cb_arg,
                               const char* rpcname, void (*req_marshal)(struct evbuffer*, void*),
                               void (*rpl_clear)(void*),
                               int (*rpl_unmarshal)(void*, struct evbuffer*)) {
    evrpc_request_wrapper* const call = evrpc_make_request_ctx(
        pool, request, reply, rpcname, req_marshal, rpl_clear, rpl_unmarshal, cb, cb_arg);
    return call ? evrpc_make_request(call) : -1;
}

struct evrpc_pool* evrpc_request_get_pool(struct evrpc_request_wrapper* ctx) {
    return ctx->pool;
}

void evrpc_request_set_pool(struct evrpc_request_wrapper* ctx, struct evrpc_pool* pool) {
    ctx->pool = pool;
}

void evrpc_request_set_cb(struct evrpc_request_wrapper* ctx,
                          void (*cb)(struct evrpc_status*, void*, void*, void*), void* cb_arg) {
    ctx->cb = cb;
    ctx->cb_arg = cb_arg;
}

}  // extern "C"
