// SPDX-License-Identifier: BSD-3-Clause
// The service half of getaddrinfo: hints, socket types, ports.
#include "base/text.h"
#include "net/addrinfo.h"
#include "net/system_names.h"

namespace evlet {

namespace {

constexpr int kKnownFlags = EVUTIL_AI_PASSIVE | EVUTIL_AI_CANONNAME | EVUTIL_AI_NUMERICHOST |
                            EVUTIL_AI_NUMERICSERV | EVUTIL_AI_V4MAPPED | EVUTIL_AI_ALL |
                            EVUTIL_AI_ADDRCONFIG;
// Protocol numbers of IANA; not every network stack has names for all of them.
constexpr int kTcp = 6, kUdp = 17, kSctp = 132;

[[nodiscard]] int infer_socktype(int protocol) {
    if (protocol == kTcp || protocol == kSctp)
        return SOCK_STREAM;
    return protocol == kUdp ? SOCK_DGRAM : SOCK_RAW;
}

// What the socket will be used for, as far as the hints leave it open.
[[nodiscard]] int choose_uses(int socktype, int protocol, AddrinfoRequest& request) {
    if (socktype == 0 && protocol == 0) {
        request.uses[0] = {SOCK_STREAM, kTcp, 0};
        request.uses[1] = {SOCK_DGRAM, kUdp, 0};
        request.use_count = 2;
        return 0;
    }
    if (socktype == 0)
        socktype = infer_socktype(protocol);
    if (socktype == SOCK_STREAM) {
        if (protocol == kUdp)
            return EVUTIL_EAI_SOCKTYPE;
        protocol = protocol ? protocol : kTcp;
    } else if (socktype == SOCK_DGRAM) {
        if (protocol == kTcp)
            return EVUTIL_EAI_SOCKTYPE;
        protocol = protocol ? protocol : kUdp;
    } else if (socktype != SOCK_RAW) {
        return EVUTIL_EAI_SOCKTYPE;
    }
    request.uses[0] = {socktype, protocol, 0};
    request.use_count = 1;
    return 0;
}

// The port of a named service for one use, or -1.
[[nodiscard]] int named_port(const char* service, const AddrinfoUse& use) {
    if (use.socktype == SOCK_STREAM && use.protocol == kTcp)
        return service_port(service, "tcp");
    if (use.socktype == SOCK_DGRAM && use.protocol == kUdp)
        return service_port(service, "udp");
    return -1;
}

// A name has a letter in it (RFC 6335 section 5.1): what C libraries make of " 80" or "+80" is no
// name.
[[nodiscard]] bool is_service_name(Text service) {
    for (size_t i = 0; i < service.size; ++i) {
        if (is_letter(service[i]))
            return true;
    }
    return false;
}

}  // namespace

int resolve_service(const char* service, int socktype, int protocol, AddrinfoRequest& request) {
    const int error = choose_uses(socktype, protocol, request);
    if (error != 0 || !service)
        return error;
    uint32_t number;
    if (parse_decimal(Text(service), 65535, &number)) {
        for (AddrinfoUse& use : request.uses)
            use.port = static_cast<uint16_t>(number);
        return 0;
    }
    if (request.flags & EVUTIL_AI_NUMERICSERV)
        return EVUTIL_EAI_NONAME;
    if (!is_service_name(Text(service)))
        return EVUTIL_EAI_SERVICE;
    int kept = 0;
    for (int i = 0; i < request.use_count; ++i) {
        const int port = named_port(service, request.uses[i]);
        if (port < 0 || port > 65535)
            continue;
        request.uses[kept] = request.uses[i];
        request.uses[kept++].port = static_cast<uint16_t>(port);
    }
    request.use_count = kept;
    return kept > 0 ? 0 : EVUTIL_EAI_SERVICE;
}

int prepare_request(const char* node, const char* service, const evutil_addrinfo* hints,
                    AddrinfoRequest* ret_request) {
    AddrinfoRequest request = {};
    int socktype = 0, protocol = 0;
    if (hints) {
        request.family = hints->ai_family;
        request.flags = hints->ai_flags;
        socktype = hints->ai_socktype;
        protocol = hints->ai_protocol;
    }
    if (!node && !service)
        return EVUTIL_EAI_NONAME;
    if (request.flags & ~kKnownFlags)
        return EVUTIL_EAI_BADFLAGS;
    if ((request.flags & EVUTIL_AI_CANONNAME) && !node)
        return EVUTIL_EAI_BADFLAGS;
    if (request.family != AF_UNSPEC && request.family != AF_INET && request.family != AF_INET6)
        return EVUTIL_EAI_FAMILY;
    const int error = resolve_service(service, socktype, protocol, request);
    if (error == 0)
        *ret_request = request;
    return error;
}

}  // namespace evlet
