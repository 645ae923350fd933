// SPDX-License-Identifier: BSD-3-Clause
// The host half of getaddrinfo.
#include "net/address_text.h"
#include "net/addrinfo.h"
#include "net/system_names.h"

namespace evlet {

namespace {

// A domain name is no longer than this (RFC 1035 section 2.3.4). Longer text is refused here, so
// that no resolver has to cut it.
constexpr size_t kLongestName = 255;

[[nodiscard]] bool add_ipv4(AddrinfoList& list, const uint8_t (&bytes)[kIpv4Size],
                            const AddrinfoRequest& request) {
    const sockaddr_in address = make_ipv4(bytes, 0);
    return list.add(&address, sizeof address, request);
}

[[nodiscard]] bool add_ipv6(AddrinfoList& list, const uint8_t (&bytes)[kIpv6Size], uint32_t scope,
                            const AddrinfoRequest& request) {
    const sockaddr_in6 address = make_ipv6(bytes, scope, 0);
    return list.add(&address, sizeof address, request);
}

// Addresses to bind to (passive), or of this machine. IPv4 first: it works on every machine, and
// many programs try nothing but the first.
[[nodiscard]] int resolve_no_host(AddrinfoRequest request, AddrinfoList& list) {
    const bool passive = (request.flags & EVUTIL_AI_PASSIVE) != 0;
    if (request.flags & EVUTIL_AI_ADDRCONFIG)
        narrow_to_configured(request);
    if (request.family != AF_INET6) {
        uint8_t bytes[kIpv4Size] = {};
        if (!passive) {
            bytes[0] = 127;
            bytes[3] = 1;
        }
        if (!add_ipv4(list, bytes, request))
            return EVUTIL_EAI_MEMORY;
    }
    if (request.family != AF_INET) {
        uint8_t bytes[kIpv6Size] = {};
        if (!passive)
            bytes[15] = 1;
        if (!add_ipv6(list, bytes, 0, request))
            return EVUTIL_EAI_MEMORY;
    }
    return 0;
}

// An IPv4 address where IPv6 was asked for.
[[nodiscard]] bool add_mapped(AddrinfoList& list, const uint8_t (&ipv4)[kIpv4Size],
                              const AddrinfoRequest& request) {
    uint8_t bytes[kIpv6Size] = {};
    map_ipv4(ipv4, bytes);
    return add_ipv6(list, bytes, 0, request);
}

// 0 when `node` was an address and is in the list, kNeedsLookup when it was none.
[[nodiscard]] int resolve_numeric(const char* node, const AddrinfoRequest& request,
                                  AddrinfoList& list) {
    uint8_t ipv4[kIpv4Size], ipv6[kIpv6Size];
    uint32_t scope;
    bool added;
    if (parse_ipv4(Text(node), ipv4)) {
        const bool mapped = request.family == AF_INET6;
        if (mapped && !(request.flags & EVUTIL_AI_V4MAPPED))
            return EVUTIL_EAI_ADDRFAMILY;
        added = mapped ? add_mapped(list, ipv4, request) : add_ipv4(list, ipv4, request);
    } else if (parse_scoped_ipv6(Text(node), ipv6, &scope)) {
        if (request.family == AF_INET)
            return EVUTIL_EAI_ADDRFAMILY;
        added = add_ipv6(list, ipv6, scope, request);
    } else {
        return kNeedsLookup;
    }
    if (added && (request.flags & EVUTIL_AI_CANONNAME))
        added = list.set_canonical_name(node);
    return added ? 0 : EVUTIL_EAI_MEMORY;
}

}  // namespace

int resolve_locally(const char* node, const AddrinfoRequest& request, AddrinfoList& list) {
    if (!node)
        return resolve_no_host(request, list);
    const int result = resolve_numeric(node, request, list);
    if (result != kNeedsLookup)
        return result;
    const Text name(node);
    // With a colon it was meant as an address, and must not leak to a nameserver.
    if ((request.flags & EVUTIL_AI_NUMERICHOST) || name.empty() || name.size > kLongestName ||
        name.find(':') != name.size)
        return EVUTIL_EAI_NONAME;
    return kNeedsLookup;
}

void narrow_to_configured(AddrinfoRequest& request) {
    if (request.family != AF_UNSPEC)
        return;
    const unsigned families = configured_families();
    if (families == kHasIpv4)
        request.family = AF_INET;
    else if (families == kHasIpv6)
        request.family = AF_INET6;
}

int resolve_blocking(const char* node, const char* service, const evutil_addrinfo* hints,
                     evutil_addrinfo** ret_list) {
    AddrinfoRequest request;
    AddrinfoList list;
    int error = prepare_request(node, service, hints, &request);
    if (error == 0)
        error = resolve_locally(node, request, list);
    if (error == kNeedsLookup) {
        if (request.flags & EVUTIL_AI_ADDRCONFIG)
            narrow_to_configured(request);
        error = look_up_host(node, request, list);
    }
    if (error == 0)
        *ret_list = list.release();
    return error;
}

}  // namespace evlet
