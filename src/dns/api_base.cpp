// SPDX-License-Identifier: BSD-3-Clause
// Resolvers and their nameservers: shells over base.h.
#include <string.h>

#include "dns/base.h"
#include "dns/resolv_conf.h"

using namespace evlet;
using namespace evlet::dns;

namespace {

constexpr int kAlreadyThere = 3;
constexpr uint16_t kPort = 53;

uint16_t& port_of(SocketAddress& address) {
    return address.generic.sa_family == AF_INET ? address.ipv4.sin_port : address.ipv6.sin6_port;
}

int add(evdns_base& base, SocketAddress address) {
    if (port_of(address) == 0)
        port_of(address) = network_order(kPort);
    const LockGuard lock(base.mutex);
    const Status status = add_nameserver(base, address);
    return status == Status::ok ? 0 : status == Status::invalid ? kAlreadyThere : -1;
}

const Nameserver* server_at(const evdns_base& base, int index) {
    const Nameserver* server = index < 0 ? nullptr : base.servers;
    while (server && index-- > 0)
        server = server->next;
    return server;
}

}  // namespace

extern "C" {

struct evdns_base* evdns_base_new(struct event_base* event_base, int initialize_nameservers) {
    evdns_base* const base = event_base ? make_base(event_base, initialize_nameservers) : nullptr;
    if (base && (initialize_nameservers & EVDNS_BASE_INITIALIZE_NAMESERVERS)) {
        const bool none = (initialize_nameservers & EVDNS_BASE_NAMESERVERS_NO_DEFAULT) != 0;
        // Without a file there is the default, or the program adds some.
        (void)read_resolv_conf(*base, kResolvConf,
                               DNS_OPTIONS_ALL | (none ? DNS_OPTION_NAMESERVERS_NO_DEFAULT : 0));
    }
    return base;
}

void evdns_base_free(struct evdns_base* base, int fail_requests) {
    if (base)
        free_base(*base, fail_requests != 0);
}

int evdns_base_nameserver_add(struct evdns_base* base, unsigned long int address) {
    // The bytes in memory are those of the address.
    const auto number = static_cast<uint32_t>(address);
    uint8_t bytes[kIpv4Size];
    memcpy(bytes, &number, sizeof bytes);
    SocketAddress socket_address;
    socket_address.ipv4 = make_ipv4(bytes, kPort);
    socket_address.size = sizeof socket_address.ipv4;
    return add(*base, socket_address);
}

int evdns_base_nameserver_ip_add(struct evdns_base* base, const char* ip_as_string) {
    SocketAddress address;
    if (failed(parse_socket_address(Text(ip_as_string), &address)))
        return -1;
    return add(*base, address);
}

int evdns_base_nameserver_sockaddr_add(struct evdns_base* base, const struct sockaddr* sa,
                                       ev_socklen_t len, unsigned) {
    const size_t size = sa->sa_family == AF_INET    ? sizeof(sockaddr_in)
                        : sa->sa_family == AF_INET6 ? sizeof(sockaddr_in6)
                                                    : 0;
    if (size == 0 || static_cast<size_t>(len) < size)
        return -1;
    SocketAddress address;
    memcpy(&address, sa, size);
    address.size = size;
    return add(*base, address);
}

int evdns_base_count_nameservers(struct evdns_base* base) {
    const LockGuard lock(base->mutex);
    return static_cast<int>(base->server_count);
}

int evdns_base_clear_nameservers_and_suspend(struct evdns_base* base) {
    const LockGuard lock(base->mutex);
    remove_nameservers(*base);
    base->suspended = true;
    return 0;
}

int evdns_base_resume(struct evdns_base* base) {
    const LockGuard lock(base->mutex);
    base->suspended = false;
    call_work(*base);
    return 0;
}

int evdns_base_get_nameserver_addr(struct evdns_base* base, int idx, struct sockaddr* sa,
                                   ev_socklen_t len) {
    const LockGuard lock(base->mutex);
    const Nameserver* const server = server_at(*base, idx);
    if (!server)
        return -1;
    if (static_cast<size_t>(len) >= server->address.size)
        memcpy(sa, &server->address, server->address.size);
    return static_cast<int>(server->address.size);
}

int evdns_base_get_nameserver_fd(struct evdns_base* base, int idx) {
    const LockGuard lock(base->mutex);
    const Nameserver* const server = server_at(*base, idx);
    return server ? static_cast<int>(server->fd) : -1;
}

}  // extern "C"
