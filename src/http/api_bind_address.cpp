// SPDX-License-Identifier: BSD-3-Clause
// Listening on an address or name. A file of its own, so that a firmware which brings its own
// listener does not link the resolver.
#include "base/text.h"
#include "event2/listener.h"
#include "event2/util.h"
#include "http/server.h"
#include "net/address_types.h"

using namespace evlet::http;

namespace {

constexpr int kBacklog = 128;

// The first of the addresses that can be listened on.
evconnlistener* listen_on(evhttp& server, const evutil_addrinfo* list) {
    constexpr unsigned kOptions = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
    for (; list; list = list->ai_next) {
        evconnlistener* const listener =
            evconnlistener_new_bind(server.base, nullptr, nullptr, kOptions, kBacklog,
                                    list->ai_addr, static_cast<int>(list->ai_addrlen));
        if (listener)
            return listener;
    }
    return nullptr;
}

}  // namespace

extern "C" {

struct evhttp_bound_socket* evhttp_bind_socket_with_handle(struct evhttp* http, const char* address,
                                                           ev_uint16_t port) {
    const evlet::PortText service(port);
    evutil_addrinfo hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = EVUTIL_AI_PASSIVE;
    evutil_addrinfo* list = nullptr;
    if (evutil_getaddrinfo(address, service.text, &hints, &list) != 0)
        return nullptr;
    evconnlistener* const listener = listen_on(*http, list);
    evutil_freeaddrinfo(list);
    evhttp_bound_socket* const bound = listener ? bind_listener(*http, *listener) : nullptr;
    if (listener && !bound)
        evconnlistener_free(listener);
    return bound;
}

int evhttp_bind_socket(struct evhttp* http, const char* address, ev_uint16_t port) {
    return evhttp_bind_socket_with_handle(http, address, port) ? 0 : -1;
}

}  // extern "C"
