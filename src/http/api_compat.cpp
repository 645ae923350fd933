// SPDX-License-Identifier: BSD-3-Clause
// The calls of libevent 1.x that name no base.
#include "event2/event.h"
#include "event2/event_struct.h"
#include "event2/http_compat.h"
#include "http/client.h"
#include "http/server.h"
#include "log/log.h"

using namespace evlet;
using namespace evlet::http;

namespace {

// The base that event_init() made last, or null: an event that names none gets it.
event_base* current_base() {
    event probe;
    evlet_event_assign_no_signal(
        &probe, nullptr, -1, 0, [](evutil_socket_t, short, void*) {}, nullptr);
    event_base* const base = event_get_base(&probe);
    event_debug_unassign(&probe);
    return base;
}

}  // namespace

extern "C" {

struct evhttp* evhttp_start(const char* address, ev_uint16_t port) {
    event_base* const base = current_base();
    evhttp* const server = base ? evhttp_new(base) : nullptr;
    if (server && evhttp_bind_socket(server, address, port) != 0) {
        evhttp_free(server);
        return nullptr;
    }
    return server;
}

struct evhttp_connection* evhttp_connection_new(const char* address, ev_uint16_t port) {
    return evhttp_connection_base_new(current_base(), nullptr, address, port);
}

void evhttp_connection_set_base(struct evhttp_connection* evcon, struct event_base* base) {
    if (evcon->server || as_client(*evcon).state != State::disconnected || !evcon->bev ||
        bufferevent_base_set(base, evcon->bev) != 0 || event_base_set(base, &evcon->timer) != 0)
        log::warnx("evhttp: a connection in use stays in its base");
    else
        evcon->base = base;
}

}  // extern "C"
