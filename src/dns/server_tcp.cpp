// SPDX-License-Identifier: BSD-3-Clause
// A server's port over TCP (RFC 7766): messages behind their length, any number of them on one
// connection, answered in any order.
#include <string.h>

#include "base/time.h"
#include "dns/server.h"
#include "event2/buffer.h"
#include "event2/bufferevent.h"
#include "event2/listener.h"
#include "mem/mem.h"

namespace evlet::dns {

// A connection.
struct Client {
    Client* next;
    Client** prev;
    bufferevent* bev;
    struct TcpPort* port;
    ServerRequest* requests;  // that have not been answered
    unsigned waiting;         // of these
    SocketAddress address;
    Nanos begun;  // when a part of the present message was there first, or 0
    bool reading;
    bool ended;  // the peer sends no more
    bool in_call;
    bool gone;
};

struct TcpPort {
    evdns_server_port port;  // always first
    evconnlistener* listener;
    Client* clients;
    size_t count;
    size_t most;
    size_t idle_seconds;
};

namespace {

constexpr size_t kLengthSize = 2;
// A client that asks for more without taking the answers has to wait.
constexpr unsigned kMostWaiting = 64;
constexpr size_t kMostOutput = 4 * kMostPacket;
constexpr size_t kDefaultClients = 10;
constexpr size_t kDefaultIdle = 10;
constexpr size_t kMostIdle = 24 * 3600;

TcpPort& as_tcp(evdns_server_port& port) {
    return reinterpret_cast<TcpPort&>(port);
}

void free_client(Client& client) {
    if (client.in_call) {
        client.gone = true;
        return;
    }
    TcpPort& port = *client.port;
    *client.prev = client.next;
    if (client.next)
        client.next->prev = client.prev;
    --port.count;
    for (ServerRequest* request = client.requests; request; request = request->next)
        request->client = nullptr;
    bufferevent_free(client.bev);
    mem::release(&client);
    release_port(port.port);
}

bool may_read(const Client& client) {
    return client.waiting < kMostWaiting &&
           evbuffer_get_length(bufferevent_get_output(client.bev)) < kMostOutput;
}

// Whole messages that are there; whether there was one. The client may be `gone` behind it.
bool take_messages(Client& client) {
    evbuffer* const input = bufferevent_get_input(client.bev);
    bool any = false;
    client.in_call = true;
    while (!client.gone && may_read(client)) {
        uint8_t length[kLengthSize];
        if (evbuffer_copyout(input, length, sizeof length) < static_cast<ssize_t>(sizeof length))
            break;
        const size_t size = static_cast<size_t>(length[0] << 8 | length[1]);
        if (evbuffer_get_length(input) < kLengthSize + size)
            break;
        const uint8_t* const bytes =
            evbuffer_pullup(input, static_cast<ssize_t>(kLengthSize + size));
        if (!bytes) {
            client.gone = true;
            break;
        }
        take_query(client.port->port, bytes + kLengthSize, size, client.address, &client);
        evbuffer_drain(input, kLengthSize + size);
        any = true;
    }
    client.in_call = false;
    return any;
}

// A message that has begun may take as long as a client may be idle: bytes that come one by one are
// no requests.
bool dawdles(Client& client, bool any) {
    if (any)
        client.begun = 0;
    if (!may_read(client) || evbuffer_get_length(bufferevent_get_input(client.bev)) == 0)
        return false;
    timeval time;
    (void)event_gettime_monotonic(client.port->port.base, &time);
    const Nanos now = from_timeval(time);
    if (client.begun == 0)
        client.begun = now;
    const auto idle = static_cast<Nanos>(client.port->idle_seconds) * kNanosPerSecond;
    return now - client.begun >= idle;
}

// Reads as far as it may, and ends what has come to its end.
void go_on(Client& client) {
    const bool any = take_messages(client);
    const bool answered =
        client.waiting == 0 && evbuffer_get_length(bufferevent_get_output(client.bev)) == 0;
    const bool late = dawdles(client, any);
    if (client.gone || (answered && (client.ended || late)))
        return free_client(client);
    const bool reading = !client.ended && may_read(client);
    if (reading == client.reading)
        return;
    client.reading = reading;
    if (!reading)
        bufferevent_disable(client.bev, EV_READ);
    else if (bufferevent_enable(client.bev, EV_READ) != 0)
        free_client(client);
}

void on_data(bufferevent*, void* argument) {
    go_on(*static_cast<Client*>(argument));
}

void on_event(bufferevent* bev, short what, void* argument) {
    auto& client = *static_cast<Client*>(argument);
    const bool waits = client.waiting != 0;
    if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING) && waits) {
        // It waits for us.
        if (client.reading && bufferevent_enable(bev, EV_READ) == 0)
            return;
    } else if ((what & BEV_EVENT_EOF) && !(what & BEV_EVENT_ERROR)) {
        client.ended = true;
        client.reading = false;
        return go_on(client);
    }
    free_client(client);
}

void set_timeouts(const TcpPort& port, const Client& client) {
    const timeval idle = {static_cast<time_t>(port.idle_seconds), 0};
    bufferevent_set_timeouts(client.bev, &idle, &idle);
}

void on_accept(evconnlistener*, evutil_socket_t fd, sockaddr* address, int size, void* argument) {
    auto& port = *static_cast<TcpPort*>(argument);
    auto* const client = port.count < port.most && static_cast<size_t>(size) <= sizeof(sockaddr_in6)
                             ? mem::make<Client>()
                             : nullptr;
    bufferevent* const bev =
        client ? bufferevent_socket_new(port.port.base, fd, BEV_OPT_CLOSE_ON_FREE) : nullptr;
    if (!bev) {
        mem::release(client);
        evutil_closesocket(fd);
        return;
    }
    client->bev = bev;
    client->port = &port;
    ++port.port.refs;
    memcpy(&client->address, address, static_cast<size_t>(size));
    client->address.size = static_cast<size_t>(size);
    client->next = port.clients;
    client->prev = &port.clients;
    if (client->next)
        client->next->prev = &client->next;
    port.clients = client;
    ++port.count;
    client->reading = true;
    bufferevent_setcb(bev, on_data, on_data, on_event, client);
    bufferevent_setwatermark(bev, EV_READ, 0, kLengthSize + kMostPacket);
    set_timeouts(port, *client);
    if (bufferevent_enable(bev, EV_READ | EV_WRITE) != 0)
        free_client(*client);
}

bool send(ServerRequest& request, const uint8_t* packet, size_t size) {
    const uint8_t length[kLengthSize] = {static_cast<uint8_t>(size >> 8),
                                         static_cast<uint8_t>(size)};
    evbuffer* const output = bufferevent_get_output(request.client->bev);
    if (evbuffer_expand(output, kLengthSize + size) != 0)
        return false;
    return evbuffer_add(output, length, sizeof length) == 0 &&
           evbuffer_add(output, packet, size) == 0;
}

void done(ServerRequest& request) {
    Client* const client = request.client;
    if (!client)
        return;
    *request.prev = request.next;
    if (request.next)
        request.next->prev = request.prev;
    --client->waiting;
    // What waits to be read is looked at from the loop: a program may answer one after another.
    if (!client->in_call)
        bufferevent_trigger(client->bev, EV_READ,
                            BEV_TRIG_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
}

void close(evdns_server_port& port) {
    TcpPort& tcp = as_tcp(port);
    evconnlistener_free(tcp.listener);
    Client* next;
    for (Client* client = tcp.clients; client; client = next) {
        next = client->next;
        free_client(*client);
    }
}

bool set_option(evdns_server_port& port, unsigned option, size_t value) {
    TcpPort& tcp = as_tcp(port);
    if (option == EVDNS_SOPT_TCP_MAX_CLIENTS) {
        tcp.most = value;
        return true;
    }
    if (option != EVDNS_SOPT_TCP_IDLE_TIMEOUT || value == 0 || value > kMostIdle)
        return false;
    tcp.idle_seconds = value;
    for (const Client* client = tcp.clients; client; client = client->next)
        set_timeouts(tcp, *client);
    return true;
}

constexpr Transport kTcp = {send, done, close, set_option};

}  // namespace

void link_request(Client& client, ServerRequest& request) {
    request.client = &client;
    request.next = client.requests;
    request.prev = &client.requests;
    if (request.next)
        request.next->prev = &request.next;
    client.requests = &request;
    ++client.waiting;
}

}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" struct evdns_server_port*
evdns_add_server_port_with_listener(struct event_base* base, struct evconnlistener* listener,
                                    int flags, evdns_request_callback_fn_type callback,
                                    void* user_data) {
    if (!base || !listener || flags || !callback)
        return nullptr;
    auto* const tcp = mem::make<TcpPort>();
    if (!tcp)
        return nullptr;
    tcp->port = {base, &kTcp, callback, user_data, 1, false};
    tcp->listener = listener;
    tcp->most = kDefaultClients;
    tcp->idle_seconds = kDefaultIdle;
    evconnlistener_set_cb(listener, on_accept, tcp);
    return &tcp->port;
}
