// SPDX-License-Identifier: BSD-3-Clause
// Questions and answers over UDP. The socket is connected, so that the system takes no packet from
// anybody else and tells when nobody listens there. Its port is a random one, and another after
// some questions: who wants to forge an answer has to guess it along with the id (RFC 5452).
#include "dns/base.h"
#include "dns/system.h"
#include "mem/mem.h"

namespace evlet::dns {
namespace {

constexpr unsigned kQuestionsOfPort = 256;
constexpr int kTriesForPort = 8;
constexpr uint16_t kFirstPort = 1024;
// Of one call: others want their turn too.
constexpr int kMostPackets = 64;

SocketAddress local_of(const Nameserver& server) {
    const SocketAddress& given = server.base->options.local;
    if (given.size && given.generic.sa_family == server.address.generic.sa_family)
        return given;
    SocketAddress any;
    if (server.address.generic.sa_family == AF_INET) {
        const uint8_t none[kIpv4Size] = {};
        any.ipv4 = make_ipv4(none, 0);
        any.size = sizeof any.ipv4;
    } else {
        const uint8_t none[kIpv6Size] = {};
        any.ipv6 = make_ipv6(none, 0, 0);
        any.size = sizeof any.ipv6;
    }
    return any;
}

uint16_t& port_of(SocketAddress& address) {
    return address.generic.sa_family == AF_INET ? address.ipv4.sin_port : address.ipv6.sin6_port;
}

// A port may be taken, or be forbidden; in the end the system has to find one.
bool bind_somewhere(evdns_base& base, evutil_socket_t fd, SocketAddress local) {
    if (port_of(local))
        return bind_socket(fd, local);
    for (int i = 0; i < kTriesForPort; ++i) {
        const uint16_t port = random_u16(base);
        port_of(local) = network_order(port);
        if (port >= kFirstPort && bind_socket(fd, local))
            return true;
    }
    port_of(local) = 0;
    return bind_socket(fd, local);
}

bool make_room(evdns_base& base) {
    const size_t size = base.options.udp_size;
    if (base.packet_size >= size)
        return true;
    auto* const packet = static_cast<uint8_t*>(mem::allocate(size));
    if (!packet)
        return base.packet_size != 0;
    mem::release(base.packet);
    base.packet = packet;
    base.packet_size = size;
    return true;
}

void on_readable(evutil_socket_t, short, void* argument) {
    auto& server = *static_cast<Nameserver*>(argument);
    evdns_base& base = *server.base;
    const Work work(base);
    for (int i = 0; i < kMostPackets; ++i) {
        const ptrdiff_t got = receive_bytes(server.fd, base.packet, base.packet_size);
        if (got < 0) {
            if (!last_error_is_again())
                nameserver_failed(server);
            break;
        }
        // An empty packet is one that is not an answer, not an end.
        take_packet(server, base.packet, static_cast<size_t>(got), false);
        if (server.in_flight == 0)
            break;
    }
    pump(base);
}

void on_writable(evutil_socket_t, short, void* argument) {
    auto& server = *static_cast<Nameserver*>(argument);
    const Work work(*server.base);
    server.blocked = false;
    pump(*server.base);
}

}  // namespace

Opened open_udp(Nameserver& server) {
    evdns_base& base = *server.base;
    if (!make_room(base))
        return Opened::failed;
    const Options& options = base.options;
    const evutil_socket_t fd = open_datagram_socket(server.address.generic.sa_family,
                                                    options.receive_buffer, options.send_buffer);
    if (fd < 0)
        return Opened::failed;
    const bool bound = bind_somewhere(base, fd, local_of(server));
    if (!bound || !connect_socket(fd, server.address)) {
        close_socket(fd);
        return bound ? Opened::unreachable : Opened::failed;
    }
    server.fd = fd;
    server.asked = 0;
    server.blocked = false;
    evlet_event_assign_no_signal(&server.readable, base.base, fd, EV_READ | EV_PERSIST, on_readable,
                                 &server);
    evlet_event_assign_no_signal(&server.writable, base.base, fd, EV_WRITE, on_writable, &server);
    return Opened::yes;
}

void close_udp(Nameserver& server) {
    if (server.fd < 0)
        return;
    event_del(&server.readable);
    event_del(&server.writable);
    event_debug_unassign(&server.readable);
    event_debug_unassign(&server.writable);
    close_socket(server.fd);
    server.fd = -1;
    server.watched = false;
}

void watch(Nameserver& server) {
    const bool wanted = server.fd >= 0 && (server.in_flight || !server.base->sleepy);
    if (wanted == server.watched)
        return;
    // Another thread may be here, and the callback wait for the mutex that it has.
    if (!wanted)
        event_del_noblock(&server.readable);
    else if (event_add(&server.readable, nullptr) != 0)
        return;
    server.watched = wanted;
}

Sent send_udp(Nameserver& server, const evdns_request& request) {
    evdns_base& base = *server.base;
    // Only this request counts already.
    if (server.asked >= kQuestionsOfPort && server.in_flight == 1)
        close_udp(server);
    if (server.fd < 0 && open_udp(server) != Opened::yes)
        return Sent::failed;
    watch(server);
    if (server.blocked)
        return Sent::later;
    // The option may have grown; an answer of more than there is room for is not asked for.
    (void)make_room(base);
    const size_t most = base.packet_size;
    const uint16_t udp_size = base.options.udp_size;
    uint8_t packet[kMostQuery];
    const size_t size =
        write_query(request, most < udp_size ? static_cast<uint16_t>(most) : udp_size, packet);
    ++server.asked;
    if (send_datagram(server.fd, packet, size))
        return Sent::yes;
    if (!last_error_is_again())
        return Sent::failed;
    if (event_add(&server.writable, nullptr) != 0)
        return Sent::failed;
    server.blocked = true;
    return Sent::later;
}

}  // namespace evlet::dns
