// SPDX-License-Identifier: BSD-3-Clause
// A call of a server, from its request to its reply: begin_call(), hooks, the program's callback,
// evrpc_request_done(), hooks, the reply. Whatever fails is answered with 503, as libevent does.
#include "event2/buffer.h"
#include "event2/http.h"
#include "event2/http_struct.h"
#include "mem/mem.h"
#include "rpc/server.h"

namespace evlet::rpc {
namespace {

// The call was answered, or dropped.
void free_call(evrpc_req_generic& call) {
    evrpc& rpc = *call.rpc;
    evrpc_base& base = *call.base;
    base.calls.remove(&call);
    forget_pause(base.owner, call.state);
    if (call.request)
        rpc.request_free(call.request);
    if (call.reply)
        rpc.reply_free(call.reply);
    if (call.rpc_data)
        evbuffer_free(call.rpc_data);
    free_meta(call.state);
    release_unused(base, rpc);
    evhttp_request* const request = call.http_req;
    mem::release(&call);
    // It was answered, so that this leaves it to the server, or frees it if that has gone.
    evhttp_request_free(request);
    leave(base.owner);
}

// Makes both messages, the request as it was received.
bool make_messages(evrpc_req_generic& call) {
    const evrpc& rpc = *call.rpc;
    call.request = rpc.request_new(rpc.request_new_arg);
    if (!call.request ||
        rpc.request_unmarshal(call.request, evhttp_request_get_input_buffer(call.http_req)) != 0)
        return false;
    call.reply = rpc.reply_new(rpc.reply_new_arg);
    return call.reply != nullptr;
}

void deliver(void* context, evrpc_hook_meta&, int result) {
    auto& call = *static_cast<evrpc_req_generic*>(context);
    if (result == EVRPC_CONTINUE && !call.base->owner.gone && call.rpc->base && make_messages(call))
        call.rpc->cb(&call, call.rpc->cb_arg);
    else
        refuse_call(call);
}

void send(void* context, evrpc_hook_meta&, int result) {
    auto& call = *static_cast<evrpc_req_generic*>(context);
    evkeyvalq* const fields = evhttp_request_get_output_headers(call.http_req);
    if (result != EVRPC_CONTINUE ||
        (!evhttp_find_header(fields, "Content-Type") &&
         evhttp_add_header(fields, "Content-Type", "application/octet-stream") != 0)) {
        refuse_call(call);
        return;
    }
    evhttp_send_reply(call.http_req, HTTP_OK, "OK", call.rpc_data);
    free_call(call);
}

}  // namespace

void refuse_call(evrpc_req_generic& call) {
    evhttp_send_error(call.http_req, HTTP_SERVUNAVAIL, nullptr);
    free_call(call);
}

void begin_call(evhttp_request* request, void* argument) {
    auto& rpc = *static_cast<evrpc*>(argument);
    auto* const call = evhttp_request_get_command(request) == EVHTTP_REQ_POST
                           ? mem::make<evrpc_req_generic>()
                           : nullptr;
    if (!call) {
        evhttp_send_error(request, HTTP_SERVUNAVAIL, nullptr);
        return;
    }
    evrpc_base& base = *rpc.base;
    call->hook_meta = &call->state;
    call->rpc = &rpc;
    call->http_req = request;
    call->base = &base;
    call->state.context = call;
    call->state.request = request;
    call->state.message = evhttp_request_get_input_buffer(request);
    call->state.go_on = deliver;
    base.calls.push_back(call);
    ++base.owner.guards;
    evhttp_request_own(request);
    run_hooks(base.owner, call->state, EVRPC_INPUT);
}

}  // namespace evlet::rpc

using namespace evlet;
using namespace evlet::rpc;

extern "C" {

void evrpc_request_done(struct evrpc_req_generic* req) {
    if (req->done)
        return;  // it waits in a hook
    req->done = true;
    req->rpc_data = req->rpc->reply_complete(req->reply) == 0 ? evbuffer_new() : nullptr;
    if (!req->rpc_data || !marshal(req->rpc->reply_marshal, req->rpc_data, req->reply)) {
        refuse_call(*req);
        return;
    }
    req->state.message = req->rpc_data;
    req->state.go_on = send;
    evrpc_base& base = *req->base;
    if (base.owner.gone)
        send(req, req->state, EVRPC_CONTINUE);
    else
        run_hooks(base.owner, req->state, EVRPC_OUTPUT);
}

void* evrpc_get_request(struct evrpc_req_generic* req) {
    return req->request;
}

void* evrpc_get_reply(struct evrpc_req_generic* req) {
    return req->reply;
}

}  // extern "C"
