// SPDX-License-Identifier: BSD-3-Clause
// The life of a server. Its memory stays while it has connections, each of which holds a guard: a
// callback of one may free the server.
#include "http/server.h"

#include "http/paths.h"
#include "mem/mem.h"
#include "net/date.h"

namespace evlet::http {
namespace {

constexpr ev_uint32_t kUsualMethods =
    EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE;

evhttp_connection* one_that_lives(const evhttp& server) {
    evhttp_connection* connection = server.connections;
    while (connection && connection->life.gone)
        connection = connection->next;
    return connection;
}

}  // namespace

static_assert(sizeof(evhttp::date) == kDateLength);

void destroy(evhttp& server) {
    mem::release(&server);
}

void count_out(evhttp& server) {
    --server.connection_count;
    if (server.connection_count == 0 && server.on_idle && !server.life.gone)
        server.on_idle(server);
}

evhttp* make_server(event_base* base) {
    auto* const server = mem::make<evhttp>();
    if (!server)
        return nullptr;
    server->base = base;
    server->limits = {{kDefaultHeadSize, kDefaultTargetSize + kBesideTarget, kDefaultFieldCount},
                      kDefaultBody};
    server->least_progress = kDefaultProgress;
    server->read_ms = server->write_ms = kDefaultTimeoutMs;
    server->allowed_methods = kUsualMethods;
    server->content_type = "text/html; charset=ISO-8859-1";
    server->date_second = -1;
    return server;
}

void free_server(evhttp& server) {
    server.life.gone = true;
    ++server.life.guards;
    while (server.sockets)
        unbind(*server.sockets);
    while (evhttp_connection* const connection = one_that_lives(server)) {
        connection->freed_by_program = true;
        dispose(*connection);
    }
    if (server.sessions)
        server.close_sessions(server, true);
    if (server.free_hosts)
        server.free_hosts(server);
    if (server.free_shutdown)
        server.free_shutdown(server);
    free_paths(server);
    if (--server.life.guards == 0)
        destroy(server);
}

}  // namespace evlet::http

using namespace evlet::http;

extern "C" {

struct evhttp* evhttp_new(struct event_base* base) {
    return make_server(base);
}

void evhttp_free(struct evhttp* http) {
    if (!http->life.gone)
        free_server(*http);
}

int evhttp_get_connection_count(struct evhttp* http) {
    return http->connection_count;
}

}  // extern "C"
