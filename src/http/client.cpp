// SPDX-License-Identifier: BSD-3-Clause
// Making connections of a client, and requests on them.
#include "http/client.h"

#include <string.h>

#include "event2/event.h"
#include "event2/util.h"
#include "http/methods.h"
#include "mem/mem.h"
#include "net/unix_address.h"

namespace evlet::http {
namespace {

// Bytes of a target that would end it or the line (RFC 9112 section 3.2).
bool is_target(const char* text) {
    if (!*text)
        return false;
    for (; *text; ++text) {
        const auto c = static_cast<unsigned char>(*text);
        if (c <= ' ' || c >= 0x7f)
            return false;
    }
    return true;
}

struct Setup {
    event_base* base;
    evdns_base* resolver;
    bufferevent* bev;     // or null
    const char* address;  // or null
    uint16_t port;
};

// The bufferevent is the connection's only if this succeeds.
Client* make_client(const Setup& setup) {
    char* const address = setup.address ? mem::duplicate(setup.address) : nullptr;
    if (setup.address && !address)
        return nullptr;
    evhttp_connection* const connection =
        make_connection(setup.base, client_role, sizeof(Client) - sizeof(evhttp_connection));
    bufferevent* const bev = connection && !setup.bev
                                 ? bufferevent_socket_new(setup.base, -1, BEV_OPT_CLOSE_ON_FREE)
                                 : setup.bev;
    if (!bev || !connection) {
        if (connection)
            event_debug_unassign(&connection->timer);
        mem::release(connection);
        mem::release(address);
        return nullptr;
    }
    Client& client = as_client(*connection);
    client.resolver = setup.resolver;
    client.address = address;
    client.limits = {{kDefaultHeadSize, kDefaultHeadSize, kDefaultFieldCount}, kDefaultBody};
    client.given_stream = setup.bev != nullptr;
    client.family = AF_UNSPEC;
    client.connect_ms = kDefaultConnectMs;
    client.retry_ms = kDefaultRetryMs;
    connection->limits = &client.limits;
    connection->peer_address = address;
    connection->peer_port = setup.port;
    attach_stream(*connection, bev);
    return &client;
}

evhttp_connection* shown(Client* client) {
    return client ? &client->connection : nullptr;
}

// What the request needs of its own before it is queued.
bool prepare(const Client& client, Request& request, evhttp_cmd_type type, const char* uri) {
    evhttp_request& shown = request.shown;
    if (!is_target(uri) ||
        find_method(static_cast<ev_uint32_t>(type), client.more_methods).name.empty())
        return false;
    char* const target = mem::duplicate(uri);
    char* const host = target && client.address ? mem::duplicate(client.address) : nullptr;
    if (!target || (client.address && !host)) {
        mem::release(target);
        return false;
    }
    release_string(request, shown.uri);
    release_string(request, shown.remote_host);
    shown.uri = target;
    shown.remote_host = host;
    shown.remote_port = client.connection.peer_port;
    shown.kind = EVHTTP_REQUEST;
    shown.type = type;
    shown.major = shown.minor = 1;
    request.is_head = type == EVHTTP_REQ_HEAD;
    return true;
}

void withdraw(evhttp_connection& connection, Request& request) {
    connection.requests.remove(&request.shown);
    request.held = false;
    request.shown.flags &= ~kOwned;
    let_go(request);
}

}  // namespace
}  // namespace evlet::http

using namespace evlet;
using namespace evlet::http;

extern "C" {

struct evhttp_connection* evhttp_connection_base_bufferevent_new(struct event_base* base,
                                                                 struct evdns_base* dnsbase,
                                                                 struct bufferevent* bev,
                                                                 const char* address,
                                                                 ev_uint16_t port) {
    return shown(make_client({base, dnsbase, bev, address, port}));
}

struct evhttp_connection* evhttp_connection_base_new(struct event_base* base,
                                                     struct evdns_base* dnsbase,
                                                     const char* address, ev_uint16_t port) {
    return shown(make_client({base, dnsbase, nullptr, address, port}));
}

struct evhttp_connection* evhttp_connection_base_bufferevent_unix_new(struct event_base* base,
                                                                      struct bufferevent* bev,
                                                                      const char* path) {
    UnixAddress address;
    if (!make_unix_address(path, &address))
        return nullptr;
    Client* const client = make_client({base, nullptr, bev, path, 0});
    if (client)
        client->is_unix = true;
    return shown(client);
}

struct evhttp_connection* evhttp_connection_base_bufferevent_reuse_new(struct event_base* base,
                                                                       struct evdns_base* dnsbase,
                                                                       struct bufferevent* bev) {
    Client* const client = make_client({base, dnsbase, bev, nullptr, 0});
    if (!client)
        return nullptr;
    client->state = State::ready;
    client->connection.connected = true;
    bufferevent_enable(bev, EV_READ | EV_WRITE);
    return &client->connection;
}

struct evhttp_request* evhttp_request_new(void (*cb)(struct evhttp_request*, void*), void* arg) {
    Request* const request = make_request(0);
    if (!request)
        return nullptr;
    request->shown.cb = cb;
    request->shown.cb_arg = arg;
    return &request->shown;
}

int evhttp_make_request(struct evhttp_connection* evcon, struct evhttp_request* req,
                        enum evhttp_cmd_type type, const char* uri) {
    Client& client = as_client(*evcon);
    Request& request = as_request(*req);
    const CallGuard guard(*evcon);
    if (evcon->server || evcon->life.gone || request.held || !prepare(client, request, type, uri)) {
        if (!request.held)
            dispose(request);
        return -1;
    }
    request.held = true;
    req->evcon = evcon;
    evcon->requests.push_back(req);
    if (client.in_callback || current(*evcon) != &request)
        return 0;
    if (client.state == State::ready) {
        begin_exchange(client);
    } else if (client.state == State::disconnected && failed(connect(client))) {
        withdraw(*evcon, request);
        return -1;
    }
    return 0;
}

void evhttp_cancel_request(struct evhttp_request* req) {
    Request& request = as_request(*req);
    evhttp_connection* const connection = req->evcon;
    if (!connection) {
        if (!request.held && !(req->flags & kOwned))
            dispose(request);
        return;
    }
    // One that has been answered goes when its callback returns.
    if (connection->server || request.delivered)
        return;
    Client& client = as_client(*connection);
    const CallGuard guard(*connection);
    if (current(*connection) == &request && client.state == State::exchanging) {
        fail_exchange(client, EVREQ_HTTP_REQUEST_CANCEL);
        return;
    }
    connection->requests.remove(req);
    req->evcon = nullptr;
    if (req->error_cb) {
        const CallGuard request_guard(request);
        req->error_cb(EVREQ_HTTP_REQUEST_CANCEL, req->cb_arg);
    }
    let_go(request);
    if (connection->life.gone || current(*connection))
        return;
    if (client.state == State::connecting || client.state == State::waiting)
        disconnect(client);  // for nobody
    if (!connection->life.gone)
        go_on(client);
}

void evhttp_connection_free_on_completion(struct evhttp_connection* evcon) {
    if (evcon->server)
        return;  // whose it is
    Client& client = as_client(*evcon);
    client.free_when_done = true;
    const CallGuard guard(*evcon);
    go_on(client);
}

}  // extern "C"
