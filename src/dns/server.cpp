// SPDX-License-Identifier: BSD-3-Clause
// Requests of a server: from the packet to the program.
#include "dns/server.h"

#include <string.h>

#include <type_traits>

#include "mem/mem.h"

namespace evlet::dns {
namespace {

// Whoever sends more has something else in mind; everybody else sends one.
constexpr unsigned kMostQuestions = 16;
constexpr uint16_t kFormatError = 1;
constexpr uint16_t kNotImplemented = 4;
constexpr uint16_t kBadVersion = 16;  // RFC 6891 section 9
constexpr uint16_t kCheckingDisabled = 0x0010;

struct Question {
    Name name;
    uint16_t type;
    uint16_t dns_class;
};

struct Query {
    Header header;
    unsigned questions;
    Question question[kMostQuestions];
    uint16_t udp_size;
    uint16_t fault;  // an RCODE, or 0
};

// The OPT record, if there is one.
void read_additionals(Reader& reader, Query& query) {
    const Header& header = query.header;
    for (unsigned records = unsigned(header.counts[kAnswers]) + header.counts[kAuthorities];
         records && reader.ok(); --records) {
        reader.skip_name();
        reader.skip(reader.read_record().size);
    }
    for (unsigned records = header.counts[kAdditionals]; records && reader.ok(); --records) {
        reader.skip_name();
        const size_t at = reader.at();
        const Record record = reader.read_record();
        const size_t data = reader.at();
        if (reader.ok() && record.type == kOpt) {
            // A second one is a fault (section 6.1.1).
            if (query.udp_size)
                query.fault = kFormatError;
            query.udp_size =
                record.dns_class > kClassicSize ? record.dns_class : uint16_t{kClassicSize};
            // The version is in the second byte of the TTL.
            reader.seek(at + 4);
            if ((reader.read_u32() >> 16 & 0xff) != 0 && !query.fault)
                query.fault = kBadVersion;
            reader.seek(data);
        }
        reader.skip(record.size);
    }
    if (!reader.ok())
        query.fault = kFormatError;
}

// False: it is no query at all.
bool read_query(const uint8_t* packet, size_t size, Query& query) {
    Reader reader(packet, size);
    query.header = reader.read_header();
    query.questions = 0;
    query.udp_size = query.fault = 0;
    // An answer is never answered, lest two servers talk for ever.
    if (!reader.ok() || (query.header.flags & kResponse))
        return false;
    if (query.header.flags & kOpcodes) {
        query.fault = kNotImplemented;
        return true;
    }
    for (unsigned left = query.header.counts[kQuestions]; left; --left) {
        if (query.questions == kMostQuestions || !reader.ok()) {
            query.fault = kFormatError;
            return true;
        }
        Question& question = query.question[query.questions];
        reader.read_name(&question.name);
        question.type = reader.read_u16();
        question.dns_class = reader.read_u16();
        if (reader.ok())
            ++query.questions;
    }
    if (query.questions == 0)
        query.fault = kFormatError;
    read_additionals(reader, query);
    return true;
}

// The size of a question as the program sees it.
size_t size_of(size_t name_size) {
    const size_t size = offsetof(evdns_server_question, name) + name_size + 1;
    return (size + alignof(void*) - 1) & ~(alignof(void*) - 1);
}

// One block: the request, the pointers to the questions, the questions.
ServerRequest* make_request(const Query& query) {
    char text[kNameTextSize];
    size_t size = sizeof(ServerRequest) + query.questions * sizeof(evdns_server_question*);
    for (unsigned i = 0; i < query.questions; ++i)
        size += size_of(write_name(query.question[i].name, text));
    auto* const request = static_cast<ServerRequest*>(mem::allocate_zeroed(size));
    if (!request)
        return nullptr;
    auto** const pointers = reinterpret_cast<evdns_server_question**>(request + 1);
    auto* at = reinterpret_cast<char*>(pointers + query.questions);
    for (unsigned i = 0; i < query.questions; ++i) {
        const size_t length = write_name(query.question[i].name, text);
        auto* const question = reinterpret_cast<evdns_server_question*>(at);
        question->type = query.question[i].type;
        question->dns_question_class = query.question[i].dns_class;
        memcpy(question->name, text, length + 1);
        pointers[i] = question;
        at += size_of(length);
    }
    request->shown.questions = pointers;
    request->shown.nquestions = static_cast<int>(query.questions);
    // As they come back (RFC 1035 section 4.1.1, RFC 4035 section 3.1.6).
    request->shown.flags = query.header.flags & (kRecursionDesired | kCheckingDisabled);
    request->end = &request->replies;
    request->id = query.header.id;
    request->opcode = query.header.flags & kOpcodes;
    request->udp_size = query.udp_size;
    return request;
}

}  // namespace

void release_port(evdns_server_port& port) {
    if (--port.refs == 0)
        mem::release(&port);
}

void take_query(evdns_server_port& port, const uint8_t* packet, size_t size,
                const SocketAddress& from, Client* client) {
    Query query;
    if (!read_query(packet, size, query))
        return;
    ServerRequest* const request = make_request(query);
    if (!request)
        return;
    request->port = &port;
    ++port.refs;
    request->from = from;
    if (client) {
        request->over_tcp = true;
        link_request(*client, *request);
    }
    if (query.fault == 0)
        return port.callback(&request->shown, port.argument);
    request->rcode_high = static_cast<uint8_t>(query.fault >> 4);
    (void)evdns_server_request_respond(&request->shown, query.fault & kRcodes);
}

void end_request(ServerRequest& request) {
    evdns_server_port& port = *request.port;
    port.transport->done(request);
    while (Reply* const reply = request.replies) {
        request.replies = reply->next;
        mem::release(reply);
    }
    mem::release(&request);
    release_port(port);
}

}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" {

void evdns_close_server_port(struct evdns_server_port* port) {
    if (port->closed)
        return;
    port->closed = true;
    port->transport->close(*port);
    release_port(*port);
}

int evdns_server_port_set_option(struct evdns_server_port* port, enum evdns_server_option option,
                                 size_t value) {
    // A program in C may give any number, which is no value of an enumeration here.
    std::underlying_type_t<evdns_server_option> number;
    memcpy(&number, &option, sizeof number);
    return port->transport->set_option(*port, number, value) ? 0 : -1;
}

void evdns_server_request_set_flags(struct evdns_server_request* req, int flags) {
    req->flags = (req->flags & ~EVDNS_FLAGS_AA) | (flags & EVDNS_FLAGS_AA);
}

int evdns_server_request_respond(struct evdns_server_request* req, int err) {
    ServerRequest& request = as_request(*req);
    const size_t udp = request.udp_size < kMostDatagram ? request.udp_size : kMostDatagram;
    const size_t most = request.over_tcp ? kMostPacket : udp > kClassicSize ? udp : kClassicSize;
    uint8_t* packet = nullptr;
    const size_t size =
        write_response(request, static_cast<uint16_t>(err) & kRcodes, most, &packet);
    const bool sent = size && !request.port->closed && (request.client || !request.over_tcp) &&
                      request.port->transport->send(request, packet, size);
    mem::release(packet);
    end_request(request);
    return sent ? 0 : -1;
}

int evdns_server_request_drop(struct evdns_server_request* req) {
    end_request(as_request(*req));
    return 0;
}

int evdns_server_request_get_requesting_addr(struct evdns_server_request* req, struct sockaddr* sa,
                                             int addr_len) {
    const SocketAddress& from = as_request(*req).from;
    if (addr_len < 0 || static_cast<size_t>(addr_len) < from.size)
        return -1;
    memcpy(sa, &from, from.size);
    return static_cast<int>(from.size);
}

}  // extern "C"
