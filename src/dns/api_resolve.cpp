// SPDX-License-Identifier: BSD-3-Clause
// Requests: shells over base.h.
#include "dns/base.h"
#include "dns/reverse.h"
#include "dns/search.h"

using namespace evlet;
using namespace evlet::dns;

namespace {

constexpr int kKnownFlags =
    DNS_QUERY_NO_SEARCH | DNS_QUERY_USEVC | DNS_QUERY_IGNTC | DNS_CNAME_CALLBACK;

int ttl_of(const Outcome& outcome) {
    constexpr uint32_t kMost = 0x7fffffff;
    return static_cast<int>(outcome.ttl < kMost ? outcome.ttl : kMost);
}

// Tells the program. What it does to the base is no matter: the request is in no list any more, and
// the base stays until it has been told.
void on_done(evdns_request& request, void* argument) {
    const Outcome& outcome = request.outcome;
    const auto callback = request.callback;
    const int ttl = ttl_of(outcome);
    if (outcome.error != DNS_ERR_NONE)
        return callback(outcome.error, 0, 0, ttl, nullptr, argument);
    if (request.type == kPtr) {
        void* name = outcome.data;
        return callback(DNS_ERR_NONE, DNS_PTR, 1, ttl, &name, argument);
    }
    callback(DNS_ERR_NONE, request.type == kA ? DNS_IPv4_A : DNS_IPv6_AAAA,
             static_cast<int>(outcome.count), ttl, outcome.data, argument);
    if (outcome.alias && !request.base->gone)
        callback(DNS_ERR_NONE, DNS_CNAME, 1, ttl, outcome.alias, argument);
}

evdns_request* resolve(evdns_base& base, Text name, uint16_t type, int flags,
                       evdns_callback_type callback, void* argument) {
    if (!callback)
        return nullptr;
    const LockGuard lock(base.mutex);
    if (base.before_request)
        base.before_request(base);
    evdns_request* const request = make_request(base, type, flags & kKnownFlags, on_done, argument);
    if (!request)
        return nullptr;
    request->callback = callback;
    if (failed(set_name(*request, name))) {
        free_request(*request);
        return nullptr;
    }
    submit(*request);
    return request;
}

}  // namespace

extern "C" {

struct evdns_request* evdns_base_resolve_ipv4(struct evdns_base* base, const char* name, int flags,
                                              evdns_callback_type callback, void* ptr) {
    return resolve(*base, Text(name), kA, flags, callback, ptr);
}

struct evdns_request* evdns_base_resolve_ipv6(struct evdns_base* base, const char* name, int flags,
                                              evdns_callback_type callback, void* ptr) {
    return resolve(*base, Text(name), kAaaa, flags, callback, ptr);
}

struct evdns_request* evdns_base_resolve_reverse(struct evdns_base* base, const struct in_addr* in,
                                                 int flags, evdns_callback_type callback,
                                                 void* ptr) {
    char name[kReverseTextSize];
    write_reverse_ipv4(reinterpret_cast<const uint8_t*>(in), name);
    return resolve(*base, Text(name), kPtr, flags | DNS_NO_SEARCH, callback, ptr);
}

struct evdns_request* evdns_base_resolve_reverse_ipv6(struct evdns_base* base,
                                                      const struct in6_addr* in, int flags,
                                                      evdns_callback_type callback, void* ptr) {
    char name[kReverseTextSize];
    write_reverse_ipv6(reinterpret_cast<const uint8_t*>(in), name);
    return resolve(*base, Text(name), kPtr, flags | DNS_NO_SEARCH, callback, ptr);
}

void evdns_cancel_request(struct evdns_base*, struct evdns_request* req) {
    const LockGuard lock(req->base->mutex);
    cancel(*req);
}

}  // extern "C"
