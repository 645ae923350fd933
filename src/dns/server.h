// SPDX-License-Identifier: BSD-3-Clause
// struct evdns_server_port and the requests of a server. Used by the server_*.cpp of this room; all
// of it belongs to the loop's thread.
//
// A port stays as long as one of its requests: evdns_close_server_port() sets `closed`, the last of
// `refs` frees it. What goes on over UDP or TCP is behind `transport`.
#pragma once

#include "dns/wire.h"
#include "event2/dns.h"
#include "event2/dns_struct.h"
#include "event2/event.h"
#include "event2/event_struct.h"
#include "net/sockaddr_text.h"

namespace evlet::dns {

struct Client;
struct ServerRequest;

// The program's record; its data is behind it.
struct Reply {
    Reply* next;
    Name name;
    uint8_t section;  // EVDNS_*_SECTION
    bool is_name;     // the data is a Name in wire form
    uint16_t type;
    uint16_t dns_class;
    uint16_t size;  // of the data
    uint32_t ttl;

    [[nodiscard]] const uint8_t* data() const { return reinterpret_cast<const uint8_t*>(this + 1); }
};

struct ServerRequest {
    evdns_server_request shown;  // always first
    evdns_server_port* port;
    SocketAddress from;
    Client* client;       // of TCP; null: UDP, or it has gone
    ServerRequest* next;  // of the same client
    ServerRequest** prev;
    Reply* replies;
    Reply** end;
    uint16_t id;
    uint16_t opcode;     // in its place in the flags
    uint16_t udp_size;   // that the client takes, or 0: it did not use EDNS
    uint8_t rcode_high;  // beyond the four bits of the header (RFC 6891 section 6.1.3)
    bool over_tcp;
};

[[nodiscard]] inline ServerRequest& as_request(evdns_server_request& shown) {
    return reinterpret_cast<ServerRequest&>(shown);
}

struct Transport {
    // Sends the answer, or keeps it until it can be sent. False: it is lost.
    bool (*send)(ServerRequest& request, const uint8_t* packet, size_t size);
    // The request is over.
    void (*done)(ServerRequest& request);
    // No more is taken in.
    void (*close)(evdns_server_port& port);
    bool (*set_option)(evdns_server_port& port, unsigned option, size_t value);
};

}  // namespace evlet::dns

// Always the first member of what a transport adds to it.
struct evdns_server_port {
    event_base* base;
    const evlet::dns::Transport* transport;
    evdns_request_callback_fn_type callback;
    void* argument;
    unsigned refs;
    bool closed;
};

namespace evlet::dns {

// Room for the answers over UDP of who takes more than 512 bytes: what larger packets are cut into
// gets lost (RFC 9715).
constexpr size_t kMostDatagram = 1232;

// ---- server.cpp ----

void release_port(evdns_server_port& port);
// A packet that came in: calls the program, answers by itself or does nothing. The port may be
// closed behind it.
void take_query(evdns_server_port& port, const uint8_t* packet, size_t size,
                const SocketAddress& from, Client* client);
// Frees it, with whatever it holds.
void end_request(ServerRequest& request);

// ---- server_write.cpp ----

// The answer as a packet of at most `most` bytes; its size, or 0: out of memory. For
// mem::release().
[[nodiscard]] size_t write_response(const ServerRequest& request, uint16_t rcode, size_t most,
                                    uint8_t** ret_packet);

// ---- server_tcp.cpp ----

void link_request(Client& client, ServerRequest& request);

}  // namespace evlet::dns
