// SPDX-License-Identifier: BSD-3-Clause
// Nameservers: which is asked, which is taken for dead, and when it is tried again.
#include "dns/base.h"
#include "log/log.h"
#include "mem/mem.h"
#include "net/sockaddr_compare.h"

namespace evlet::dns {
namespace {

// Each has a socket; nobody needs more, and a file that lists thousands is a mistake.
constexpr unsigned kMostServers = 32;

void probe(Nameserver& server);

// Without memory now it is done when the next request is sent.
void set_probe_timer(Nameserver& server) {
    const Nanos left = server.probe_at - now_of(*server.base);
    const timeval time = to_timeval(left > 0 ? left : 0);
    (void)event_add(&server.probe_timer, &time);
}

void probe_later(Nameserver& server) {
    server.probe_at = add_saturated(now_of(*server.base), server.probe_after);
    set_probe_timer(server);
    const Options& options = server.base->options;
    Nanos next;
    if (__builtin_mul_overflow(server.probe_after, options.probe_factor, &next) ||
        next > options.last_probe)
        next = options.last_probe;
    server.probe_after = next;
}

// Called without the mutex, as all are whose request is over.
void on_probed(evdns_request& request, void* argument) {
    auto& server = *static_cast<Nameserver*>(argument);
    const LockGuard lock(server.base->mutex);
    server.probe = nullptr;
    if (!server.up && request.outcome.error != DNS_ERR_CANCEL)
        probe_later(server);
}

void on_probe_timer(evutil_socket_t, short, void* argument) {
    auto& server = *static_cast<Nameserver*>(argument);
    const Work work(*server.base);
    if (!server.up && !server.probe)
        probe(server);
    pump(*server.base);
}

// Any answer will do: the question is for what every nameserver has an opinion on.
void probe(Nameserver& server) {
    evdns_base& base = *server.base;
    evdns_request* const request = make_request(base, kNs, DNS_NO_SEARCH, on_probed, &server);
    if (!request || (server.fd < 0 && open_udp(server) != Opened::yes)) {
        if (request)
            free_request(*request);
        probe_later(server);
        return;
    }
    request->flags = DNS_NO_SEARCH | DNS_QUERY_IGNTC;  // and never over TCP
    request->probe = true;
    request->server = &server;
    request->given = request->name = {1, {0}};
    server.probe = request;
    submit(*request);
}

// What other servers may answer is asked of them.
void hand_over(Nameserver& server) {
    evdns_base& base = *server.base;
    evdns_request* next;
    for (evdns_request* request = base.in_flight.first(); request; request = next) {
        next = Requests::next(request);
        if (request->server == &server && !request->probe) {
            --request->attempts;
            take_back(*request);
        }
    }
}

bool any_up(const evdns_base& base) {
    for (const Nameserver* server = base.servers; server; server = server->next) {
        if (server->up)
            return true;
    }
    return false;
}

void forget(evdns_base& base, const Nameserver& server) {
    evdns_request* next;
    for (evdns_request* request = base.in_flight.first(); request; request = next) {
        next = Requests::next(request);
        if (request->server == &server)
            take_back(*request);
    }
    for (evdns_request* request = base.waiting.first(); request; request = next) {
        next = Requests::next(request);
        if (request->server != &server)
            continue;
        request->server = nullptr;
        if (request->probe) {
            base.waiting.remove(request);
            free_request(*request);
        }
    }
    for (evdns_request* request = base.done.first(); request; request = next) {
        next = Requests::next(request);
        if (request->probe && request->server == &server) {
            base.done.remove(request);
            free_request(*request);
        }
    }
}

void free_nameserver(Nameserver& server) {
    event_del(&server.probe_timer);
    event_debug_unassign(&server.probe_timer);
    close_tcp(server);
    close_udp(server);
    mem::release(&server);
}

}  // namespace

Status add_nameserver(evdns_base& base, const SocketAddress& address) {
    Nameserver** link = &base.servers;
    for (; *link; link = &(*link)->next) {
        if (compare_addresses(&(*link)->address.generic, &address.generic, true) == 0)
            return Status::invalid;
    }
    auto* const server = base.server_count < kMostServers ? mem::make<Nameserver>() : nullptr;
    if (!server)
        return Status::no_memory;
    server->base = &base;
    server->address = address;
    server->fd = -1;
    server->up = true;
    server->probe_after = base.options.first_probe;
    evlet_event_assign_no_signal(&server->probe_timer, base.base, -1, 0, on_probe_timer, server);
    // One that cannot be reached may be later: a device reads its configuration before its network
    // is there. It is tried when something is asked.
    if (open_udp(*server) == Opened::failed) {
        free_nameserver(*server);
        return Status::system;
    }
    *link = server;
    ++base.server_count;
    watch(*server);
    call_work(base);
    return Status::ok;
}

void remove_nameservers(evdns_base& base) {
    while (Nameserver* const server = base.servers) {
        forget(base, *server);
        base.servers = server->next;
        free_nameserver(*server);
    }
    base.server_count = 0;
}

// In the order in which they were added, or in turn; one that is up, if any is, and not the last
// again if there is another.
Nameserver* choose_nameserver(evdns_base& base, const Nameserver* last) {
    if (!base.servers)
        return nullptr;
    Nameserver* first = base.servers;
    if (last) {
        first = last->next ? last->next : base.servers;
    } else if (base.options.rotate) {
        for (unsigned skip = base.turn++ % base.server_count; skip; --skip)
            first = first->next;
    }
    Nameserver* server = first;
    do {
        if (server->up)
            return server;
        server = server->next ? server->next : base.servers;
    } while (server != first);
    return first;
}

void nameserver_answered(Nameserver& server) {
    server.timeouts = 0;
    if (server.up)
        return;
    server.up = true;
    server.probe_after = server.base->options.first_probe;
    event_del(&server.probe_timer);
    EVLET_LOG_DEBUG("evdns: a nameserver answers again");
}

void nameserver_timed_out(Nameserver& server) {
    if (++server.timeouts > server.base->options.most_timeouts)
        nameserver_failed(server);
}

void nameserver_failed(Nameserver& server) {
    if (!server.up)
        return;
    server.up = false;
    EVLET_LOG_DEBUG("evdns: a nameserver does not answer");
    server.probe_after = server.base->options.first_probe;
    probe_later(server);
    if (any_up(*server.base))
        hand_over(server);
}

void go_on_probing(evdns_base& base) {
    for (Nameserver* server = base.servers; server; server = server->next) {
        if (!server->up && !server->probe &&
            !event_pending(&server->probe_timer, EV_TIMEOUT, nullptr))
            set_probe_timer(*server);
    }
}

void rest(evdns_base& base) {
    event_del(&base.timer);
    base.timer_set = false;
    for (Nameserver* server = base.servers; server; server = server->next) {
        event_del(&server->probe_timer);
        close_tcp(*server);
    }
}

}  // namespace evlet::dns
