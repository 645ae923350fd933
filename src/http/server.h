// SPDX-License-Identifier: BSD-3-Clause
// struct evhttp: a server. Used by the files about serving, and by the room `ws` through session.h.
//
// What not every server has is reached through function pointers that are set where it is asked for
// (virtual hosts, head callbacks, shutdown), so that a firmware which serves a page does not link
// it.
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "event2/http.h"
#include "evlet/http.h"
#include "http/connection.h"

namespace evlet::http {

// A callback of a path.
struct PathCallback {
    PathCallback* next;
    void (*call)(evhttp_request*, void*);
    void* argument;
    evlet_http_head_cb on_head;  // an entry has one of the two
    char path[1];                // with its NUL; longer than this
};

struct Alias {
    Alias* next;
    char name[1];
};

struct Session;
struct Shutdown;

using BufferEventMaker = bufferevent* (*)(event_base*, void*);

}  // namespace evlet::http

struct evhttp_bound_socket {
    evhttp_bound_socket* next;
    evhttp* server;
    evconnlistener* listener;
    evlet::http::BufferEventMaker make_stream;
    void* make_stream_argument;
};

struct evhttp {
    event_base* base;
    evhttp_bound_socket* sockets;
    evhttp_connection* connections;
    evlet::http::Session* sessions;
    void (*close_sessions)(evhttp&, bool at_once);
    evlet::http::PathCallback* callbacks;
    void (*general)(evhttp_request*, void*);
    void* general_argument;
    int (*on_request)(evhttp_request*, void*);
    void* on_request_argument;
    int (*on_error)(evhttp_request*, evbuffer*, int, const char*, void*);
    void* on_error_argument;
    evlet::http::BufferEventMaker make_stream;
    void* make_stream_argument;
    evhttp_ext_method_cb more_methods;
    const char* content_type;
    // evlet_http_set_head_cb() was used.
    int (*call_head)(evhttp&, evlet::http::Request&);
    // There are virtual hosts or aliases: the one a request is for.
    evhttp* (*find_host)(evhttp&, const char* host);
    // Frees the virtual hosts and aliases.
    void (*free_hosts)(evhttp&);
    evhttp* hosts;  // virtual hosts, by next_host
    evhttp* next_host;
    evhttp* parent;  // whose virtual host it is
    char* pattern;
    evlet::http::Alias* aliases;
    // There are RPCs, whose older clients send no Host field: which requests do without.
    bool (*may_lack_host)(ev_uint32_t type, evlet::Text target);
    unsigned rpc_bases;
    evlet::http::Shutdown* shutdown;
    void (*free_shutdown)(evhttp&);
    void (*on_idle)(evhttp&);  // tells of the last connection's end
    evlet::http::Limits limits;
    size_t least_progress;
    uint32_t read_ms;
    uint32_t write_ms;
    ev_uint32_t allowed_methods;
    unsigned most_requests;  // of a connection; 0: any number
    int most_connections;    // 0: any number
    int connection_count;    // with sessions
    int flags;
    evlet::http::Life life;
    int64_t date_second;
    char date[29];
    bool refusing : 1;  // evlet_http_shutdown() is under way
};

namespace evlet::http {

constexpr size_t kDefaultProgress = 1024;

[[nodiscard]] evhttp* make_server(event_base* base);
void free_server(evhttp& server);
// One connection or session fewer.
void count_out(evhttp& server);

// ---- accept.cpp ----

[[nodiscard]] evhttp_bound_socket* bind_listener(evhttp& server, evconnlistener& listener);
void unbind(evhttp_bound_socket& bound);
// Requests from a stream that the program has. False: without memory; the stream is still its own.
[[nodiscard]] bool serve_stream(evhttp& server, bufferevent* bev);

// ---- serving.cpp ----

extern const Role server_role;
// Answers all requests of a connection above the limit with 503.
void refuse_connection(evhttp_connection& connection);
// The reply was written to its end, or the request cannot be answered any more.
void reply_ended(evhttp_connection& connection);
// The request's body will not come to its end: tells who receives it.
void tell_abort(Request& request, evhttp_request_error why);
// The whole exchange has failed: nothing more is sent.
void give_up(evhttp_connection& connection, evhttp_request_error why);
// The server whose callbacks a request is for.
[[nodiscard]] evhttp& host_of(evhttp_connection& connection, Request& request);
// Whether the path of a request's target is `path`.
[[nodiscard]] bool path_is(const Request& request, const char* path);

// ---- refusal.cpp, reply.cpp ----

// A reply that refuses: an error page, after which the connection is closed.
void refuse(Request& request, int code, const char* reason);

// The 29 characters of the Date field.
[[nodiscard]] const char* date_of(evhttp& server);

}  // namespace evlet::http
