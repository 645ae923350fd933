// SPDX-License-Identifier: BSD-3-Clause
// Questions and answers over TCP (RFC 7766): one connection to a nameserver for all, made when it
// is needed and closed when it has been idle. A message goes behind its length of two bytes.
#include <string.h>

#include "dns/base.h"
#include "dns/system.h"
#include "log/log.h"
#include "mem/mem.h"

namespace evlet::dns {

// Blocks are kept as long as the connection.
struct Stream {
    Nameserver* server;
    event readable;
    event writable;
    event idle;
    uint8_t* out;  // out_size bytes that wait, of which out_sent have been sent
    size_t out_size, out_sent, out_room;
    uint8_t* in;  // in_size bytes that have come
    size_t in_size, in_room;
    evutil_socket_t fd;
    bool connected;
    bool heard;  // something, since a question was last left unanswered
};

namespace {

constexpr size_t kLengthSize = 2;
constexpr size_t kFirstRoom = 512;

[[nodiscard]] bool make_room(uint8_t*& block, size_t& room, size_t wanted) {
    if (room >= wanted)
        return true;
    size_t larger = room ? room : kFirstRoom;
    while (larger < wanted)
        larger *= 2;
    auto* const moved = static_cast<uint8_t*>(mem::resize(block, larger, 1));
    if (!moved)
        return false;
    block = moved;
    room = larger;
    return true;
}

bool is_over(const evdns_request& request, const Nameserver& server) {
    return request.server == &server && request.tcp;
}

// Questions under way have to be asked again: of somebody else, or over a new connection.
void fail(Stream& stream) {
    Nameserver& server = *stream.server;
    evdns_base& base = *server.base;
    close_tcp(server);
    evdns_request* next;
    for (evdns_request* request = base.in_flight.first(); request; request = next) {
        next = Requests::next(request);
        if (is_over(*request, server))
            ask_again(*request, DNS_ERR_TIMEOUT);
    }
}

[[nodiscard]] bool arm_idle(Stream& stream) {
    const timeval time = to_timeval(stream.server->base->options.idle);
    return event_add(&stream.idle, &time) == 0;
}

[[nodiscard]] bool flush(Stream& stream) {
    while (stream.out_sent < stream.out_size) {
        const ptrdiff_t sent =
            send_bytes(stream.fd, stream.out + stream.out_sent, stream.out_size - stream.out_sent);
        if (sent < 0)
            return last_error_is_again() && event_add(&stream.writable, nullptr) == 0;
        stream.out_sent += static_cast<size_t>(sent);
    }
    stream.out_size = stream.out_sent = 0;
    return true;
}

// Takes whole messages out of what has come. The connection may be gone behind it.
void take_messages(Stream& stream) {
    size_t at = 0;
    while (stream.in_size - at >= kLengthSize) {
        const size_t size = static_cast<size_t>(stream.in[at] << 8 | stream.in[at + 1]);
        if (stream.in_size - at - kLengthSize < size)
            break;
        take_packet(*stream.server, stream.in + at + kLengthSize, size, true);
        at += kLengthSize + size;
    }
    stream.in_size -= at;
    memmove(stream.in, stream.in + at, stream.in_size);
}

// What is still to come of the present message, or some of it.
size_t wanted_room(const Stream& stream) {
    if (stream.in_size < kLengthSize)
        return kFirstRoom;
    const size_t message = kLengthSize + static_cast<size_t>(stream.in[0] << 8 | stream.in[1]);
    return message > kFirstRoom ? message : kFirstRoom;
}

void on_readable(evutil_socket_t, short, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    evdns_base& base = *stream.server->base;
    const Work work(base);
    bool good = make_room(stream.in, stream.in_room, wanted_room(stream)) && arm_idle(stream);
    if (good) {
        const ptrdiff_t got =
            receive_bytes(stream.fd, stream.in + stream.in_size, stream.in_room - stream.in_size);
        good = got > 0 || (got < 0 && last_error_is_again());
        if (got > 0) {
            stream.heard = true;
            stream.in_size += static_cast<size_t>(got);
            take_messages(stream);
        }
    }
    if (!good)
        fail(stream);
    pump(base);
}

void on_writable(evutil_socket_t, short, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    evdns_base& base = *stream.server->base;
    const Work work(base);
    if (!stream.connected && !is_connected(stream.fd)) {
        fail(stream);
    } else {
        stream.connected = true;
        if (!flush(stream))
            fail(stream);
    }
    pump(base);
}

void on_idle(evutil_socket_t, short, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    evdns_base& base = *stream.server->base;
    const Work work(base);
    // Who is waited for is not idle: questions have a time of their own.
    evdns_request* request = base.in_flight.first();
    while (request && !is_over(*request, *stream.server))
        request = Requests::next(request);
    if (!request || !arm_idle(stream))
        fail(stream);
    pump(base);
}

void free_stream(Stream& stream) {
    if (stream.fd >= 0) {
        event_del(&stream.readable);
        event_del(&stream.writable);
        event_del(&stream.idle);
        event_debug_unassign(&stream.readable);
        event_debug_unassign(&stream.writable);
        event_debug_unassign(&stream.idle);
        close_socket(stream.fd);
    }
    mem::release(stream.in);
    mem::release(stream.out);
    mem::release(&stream);
}

[[nodiscard]] bool open(Stream& stream) {
    Nameserver& server = *stream.server;
    evdns_base& base = *server.base;
    const SocketAddress& local = base.options.local;
    const int family = server.address.generic.sa_family;
    stream.fd = open_stream_socket(family);
    if (stream.fd < 0)
        return false;
    evlet_event_assign_no_signal(&stream.readable, base.base, stream.fd, EV_READ | EV_PERSIST,
                                 on_readable, &stream);
    evlet_event_assign_no_signal(&stream.writable, base.base, stream.fd, EV_WRITE, on_writable,
                                 &stream);
    evlet_event_assign_no_signal(&stream.idle, base.base, -1, 0, on_idle, &stream);
    // The address alone: a port of its own would be in use as soon as there are two connections.
    if (local.size && local.generic.sa_family == family) {
        SocketAddress any_port = local;
        if (family == AF_INET)
            any_port.ipv4.sin_port = 0;
        else
            any_port.ipv6.sin6_port = 0;
        if (!bind_socket(stream.fd, any_port))
            return false;
    }
    return connect_socket(stream.fd, server.address) && arm_idle(stream) &&
           event_add(&stream.readable, nullptr) == 0 && event_add(&stream.writable, nullptr) == 0;
}

[[nodiscard]] Stream* stream_of(Nameserver& server) {
    if (server.tcp)
        return server.tcp;
    auto* const stream = mem::make<Stream>();
    if (!stream)
        return nullptr;
    stream->server = &server;
    if (!open(*stream)) {
        free_stream(*stream);
        return nullptr;
    }
    server.tcp = stream;
    return stream;
}

}  // namespace

bool send_tcp(Nameserver& server, const evdns_request& request) {
    Stream* const stream = stream_of(server);
    if (!stream)
        return false;
    uint8_t packet[kMostQuery];
    const size_t size = write_query(request, server.base->options.udp_size, packet);
    if (!make_room(stream->out, stream->out_room, stream->out_size + kLengthSize + size))
        return false;
    uint8_t* const at = stream->out + stream->out_size;
    at[0] = static_cast<uint8_t>(size >> 8);
    at[1] = static_cast<uint8_t>(size);
    memcpy(at + kLengthSize, packet, size);
    stream->out_size += kLengthSize + size;
    // Sent by the loop, with whatever else is asked until then.
    return event_add(&stream->writable, nullptr) == 0 && arm_idle(*stream);
}

void tcp_timed_out(Nameserver& server) {
    Stream* const stream = server.tcp;
    if (!stream)
        return;
    if (stream->heard)
        stream->heard = false;
    else
        fail(*stream);
}

void close_tcp(Nameserver& server) {
    if (Stream* const stream = server.tcp) {
        server.tcp = nullptr;
        free_stream(*stream);
    }
}

}  // namespace evlet::dns
