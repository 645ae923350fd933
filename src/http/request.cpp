// SPDX-License-Identifier: BSD-3-Clause
// The life of a request: see request.h.
#include "http/request.h"

#include "http/fields.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

void embed(evbuffer& buffer) {
    buffer.refs = 1;
    buffer.embedded = 1;
}

}  // namespace

Request* make_request(size_t extra) {
    auto* const request = static_cast<Request*>(mem::allocate(sizeof(Request) + extra));
    if (!request)
        return nullptr;
    *request = Request{};
    evhttp_request& shown = request->shown;
    reset(request->input_fields);
    reset(request->output_fields);
    embed(request->input);
    embed(request->output);
    shown.input_headers = &request->input_fields;
    shown.output_headers = &request->output_fields;
    shown.input_buffer = &request->input;
    shown.output_buffer = &request->output;
    request->body_limit = kConnectionsLimit;
    return request;
}

void release_string(const Request& request, char* text) {
    const auto* const block = reinterpret_cast<const char*>(&request);
    if (text && !(request.block_end && text > block && text < request.block_end))
        mem::release(text);
}

void set_reason(Request& request, const char* reason) {
    if (request.owns_reason)
        mem::release(request.shown.response_code_line);
    request.shown.response_code_line = mem::duplicate(reason);
    request.owns_reason = true;
}

void destroy(Request& request) {
    evhttp_request& shown = request.shown;
    clear_fields(request.input_fields);
    clear_fields(request.output_fields);
    clear_buffer(request.input);
    clear_buffer(request.output);
    release_string(request, shown.uri);
    release_string(request, shown.host_cache);
    release_string(request, shown.remote_host);
    if (request.owns_reason)
        mem::release(shown.response_code_line);
    mem::release(request.producer);
    mem::release(request.head);
    mem::release(&request);
}

void let_go(Request& request) {
    request.held = false;
    request.shown.evcon = nullptr;
    if (!(request.shown.flags & kOwned))
        dispose(request);
}

}  // namespace evlet::http
