// SPDX-License-Identifier: BSD-3-Clause
// What is asked and said of connections of either side.
#include "http/connection.h"

using namespace evlet::http;

extern "C" {

void evhttp_connection_free(struct evhttp_connection* evcon) {
    evcon->freed_by_program = true;
    if (!evcon->life.gone)
        dispose(*evcon);
}

struct event_base* evhttp_connection_get_base(struct evhttp_connection* evcon) {
    return evcon->base;
}

struct bufferevent* evhttp_connection_get_bufferevent(struct evhttp_connection* evcon) {
    return evcon->bev;
}

struct evhttp* evhttp_connection_get_server(struct evhttp_connection* evcon) {
    return evcon->server;
}

void evhttp_connection_set_closecb(struct evhttp_connection* evcon,
                                   void (*cb)(struct evhttp_connection*, void*), void* arg) {
    evcon->on_close = cb;
    evcon->on_close_argument = arg;
}

void evhttp_connection_get_peer(struct evhttp_connection* evcon, const char** address,
                                ev_uint16_t* port) {
    if (address)
        *address = evcon->peer_address;
    if (port)
        *port = evcon->peer_port;
}

int evhttp_connection_set_flags(struct evhttp_connection* evcon, int flags) {
    constexpr int kKnown = EVHTTP_CON_REUSE_CONNECTED_ADDR | EVHTTP_CON_READ_ON_WRITE_ERROR |
                           EVHTTP_CON_LINGERING_CLOSE;
    if (flags & ~kKnown)
        return -1;
    evcon->flags = flags;
    return 0;
}

void evhttp_connection_set_read_timeout_tv(struct evhttp_connection* evcon,
                                           const struct timeval* tv) {
    evcon->read_ms = to_milliseconds(tv, kDefaultTimeoutMs);
    // The timer of a client that is connecting is about something else.
    if (evcon->timed && evcon->reading != Reading::nothing)
        arm(*evcon, evcon->read_ms);
}

void evhttp_connection_set_write_timeout_tv(struct evhttp_connection* evcon,
                                            const struct timeval* tv) {
    evcon->write_ms = to_milliseconds(tv, kDefaultTimeoutMs);
    // A client that is connecting has another one until then.
    if (evcon->bev && evcon->connected)
        apply_write_timeout(*evcon);
}

}  // extern "C"
