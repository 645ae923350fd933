// SPDX-License-Identifier: BSD-3-Clause
#include "dns/hosts.h"

#include <string.h>

#include "dns/lines.h"
#include "dns/system.h"
#include "mem/mem.h"

namespace evlet::dns {

// One name of one address, in the order of the file; the text of the name is behind it.
struct Host {
    Host* next;
    SocketAddress address;
    size_t size;  // of the name

    [[nodiscard]] const char* name() const { return reinterpret_cast<const char*>(this + 1); }
};

struct Hosts {
    Host* first;
    Host** end;
};

namespace {

constexpr size_t kMostFile = size_t(1) << 20;
constexpr char kAtLeast[] = "127.0.0.1 localhost\n::1 localhost\n";

void free_hosts(evdns_base& base) {
    Hosts* const hosts = base.hosts;
    if (!hosts)
        return;
    while (Host* const host = hosts->first) {
        hosts->first = host->next;
        mem::release(host);
    }
    mem::release(hosts);
    base.hosts = nullptr;
}

Hosts* need_hosts(evdns_base& base) {
    if (!base.hosts) {
        base.hosts = mem::make<Hosts>();
        if (base.hosts)
            base.hosts->end = &base.hosts->first;
        base.free_hosts = free_hosts;
    }
    return base.hosts;
}

bool add_host(evdns_base& base, const SocketAddress& address, Text name) {
    Hosts* const hosts = need_hosts(base);
    auto* const host =
        hosts ? static_cast<Host*>(mem::allocate(sizeof(Host) + name.size)) : nullptr;
    if (!host)
        return false;
    host->next = nullptr;
    host->address = address;
    host->size = name.size;
    memcpy(host + 1, name.data, name.size);
    *hosts->end = host;
    hosts->end = &host->next;
    return true;
}

Text without_dot(Text name) {
    return !name.empty() && name[name.size - 1] == '.' ? name.before(name.size - 1) : name;
}

// Numbers of a port and the like are no part of such a file.
bool parse_address(Text text, SocketAddress* ret_address) {
    if (failed(parse_socket_address(text, ret_address)) || text[0] == '[')
        return false;
    return ret_address->generic.sa_family == AF_INET6 || ret_address->ipv4.sin_port == 0;
}

}  // namespace

bool take_hosts(evdns_base& base, Text text) {
    Text line("");
    while (take_line(text, &line)) {
        Text word("");
        SocketAddress address;
        if (!take_word(line, &word) || !parse_address(word, &address))
            continue;
        while (take_word(line, &word)) {
            if (!add_host(base, address, without_dot(word)))
                return false;
        }
    }
    return true;
}

int look_up_hosts(const evdns_base& base, Text name, const AddrinfoRequest& request,
                  AddrinfoList& list) {
    name = without_dot(name);
    for (const Host* host = base.hosts ? base.hosts->first : nullptr; host; host = host->next) {
        const int family = host->address.generic.sa_family;
        if ((request.family != AF_UNSPEC && request.family != family) || host->size != name.size ||
            compare_ignoring_case(host->name(), name.data, name.size) != 0)
            continue;
        if (!list.add(&host->address.generic, host->address.size, request))
            return EVUTIL_EAI_MEMORY;
    }
    return list.empty() ? kNeedsLookup : 0;
}

}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" {

int evdns_base_load_hosts(struct evdns_base* base, const char* hosts_fname) {
    char* text = nullptr;
    size_t size = 0;
    const bool read =
        hosts_fname && read_file(hosts_fname, kMostFile, &text, &size) == FileOutcome::ok;
    const LockGuard lock(base->mutex);
    const bool taken = take_hosts(*base, read ? Text(text, size) : Text(kAtLeast));
    mem::release(text);
    return taken && (read || !hosts_fname) ? 0 : -1;
}

void evdns_base_clear_host_addresses(struct evdns_base* base) {
    const LockGuard lock(base->mutex);
    free_hosts(*base);
}

}  // extern "C"
