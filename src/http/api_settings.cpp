// SPDX-License-Identifier: BSD-3-Clause
// What a program sets about a server. Nothing here reaches code of its own, so that it may stay
// together.
#include "http/fields.h"
#include "http/server.h"

using namespace evlet::http;

namespace {

template <class T>
T limit_or_none(ev_int64_t limit, T none) {
    return limit < 0 ? none : static_cast<T>(limit);
}

}  // namespace

extern "C" {

void evhttp_set_max_headers_size(struct evhttp* http, ev_ssize_t max_headers_size) {
    http->limits.head.size = limit_or_none<size_t>(max_headers_size, SIZE_MAX);
}

void evhttp_set_max_body_size(struct evhttp* http, ev_ssize_t max_body_size) {
    http->limits.body = limit_or_none<int64_t>(max_body_size, kNoLimit);
}

void evhttp_set_max_connections(struct evhttp* http, int max_connections) {
    http->most_connections = max_connections;
}

void evhttp_set_default_content_type(struct evhttp* http, const char* content_type) {
    http->content_type =
        content_type && is_field_value(evlet::Text(content_type)) ? content_type : nullptr;
}

void evhttp_set_allowed_methods(struct evhttp* http, ev_uint32_t methods) {
    http->allowed_methods = methods;
}

void evhttp_set_ext_method_cmp(struct evhttp* http, evhttp_ext_method_cb cmp) {
    http->more_methods = cmp;
}

void evhttp_set_bevcb(struct evhttp* http, struct bufferevent* (*cb)(struct event_base*, void*),
                      void* arg) {
    http->make_stream = cb;
    http->make_stream_argument = arg;
}

void evhttp_set_newreqcb(struct evhttp* http, int (*cb)(struct evhttp_request*, void*), void* arg) {
    http->on_request = cb;
    http->on_request_argument = arg;
}

void evhttp_set_errorcb(struct evhttp* http,
                        int (*cb)(struct evhttp_request* req, struct evbuffer* buffer, int error,
                                  const char* reason, void* cbarg),
                        void* cbarg) {
    http->on_error = cb;
    http->on_error_argument = cbarg;
}

void evhttp_set_read_timeout_tv(struct evhttp* http, const struct timeval* tv) {
    http->read_ms = to_milliseconds(tv, kDefaultTimeoutMs);
}

void evhttp_set_write_timeout_tv(struct evhttp* http, const struct timeval* tv) {
    http->write_ms = to_milliseconds(tv, kDefaultTimeoutMs);
}

void evhttp_set_timeout_tv(struct evhttp* http, const struct timeval* tv) {
    evhttp_set_read_timeout_tv(http, tv);
    evhttp_set_write_timeout_tv(http, tv);
}

void evhttp_set_timeout(struct evhttp* http, int timeout) {
    const timeval tv = {timeout, 0};
    evhttp_set_timeout_tv(http, &tv);
}

int evhttp_set_flags(struct evhttp* http, int flags) {
    if (flags & ~EVHTTP_SERVER_LINGERING_CLOSE)
        return -1;
    http->flags = flags;
    return 0;
}

void evlet_http_set_max_header_count(struct evhttp* http, unsigned count) {
    http->limits.head.count = count;
}

void evlet_http_set_max_target_size(struct evhttp* http, size_t size) {
    http->limits.head.first_line =
        size < SIZE_MAX - kBesideTarget ? size + kBesideTarget : SIZE_MAX;
}

void evlet_http_set_max_requests(struct evhttp* http, unsigned count) {
    http->most_requests = count;
}

void evlet_http_set_min_body_progress(struct evhttp* http, size_t bytes) {
    http->least_progress = bytes ? bytes : 1;
}

}  // extern "C"
