// SPDX-License-Identifier: BSD-3-Clause
// What is asked and said of requests.
#include "http/connection.h"

using namespace evlet::http;

extern "C" {

void evhttp_request_set_chunked_cb(struct evhttp_request* req,
                                   void (*cb)(struct evhttp_request*, void*)) {
    req->chunk_cb = cb;
}

void evhttp_request_set_header_cb(struct evhttp_request* req,
                                  int (*cb)(struct evhttp_request*, void*)) {
    req->header_cb = cb;
}

void evhttp_request_set_error_cb(struct evhttp_request* req,
                                 void (*cb)(enum evhttp_request_error, void*)) {
    req->error_cb = cb;
}

void evhttp_request_set_on_complete_cb(struct evhttp_request* req,
                                       void (*cb)(struct evhttp_request*, void*), void* cb_arg) {
    req->on_complete_cb = cb;
    req->on_complete_cb_arg = cb_arg;
}

void evhttp_request_free(struct evhttp_request* req) {
    Request& request = as_request(*req);
    req->flags &= ~kOwned;
    if (!request.held) {
        dispose(request);
    } else if (request.delivered && !request.reply_ended && req->evcon && req->evcon->server) {
        // One of a server that will never be answered to the end: nothing can follow it.
        req->evcon->freed_by_program = true;
        dispose(*req->evcon);
    }
}

void evhttp_request_own(struct evhttp_request* req) {
    req->flags |= kOwned;
}

int evhttp_request_is_owned(struct evhttp_request* req) {
    return (req->flags & kOwned) != 0;
}

struct evhttp_connection* evhttp_request_get_connection(struct evhttp_request* req) {
    return req->evcon;
}

const char* evhttp_request_get_uri(const struct evhttp_request* req) {
    return req->uri;
}

const struct evhttp_uri* evhttp_request_get_evhttp_uri(const struct evhttp_request* req) {
    return req->uri_elems;
}

enum evhttp_cmd_type evhttp_request_get_command(const struct evhttp_request* req) {
    return req->type;
}

int evhttp_request_get_response_code(const struct evhttp_request* req) {
    return req->response_code;
}

const char* evhttp_request_get_response_code_line(const struct evhttp_request* req) {
    return req->response_code_line;
}

const char* evhttp_request_get_host(struct evhttp_request* req) {
    return req->host_cache;
}

struct evkeyvalq* evhttp_request_get_input_headers(struct evhttp_request* req) {
    return req->input_headers;
}

struct evkeyvalq* evhttp_request_get_output_headers(struct evhttp_request* req) {
    return req->output_headers;
}

struct evbuffer* evhttp_request_get_input_buffer(struct evhttp_request* req) {
    return req->input_buffer;
}

struct evbuffer* evhttp_request_get_output_buffer(struct evhttp_request* req) {
    return req->output_buffer;
}

}  // extern "C"
