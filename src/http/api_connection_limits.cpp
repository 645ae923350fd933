// SPDX-License-Identifier: BSD-3-Clause
// Limits of what one connection receives. One of a server has those of the server until a program
// sets some for it alone.
#include "http/client.h"
#include "http/server.h"
#include "log/log.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::http;

namespace {

// The limits that are this connection's own; nullptr without memory.
Limits* own_limits(evhttp_connection& connection) {
    if (!connection.server)
        return &as_client(connection).limits;
    if (connection.limits != &connection.server->limits)
        return const_cast<Limits*>(connection.limits);
    auto* const limits = mem::make<Limits>();
    if (!limits) {
        log::warn("evhttp: a limit of a connection is not set");
        return nullptr;
    }
    *limits = connection.server->limits;
    connection.limits = limits;
    return limits;
}

}  // namespace

extern "C" {

void evhttp_connection_set_max_headers_size(struct evhttp_connection* evcon,
                                            ev_ssize_t new_max_headers_size) {
    Limits* const limits = own_limits(*evcon);
    if (!limits)
        return;
    const bool none = new_max_headers_size < 0;
    limits->head.size = none ? SIZE_MAX : static_cast<size_t>(new_max_headers_size);
    if (!evcon->server)
        limits->head.first_line = limits->head.size;
    if (evcon->bev)
        set_read_ahead(*evcon);
}

void evhttp_connection_set_max_body_size(struct evhttp_connection* evcon,
                                         ev_ssize_t new_max_body_size) {
    if (Limits* const limits = own_limits(*evcon))
        limits->body = new_max_body_size < 0 ? kNoLimit : new_max_body_size;
}

}  // extern "C"
