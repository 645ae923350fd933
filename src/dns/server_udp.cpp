// SPDX-License-Identifier: BSD-3-Clause
// A server's port over UDP.
#include <string.h>

#include "dns/server.h"
#include "dns/system.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr size_t kPacketSize = 1500;  // a query beyond that is none
constexpr int kMostPackets = 64;      // of one call: others want their turn too
constexpr unsigned kMostPending = 64;

// An answer that the socket did not take yet; the packet is behind it.
struct Pending {
    Pending* next;
    SocketAddress to;
    size_t size;
};

struct UdpPort {
    evdns_server_port port;  // always first
    event readable;
    event writable;
    evutil_socket_t fd;
    Pending* pending;
    Pending** end;
    unsigned pending_count;
    uint8_t packet[kPacketSize];
};

UdpPort& as_udp(evdns_server_port& port) {
    return reinterpret_cast<UdpPort&>(port);
}

void on_readable(evutil_socket_t, short, void* argument) {
    auto& udp = *static_cast<UdpPort*>(argument);
    ++udp.port.refs;  // a callback may close it
    for (int i = 0; i < kMostPackets && !udp.port.closed; ++i) {
        SocketAddress from;
        const ptrdiff_t got = receive_from(udp.fd, udp.packet, sizeof udp.packet, &from);
        if (got < 0) {
            // An error of one peer, such as that it has gone, is none of the socket.
            if (last_error_is_again())
                break;
            continue;
        }
        take_query(udp.port, udp.packet, static_cast<size_t>(got), from, nullptr);
    }
    release_port(udp.port);
}

void on_writable(evutil_socket_t, short, void* argument) {
    auto& udp = *static_cast<UdpPort*>(argument);
    while (Pending* const pending = udp.pending) {
        if (!send_to(udp.fd, pending + 1, pending->size, pending->to) && last_error_is_again())
            return;
        udp.pending = pending->next;
        --udp.pending_count;
        mem::release(pending);
    }
    udp.end = &udp.pending;
    event_del(&udp.writable);
}

bool keep(UdpPort& udp, const SocketAddress& to, const uint8_t* packet, size_t size) {
    auto* const pending = udp.pending_count < kMostPending
                              ? static_cast<Pending*>(mem::allocate(sizeof(Pending) + size))
                              : nullptr;
    if (!pending)
        return false;
    if (event_add(&udp.writable, nullptr) != 0) {
        mem::release(pending);
        return false;
    }
    pending->next = nullptr;
    pending->to = to;
    pending->size = size;
    memcpy(pending + 1, packet, size);
    *udp.end = pending;
    udp.end = &pending->next;
    ++udp.pending_count;
    return true;
}

bool send(ServerRequest& request, const uint8_t* packet, size_t size) {
    UdpPort& udp = as_udp(*request.port);
    if (!udp.pending && send_to(udp.fd, packet, size, request.from))
        return true;
    if (!udp.pending && !last_error_is_again())
        return false;
    return keep(udp, request.from, packet, size);
}

void done(ServerRequest&) {}

void close(evdns_server_port& port) {
    UdpPort& udp = as_udp(port);
    event_del(&udp.readable);
    event_del(&udp.writable);
    event_debug_unassign(&udp.readable);
    event_debug_unassign(&udp.writable);
    while (Pending* const pending = udp.pending) {
        udp.pending = pending->next;
        mem::release(pending);
    }
    udp.end = &udp.pending;
}

bool set_option(evdns_server_port&, unsigned, size_t) {
    return false;
}

constexpr Transport kUdp = {send, done, close, set_option};

}  // namespace
}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" struct evdns_server_port*
evdns_add_server_port_with_base(struct event_base* base, evutil_socket_t socket, int flags,
                                evdns_request_callback_fn_type callback, void* user_data) {
    if (!base || flags || !callback || socket < 0)
        return nullptr;
    auto* const udp = mem::make<UdpPort>();
    if (!udp)
        return nullptr;
    udp->port = {base, &kUdp, callback, user_data, 1, false};
    udp->fd = socket;
    udp->end = &udp->pending;
    evlet_event_assign_no_signal(&udp->readable, base, socket, EV_READ | EV_PERSIST, on_readable,
                                 udp);
    evlet_event_assign_no_signal(&udp->writable, base, socket, EV_WRITE | EV_PERSIST, on_writable,
                                 udp);
    if (event_add(&udp->readable, nullptr) != 0) {
        event_debug_unassign(&udp->readable);
        event_debug_unassign(&udp->writable);
        mem::release(udp);
        return nullptr;
    }
    return &udp->port;
}
