// SPDX-License-Identifier: BSD-3-Clause
// Stopping a server gently. Linked only where a program asks for it.
#include "event2/event.h"
#include "event2/listener.h"
#include "http/server.h"
#include "http/session.h"
#include "mem/mem.h"

namespace evlet::http {

struct Shutdown {
    event timer;  // for the grace, then for the end, which comes from the loop
    evhttp* server;
    void (*done)(evhttp*, void*);
    void* argument;
    bool idle;  // no connection is left
};

namespace {

void free_shutdown(evhttp& server) {
    Shutdown* const shutdown = server.shutdown;
    server.shutdown = nullptr;
    server.on_idle = nullptr;
    if (!shutdown)
        return;
    event_del(&shutdown->timer);
    event_debug_unassign(&shutdown->timer);
    mem::release(shutdown);
}

void on_idle(evhttp& server) {
    server.shutdown->idle = true;
    event_active(&server.shutdown->timer, EV_TIMEOUT, 1);
}

// A connection that neither reads nor answers a request.
bool is_resting(const evhttp_connection& connection) {
    return !current(connection) && connection.reading == Reading::head &&
           connection.scan.scanned == 0 && output_of(connection).length == 0;
}

void close_connections(evhttp& server, bool all) {
    evhttp_connection* connection = server.connections;
    if (connection)
        retain(*connection);
    while (connection) {
        if (!connection->life.gone && (all || is_resting(*connection)))
            dispose(*connection);  // by release()
        else if (Request* const request = current(*connection))
            request->wants_close = true;
        // What a close callback does may end others too: the next one stays in the list until then.
        evhttp_connection* const following = connection->next;
        if (following)
            retain(*following);
        release(*connection);
        connection = following;
    }
}

void on_timer(evutil_socket_t, short, void* argument) {
    const auto& shutdown = *static_cast<Shutdown*>(argument);
    evhttp& server = *shutdown.server;
    if (!shutdown.idle) {
        ++server.life.guards;
        close_connections(server, true);
        if (server.sessions)
            server.close_sessions(server, true);
        if (--server.life.guards == 0 && server.life.gone)
            destroy(server);
        return;  // on_idle() has been called
    }
    const auto done = shutdown.done;
    void* const done_argument = shutdown.argument;
    free_shutdown(server);
    if (done)
        done(&server, done_argument);
}

}  // namespace
}  // namespace evlet::http

using namespace evlet;
using namespace evlet::http;

extern "C" {

int evlet_http_shutdown(struct evhttp* http, const struct timeval* grace,
                        void (*done)(struct evhttp* http, void* arg), void* arg) {
    auto* const shutdown = http->refusing ? nullptr : mem::make<Shutdown>();
    if (!shutdown)
        return -1;
    shutdown->server = http;
    shutdown->done = done;
    shutdown->argument = arg;
    evlet_event_assign_no_signal(&shutdown->timer, http->base, -1, 0, on_timer, shutdown);
    if (grace && event_add(&shutdown->timer, grace) != 0) {
        mem::release(shutdown);
        return -1;
    }
    http->shutdown = shutdown;
    http->free_shutdown = free_shutdown;
    http->on_idle = on_idle;
    http->refusing = true;
    while (http->sockets)
        unbind(*http->sockets);
    ++http->life.guards;
    close_connections(*http, false);
    if (http->sessions)
        http->close_sessions(*http, false);
    if (http->connection_count == 0 && http->shutdown && !http->shutdown->idle)
        on_idle(*http);
    if (--http->life.guards == 0 && http->life.gone)
        destroy(*http);
    return 0;
}

}  // extern "C"
