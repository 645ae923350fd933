// SPDX-License-Identifier: BSD-3-Clause
// Listening sockets of a server, and connections from them.
#include <errno.h>
#include <string.h>

#include "event2/listener.h"
#include "http/server.h"
#include "mem/mem.h"
#include "net/address_text.h"
#include "net/address_types.h"

namespace evlet::http {
namespace {

// Above the limit connections are told so with a 503; so many at once, the rest is closed.
constexpr int kMostRefused = 64;

// The address as text, and the port; empty for a peer without one.
size_t describe_peer(const sockaddr* address, char (&ret_text)[kAddressTextSize],
                     uint16_t* ret_port) {
    if (address && address->sa_family == AF_INET) {
        const auto& in = *reinterpret_cast<const sockaddr_in*>(address);
        uint8_t bytes[kIpv4Size];
        memcpy(bytes, &in.sin_addr, sizeof bytes);
        *ret_port = network_order(in.sin_port);
        return write_ipv4(bytes, ret_text);
    }
    if (address && address->sa_family == AF_INET6) {
        const auto& in6 = *reinterpret_cast<const sockaddr_in6*>(address);
        uint8_t bytes[kIpv6Size];
        memcpy(bytes, &in6.sin6_addr, sizeof bytes);
        *ret_port = network_order(in6.sin6_port);
        return write_ipv6(bytes, ret_text);
    }
    *ret_port = 0;
    ret_text[0] = 0;  // a UNIX socket's peer has no name, nor has a stream that is no socket
    return 0;
}

// A bufferevent for the socket, which is its own then.
bufferevent* make_stream(const evhttp_bound_socket& bound, evutil_socket_t fd) {
    const evhttp& server = *bound.server;
    bufferevent* bev = nullptr;
    errno = 0;
    if (bound.make_stream)
        bev = bound.make_stream(server.base, bound.make_stream_argument);
    else if (server.make_stream)
        bev = server.make_stream(server.base, server.make_stream_argument);
    // One that should have been there, of TLS for instance, is not replaced by a plain one.
    if (!bev && errno == ENOMEM)
        return nullptr;
    if (!bev)
        return bufferevent_socket_new(server.base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (bufferevent_getfd(bev) == fd || bufferevent_setfd(bev, fd) == 0)
        return bev;
    // The socket stays the caller's.
    (void)bufferevent_setfd(bev, -1);
    bufferevent_free(bev);
    return nullptr;
}

// A connection of the server without a bufferevent; nullptr without memory.
evhttp_connection* make_served(evhttp& server, const sockaddr* address) {
    char text[kAddressTextSize];
    uint16_t port;
    const size_t size = describe_peer(address, text, &port);
    evhttp_connection* const connection = make_connection(server.base, server_role, size + 1);
    if (!connection)
        return nullptr;
    auto* const peer = reinterpret_cast<char*>(connection + 1);
    memcpy(peer, text, size + 1);
    connection->peer_address = peer;
    connection->peer_port = port;
    connection->server = &server;
    connection->limits = &server.limits;
    connection->read_ms = server.read_ms;
    connection->write_ms = server.write_ms;
    if (server.flags & EVHTTP_SERVER_LINGERING_CLOSE)
        connection->flags = EVHTTP_CON_LINGERING_CLOSE;
    connection->next = server.connections;
    connection->prev = &server.connections;
    if (connection->next)
        connection->next->prev = &connection->next;
    server.connections = connection;
    ++server.connection_count;
    ++server.life.guards;
    return connection;
}

// Begins to read requests. False: without memory; the bufferevent is still the caller's.
[[nodiscard]] bool serve(evhttp_connection& connection, bufferevent* bev, bool refused) {
    if (failed(start_timer(connection)))
        return false;
    attach_stream(connection, bev);
    if (bufferevent_enable(bev, EV_READ | EV_WRITE) != 0) {
        connection.bev = nullptr;
        bufferevent_setcb(bev, nullptr, nullptr, nullptr, nullptr);
        return false;
    }
    connection.connected = true;
    if (refused) {
        refuse_connection(connection);
    } else {
        connection.timed = true;
        expect_head(connection);
    }
    return true;
}

void on_accept(evconnlistener*, evutil_socket_t fd, sockaddr* address, int, void* argument) {
    const auto& bound = *static_cast<evhttp_bound_socket*>(argument);
    evhttp& server = *bound.server;
    const int most = server.most_connections;
    const bool refused = most > 0 && server.connection_count >= most;
    const bool closed = refused && server.connection_count - most >= kMostRefused;
    evhttp_connection* const connection = closed ? nullptr : make_served(server, address);
    if (!connection) {
        evutil_closesocket(fd);
        return;
    }
    const CallGuard guard(*connection);  // which keeps the server too
    bufferevent* const bev = make_stream(bound, fd);
    if (!bev)
        evutil_closesocket(fd);
    // The program may have freed the server.
    if (bev && !connection->life.gone && serve(*connection, bev, refused))
        return;
    if (bev)
        bufferevent_free(bev);
    if (!connection->life.gone)
        dispose(*connection);
}

}  // namespace

bool serve_stream(evhttp& server, bufferevent* bev) {
    const bool refused =
        server.most_connections > 0 && server.connection_count >= server.most_connections;
    evhttp_connection* const connection = make_served(server, nullptr);
    if (!connection)
        return false;
    const CallGuard guard(*connection);
    if (!serve(*connection, bev, refused)) {
        dispose(*connection);
        return false;
    }
    // What has come before is read too.
    if (!connection->life.gone && evbuffer_get_length(bufferevent_get_input(bev)) > 0)
        bufferevent_trigger(bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
    return true;
}

evhttp_bound_socket* bind_listener(evhttp& server, evconnlistener& listener) {
    auto* const bound = mem::make<evhttp_bound_socket>();
    if (!bound)
        return nullptr;
    bound->server = &server;
    bound->listener = &listener;
    bound->next = server.sockets;
    server.sockets = bound;
    evconnlistener_set_cb(&listener, on_accept, bound);
    return bound;
}

void unbind(evhttp_bound_socket& bound) {
    evhttp_bound_socket** link = &bound.server->sockets;
    while (*link != &bound)
        link = &(*link)->next;
    *link = bound.next;
    evconnlistener_free(bound.listener);
    mem::release(&bound);
}

}  // namespace evlet::http
