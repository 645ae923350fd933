// SPDX-License-Identifier: BSD-3-Clause
// Bodies of requests that are handed on while they come: head callbacks, receivers, pausing. Linked
// only where a program asks for them: serving.cpp reaches them through evhttp::call_head.
#include "http/paths.h"
#include "mem/mem.h"

namespace evlet::http {
namespace {

int call_head(evhttp& server, Request& request) {
    const PathCallback* of_all = nullptr;
    const PathCallback* found = nullptr;
    for (const PathCallback* entry = server.callbacks; entry && !found; entry = entry->next) {
        if (!entry->on_head)
            continue;
        if (!*entry->path)
            of_all = entry;
        else if (path_is(request, entry->path))
            found = entry;
    }
    if (!found)
        found = of_all;
    return found ? found->on_head(&request.shown, found->argument) : 0;
}

}  // namespace
}  // namespace evlet::http

using namespace evlet;
using namespace evlet::http;

extern "C" {

int evlet_http_set_head_cb(struct evhttp* http, const char* path, evlet_http_head_cb cb,
                           void* arg) {
    if (!path)
        path = "";  // no target has it
    PathCallback** const link = find_path(*http, path, true);
    if (link && !cb) {
        PathCallback* const entry = *link;
        *link = entry->next;
        mem::release(entry);
        return 0;
    }
    PathCallback* const entry = link ? *link : cb ? add_path(*http, path) : nullptr;
    if (!entry)
        return cb ? -1 : 0;
    entry->on_head = cb;
    entry->argument = arg;
    // A request may be for a virtual host, whose callbacks are looked for by its parent.
    for (evhttp* server = http; server; server = server->parent)
        server->call_head = call_head;
    return 0;
}

int evlet_http_request_stream_body(struct evhttp_request* req, evlet_http_data_cb on_data,
                                   evlet_http_abort_cb on_abort, void* arg) {
    Request& request = as_request(*req);
    if (!req->evcon || !req->evcon->server || request.delivered)
        return -1;
    request.on_data = on_data;
    request.on_abort = on_abort;
    request.stream_argument = arg;
    return 0;
}

void evlet_http_request_pause_body(struct evhttp_request* req) {
    as_request(*req).body_paused = true;
}

void evlet_http_request_resume_body(struct evhttp_request* req) {
    Request& request = as_request(*req);
    if (!request.body_paused)
        return;
    request.body_paused = false;
    request.body_resumed = true;
    if (req->evcon && req->evcon->bev)
        bufferevent_trigger(req->evcon->bev, EV_READ,
                            BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
}

void evlet_http_request_set_max_body(struct evhttp_request* req, ev_int64_t limit) {
    as_request(*req).body_limit = limit < 0 ? kNoLimit : limit;
}

}  // extern "C"
