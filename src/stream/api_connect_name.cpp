// SPDX-License-Identifier: BSD-3-Clause
// Connecting by name: shells over name_connection.h.
#include "base/shell.h"
#include "base/text.h"
#include "net/addrinfo.h"
#include "net/async_resolver.h"
#include "stream/name_connection.h"
#include "stream/socket.h"

using namespace evlet;

namespace {

constexpr int kLargestPort = 65535;

// Without a lock, since it waits for the system's resolver.
ResolvedName resolve_waiting(const char* host, const char* service, const evutil_addrinfo& hints) {
    ResolvedName name = {nullptr, 0, false};
    name.error = resolve_blocking(host, service, &hints, &name.list);
    return name;
}

// What needs no resolver, or says that one is needed.
ResolvedName resolve_at_once(const char* host, const char* service, const evutil_addrinfo& hints) {
    ResolvedName name = {nullptr, 0, false};
    AddrinfoRequest request;
    AddrinfoList list;
    name.error = prepare_request(host, service, &hints, &request);
    if (name.error == 0)
        name.error = resolve_locally(host, request, list);
    if (name.error == 0)
        name.list = list.release();
    name.pending = name.error == kNeedsLookup;
    return name;
}

}  // namespace

extern "C" {

int bufferevent_socket_connect_hostname_hints(struct bufferevent* bev,
                                              struct evdns_base* evdns_base,
                                              const struct evutil_addrinfo* hints_in,
                                              const char* hostname, int port) {
    Stream& stream = as_stream(*bev);
    if (!stands_on_socket(stream) || !hostname || port < 1 || port > kLargestPort)
        return to_result(Status::invalid);
    evutil_addrinfo hints = {};
    if (hints_in)
        hints = *hints_in;
    if (hints.ai_socktype == 0)
        hints.ai_socktype = SOCK_STREAM;
    const PortText service(port);
    const ResolvedName name = evdns_base && g_async_resolver
                                  ? resolve_at_once(hostname, service.text, hints)
                                  : resolve_waiting(hostname, service.text, hints);
    StreamGuard guard(stream);
    return to_result(connect_by_name(stream, name, evdns_base, hostname, service.text, hints));
}

int bufferevent_socket_connect_hostname(struct bufferevent* bev, struct evdns_base* evdns_base,
                                        int family, const char* hostname, int port) {
    if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
        return to_result(Status::invalid);
    evutil_addrinfo hints = {};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_protocol = IPPROTO_TCP;
    return bufferevent_socket_connect_hostname_hints(bev, evdns_base, &hints, hostname, port);
}

}  // extern "C"
