// SPDX-License-Identifier: BSD-3-Clause
// Connecting a client, trying again, and the end of its connections.
#include <string.h>

#include "event2/buffer.h"
#include "event2/event.h"
#include "http/client.h"
#include "net/address_text.h"
#include "net/connecting.h"
#include "net/unix_address.h"

namespace evlet::http {
namespace {

constexpr uint32_t kLongestRetryMs = 3600000;

bufferevent* stream_of(Client& client) {
    evhttp_connection& connection = client.connection;
    if (!connection.bev && !client.given_stream) {
        bufferevent* const bev = bufferevent_socket_new(connection.base, -1, BEV_OPT_CLOSE_ON_FREE);
        if (bev)
            attach_stream(connection, bev);
    }
    return connection.bev;
}

// A socket bound to the local address, which the bufferevent then connects.
Status bind_socket(Client& client) {
    if (!client.local_address && !client.local_port)
        return Status::ok;
    uint8_t v4[kIpv4Size] = {};
    uint8_t v6[kIpv6Size] = {};
    const char* const local = client.local_address;
    const bool is_v6 = local ? !parse_ipv4(Text(local), v4) : client.family == AF_INET6;
    if (is_v6 && local && !parse_ipv6(Text(local), v6))
        return Status::invalid;
    const sockaddr_in in = make_ipv4(v4, client.local_port);
    const sockaddr_in6 in6 = make_ipv6(v6, 0, client.local_port);
    const auto* const address =
        is_v6 ? reinterpret_cast<const sockaddr*>(&in6) : reinterpret_cast<const sockaddr*>(&in);
    const evutil_socket_t fd = open_bound_socket(address, is_v6 ? static_cast<int>(sizeof in6)
                                                                : static_cast<int>(sizeof in));
    if (fd < 0)
        return Status::system;
    bufferevent_setfd(client.connection.bev, fd);
    return Status::ok;
}

Status start(Client& client) {
    bufferevent* const bev = client.connection.bev;
    int result;
    if (client.is_unix) {
        UnixAddress address;
        if (!make_unix_address(client.address, &address))
            return Status::invalid;
        result = bufferevent_socket_connect(bev, address.get(), address.size);
    } else if (client.peer_size && (client.connection.flags & EVHTTP_CON_REUSE_CONNECTED_ADDR)) {
        result = bufferevent_socket_connect(bev, reinterpret_cast<const sockaddr*>(&client.peer),
                                            client.peer_size);
    } else {
        result = bufferevent_socket_connect_hostname(bev, client.resolver, client.family,
                                                     client.address, client.connection.peer_port);
    }
    return result == 0 ? Status::ok : Status::system;
}

// Nobody was there: every request is told so with the status code 0.
void fail_all(Client& client) {
    evhttp_connection& connection = client.connection;
    // Callbacks may make requests, which come behind these, cancel others of these, and free the
    // connection with all of them.
    for (evhttp_request* shown = connection.requests.first(); shown; shown = shown->next.tqe_next)
        as_request(*shown).unreachable = true;
    client.in_callback = true;
    for (Request* request;
         !connection.life.gone && (request = current(connection)) && request->unreachable;) {
        evhttp_request& shown = request->shown;
        connection.requests.remove(&shown);
        shown.evcon = nullptr;
        request->unreachable = false;
        {
            const CallGuard guard(*request);
            shown.response_code = 0;
            if (shown.cb)
                shown.cb(&shown, shown.cb_arg);
        }
        let_go(*request);
    }
    client.in_callback = false;
    if (!connection.life.gone)
        go_on(client);
}

}  // namespace

Status connect(Client& client) {
    evhttp_connection& connection = client.connection;
    bufferevent* const bev = stream_of(client);
    if (!bev || failed(start_timer(connection)))
        return Status::no_memory;
    connection.peer_ended = false;
    client.write_failed = false;
    connection.served = 0;
    // The time for connecting is this connection's own, not that of writing.
    bufferevent_set_timeouts(bev, nullptr, nullptr);
    Status begun = client.address ? bind_socket(client) : Status::invalid;
    if (!failed(begun))
        begun = start(client);
    if (!failed(begun) && bufferevent_enable(bev, EV_READ | EV_WRITE) != 0)
        begun = Status::system;
    if (failed(begun)) {
        disconnect(client);
        // A callback that makes the next request must not find itself in a call of itself.
        if (failed(start_timer(connection)))
            return Status::no_memory;
    }
    client.state = State::connecting;
    arm(connection, failed(begun) ? 0 : client.connect_ms);
    return Status::ok;
}

void disconnect(Client& client) {
    evhttp_connection& connection = client.connection;
    client.state = State::disconnected;
    connection.reading = Reading::nothing;
    disarm(connection);
    event_del(&connection.timer);
    if (bufferevent* const bev = connection.bev) {
        const evutil_socket_t fd = bufferevent_getfd(bev);
        bufferevent_disable(bev, EV_READ | EV_WRITE);
        bufferevent_setfd(bev, -1);
        close_socket(fd);
        evbuffer* const output = bufferevent_get_output(bev);
        evbuffer_drain(bufferevent_get_input(bev), input_of(connection).length);
        // The front of the output is the bufferevent's, which has nothing to send it to any more.
        evbuffer_unfreeze(output, 1);
        evbuffer_drain(output, output_of(connection).length);
        evbuffer_freeze(output, 1);
    }
    tell_end(connection);
    connection.connected = connection.told = false;
}

void connecting_failed(Client& client) {
    disconnect(client);
    if (client.connection.life.gone)
        return;
    const bool again = client.most_retries < 0 || client.retries < client.most_retries;
    if (again && client.address && !failed(start_timer(client.connection))) {
        uint32_t delay = client.retry_ms;
        for (int i = 0; i < client.retries && delay < kLongestRetryMs; ++i)
            delay *= 2;
        ++client.retries;
        client.state = State::waiting;
        arm(client.connection, delay < kLongestRetryMs ? delay : kLongestRetryMs);
        return;
    }
    client.retries = 0;
    fail_all(client);
}

void go_on(Client& client) {
    evhttp_connection& connection = client.connection;
    if (client.in_callback)
        return;
    if (!current(connection)) {
        if (client.free_when_done)
            dispose(connection);
        return;
    }
    if (client.state == State::ready)
        begin_exchange(client);
    else if (client.state == State::disconnected && failed(connect(client)))
        connecting_failed(client);
}

}  // namespace evlet::http
