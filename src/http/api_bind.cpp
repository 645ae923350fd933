// SPDX-License-Identifier: BSD-3-Clause
// What a server listens on: shells over accept.cpp.
#include "event2/listener.h"
#include "event2/util.h"
#include "evlet/http.h"
#include "http/server.h"
#include "net/listener.h"

using namespace evlet::http;

extern "C" {

int evhttp_accept_socket(struct evhttp* http, evutil_socket_t fd) {
    return evhttp_accept_socket_with_handle(http, fd) ? 0 : -1;
}

struct evhttp_bound_socket* evhttp_accept_socket_with_handle(struct evhttp* http,
                                                             evutil_socket_t fd) {
    // The socket is still the caller's if anything fails.
    evconnlistener* const listener =
        evconnlistener_new(http->base, nullptr, nullptr, LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    evhttp_bound_socket* const bound = listener ? bind_listener(*http, *listener) : nullptr;
    if (bound)
        listener->close_on_free = true;
    else if (listener)
        evconnlistener_free(listener);
    return bound;
}

struct evhttp_bound_socket* evhttp_bind_listener(struct evhttp* http,
                                                 struct evconnlistener* listener) {
    return bind_listener(*http, *listener);
}

struct evconnlistener* evhttp_bound_socket_get_listener(struct evhttp_bound_socket* bound) {
    return bound->listener;
}

evutil_socket_t evhttp_bound_socket_get_fd(struct evhttp_bound_socket* bound_socket) {
    return evconnlistener_get_fd(bound_socket->listener);
}

void evhttp_foreach_bound_socket(struct evhttp* http, evhttp_bound_socket_foreach_fn* function,
                                 void* argument) {
    evhttp_bound_socket* bound = http->sockets;
    while (bound) {
        evhttp_bound_socket* const next = bound->next;
        function(bound, argument);
        bound = next;
    }
}

void evhttp_del_accept_socket(struct evhttp*, struct evhttp_bound_socket* bound_socket) {
    unbind(*bound_socket);
}

void evhttp_bound_set_bevcb(struct evhttp_bound_socket* bound,
                            struct bufferevent* (*cb)(struct event_base*, void*), void* arg) {
    bound->make_stream = cb;
    bound->make_stream_argument = arg;
}

int evlet_http_serve_stream(struct evhttp* http, struct bufferevent* bev) {
    return serve_stream(*http, bev) ? 0 : -1;
}

}  // extern "C"
