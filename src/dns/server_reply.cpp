// SPDX-License-Identifier: BSD-3-Clause
// Records that the program adds to an answer.
#include <string.h>

#include "dns/reverse.h"
#include "dns/server.h"
#include "mem/mem.h"
#include "net/address_types.h"

namespace evlet::dns {
namespace {

constexpr uint32_t kMostTtl = 0x7fffffff;  // RFC 2181 section 8

// Fills in all but the data.
Reply* make_reply(Text name, int type, int dns_class, int ttl, size_t size) {
    Name parsed;
    if (size > kMostPacket || !parse_name(name, &parsed))
        return nullptr;
    auto* const reply = static_cast<Reply*>(mem::allocate_zeroed(sizeof(Reply) + size));
    if (!reply)
        return nullptr;
    reply->name = parsed;
    reply->type = static_cast<uint16_t>(type);
    reply->dns_class = static_cast<uint16_t>(dns_class);
    reply->ttl = ttl < 0 ? 0 : static_cast<uint32_t>(ttl) & kMostTtl;
    reply->size = static_cast<uint16_t>(size);
    return reply;
}

int add(evdns_server_request& shown, Reply* reply, int section) {
    if (!reply || section < EVDNS_ANSWER_SECTION || section > EVDNS_ADDITIONAL_SECTION) {
        mem::release(reply);
        return -1;
    }
    ServerRequest& request = as_request(shown);
    reply->section = static_cast<uint8_t>(section);
    *request.end = reply;
    request.end = &reply->next;
    return 0;
}

int add_data(evdns_server_request& shown, int section, Text name, int type, int dns_class, int ttl,
             const void* data, size_t size) {
    Reply* const reply = make_reply(name, type, dns_class, ttl, size);
    if (reply && size)
        memcpy(reply + 1, data, size);
    return add(shown, reply, section);
}

int add_name(evdns_server_request& shown, int section, Text name, int type, int dns_class, int ttl,
             const char* target) {
    Name parsed;
    if (!parse_name(Text(target), &parsed))
        return -1;
    Reply* const reply = make_reply(name, type, dns_class, ttl, sizeof parsed);
    if (reply) {
        reply->is_name = true;
        memcpy(reply + 1, &parsed, sizeof parsed);
    }
    return add(shown, reply, section);
}

// All of them or none.
int add_addresses(evdns_server_request& shown, Text name, int type, int count, const void* data,
                  size_t size, int ttl) {
    ServerRequest& request = as_request(shown);
    Reply** const before = request.end;
    const auto* at = static_cast<const uint8_t*>(data);
    for (int i = 0; i < count; ++i, at += size) {
        if (add_data(shown, EVDNS_ANSWER_SECTION, name, type, EVDNS_CLASS_INET, ttl, at, size) == 0)
            continue;
        while (Reply* const reply = *before) {
            *before = reply->next;
            mem::release(reply);
        }
        request.end = before;
        return -1;
    }
    return 0;
}

}  // namespace
}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" {

int evdns_server_request_add_reply(struct evdns_server_request* req, int section, const char* name,
                                   int type, int dns_class, int ttl, int datalen, int is_name,
                                   const char* data) {
    if (data && is_name)
        return add_name(*req, section, Text(name), type, dns_class, ttl, data);
    if (datalen < 0)
        return -1;
    return add_data(*req, section, Text(name), type, dns_class, ttl, data,
                    data ? static_cast<size_t>(datalen) : 0);
}

int evdns_server_request_add_a_reply(struct evdns_server_request* req, const char* name, int n,
                                     const void* addrs, int ttl) {
    return add_addresses(*req, Text(name), EVDNS_TYPE_A, n, addrs, kIpv4Size, ttl);
}

int evdns_server_request_add_aaaa_reply(struct evdns_server_request* req, const char* name, int n,
                                        const void* addrs, int ttl) {
    return add_addresses(*req, Text(name), EVDNS_TYPE_AAAA, n, addrs, kIpv6Size, ttl);
}

int evdns_server_request_add_ptr_reply(struct evdns_server_request* req, struct in_addr* in,
                                       const char* inaddr_name, const char* hostname, int ttl) {
    char text[kReverseTextSize];
    if ((in != nullptr) == (inaddr_name != nullptr))
        return -1;
    if (in)
        write_reverse_ipv4(reinterpret_cast<const uint8_t*>(in), text);
    return add_name(*req, EVDNS_ANSWER_SECTION, Text(in ? text : inaddr_name), EVDNS_TYPE_PTR,
                    EVDNS_CLASS_INET, ttl, hostname);
}

int evdns_server_request_add_cname_reply(struct evdns_server_request* req, const char* name,
                                         const char* cname, int ttl) {
    return add_name(*req, EVDNS_ANSWER_SECTION, Text(name), EVDNS_TYPE_CNAME, EVDNS_CLASS_INET, ttl,
                    cname);
}

}  // extern "C"
