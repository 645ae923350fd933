// SPDX-License-Identifier: BSD-3-Clause
// getaddrinfo without waiting: what net/addrinfo.h knows by itself, hosts, cache, then a request
// for each family. Invariant: a Lookup is in the base's list as long as a request of its own is not
// over; it stays until its callback has returned, which may cancel it, to no effect.
#include <string.h>

#include <initializer_list>

#include "dns/address_order.h"
#include "dns/async.h"
#include "dns/base.h"
#include "dns/cache.h"
#include "dns/hosts.h"
#include "dns/search.h"
#include "mem/mem.h"
#include "net/address_types.h"

namespace evlet::dns {

// The name is behind it.
struct Lookup {
    Links<Lookup> links;
    evdns_base* base;
    evdns_getaddrinfo_cb callback;
    void* argument;
    evdns_request* requests[2];  // kA, kAaaa; null: not asked, or over
    evutil_addrinfo* lists[2];
    int errors[2];
    char* name_found;  // the canonical one, or null
    event skew;        // what the second family has after the first
    AddrinfoRequest wanted;
    unsigned epoch;  // of the base, when it began
    bool cancelled;

    [[nodiscard]] const char* name() const { return reinterpret_cast<const char*>(this + 1); }
};

namespace {

enum Family : unsigned { kFirst, kSecond };
constexpr uint16_t kTypes[] = {kA, kAaaa};
constexpr int kFamilies[] = {AF_INET, AF_INET6};

int to_eai(int error) {
    switch (error) {
    case DNS_ERR_NONE:
        return 0;
    case DNS_ERR_NOTEXIST:
        return EVUTIL_EAI_NONAME;
    case DNS_ERR_NODATA:
        return EVUTIL_EAI_NODATA;
    case DNS_ERR_SERVERFAILED:
    case DNS_ERR_TIMEOUT:
        return EVUTIL_EAI_AGAIN;
    case DNS_ERR_UNKNOWN:
        return EVUTIL_EAI_MEMORY;
    case DNS_ERR_CANCEL:
    case DNS_ERR_SHUTDOWN:
        return EVUTIL_EAI_CANCEL;
    default:
        return EVUTIL_EAI_FAIL;
    }
}

void link(Lookup& lookup) {
    evdns_base& base = *lookup.base;
    lookup.links.next = base.lookups;
    lookup.links.prev = &base.lookups;
    if (base.lookups)
        base.lookups->links.prev = &lookup.links.next;
    base.lookups = &lookup;
}

// Leaves nothing but its memory.
void end_lookup(Lookup& lookup) {
    *lookup.links.prev = lookup.links.next;
    if (lookup.links.next)
        lookup.links.next->links.prev = lookup.links.prev;
    event_del(&lookup.skew);
    event_debug_unassign(&lookup.skew);
    free_addrinfo(lookup.lists[kFirst]);
    free_addrinfo(lookup.lists[kSecond]);
    mem::release(lookup.name_found);
}

void free_lookup(Lookup& lookup) {
    end_lookup(lookup);
    mem::release(&lookup);
}

void end_lookups(evdns_base& base) {
    while (base.lookups)
        free_lookup(*base.lookups);
}

// Which of two errors says more: that one of the families has something to tell.
int worse(const Lookup& lookup) {
    const int a = lookup.errors[kFirst];
    const int b = lookup.errors[kSecond];
    if (lookup.wanted.family != AF_UNSPEC)
        return lookup.wanted.family == AF_INET ? a : b;
    // A nameserver that did not tell may have had an address.
    for (const int error : {EVUTIL_EAI_CANCEL, EVUTIL_EAI_MEMORY, EVUTIL_EAI_AGAIN, EVUTIL_EAI_FAIL,
                            EVUTIL_EAI_NODATA}) {
        if (a == error || b == error)
            return error;
    }
    return a;
}

// IPv6 first; the order is made after that.
evutil_addrinfo* join(Lookup& lookup) {
    evutil_addrinfo* list = lookup.lists[kSecond];
    evutil_addrinfo** end = &list;
    while (*end)
        end = &(*end)->ai_next;
    *end = lookup.lists[kFirst];
    lookup.lists[kFirst] = lookup.lists[kSecond] = nullptr;
    return list;
}

// The same list with its IPv4 addresses as IPv6 ones, or without them; null: out of memory.
evutil_addrinfo* map_to_ipv6(const evutil_addrinfo* list, bool with_ipv4) {
    AddrinfoList mapped;
    for (const evutil_addrinfo* entry = list; entry; entry = entry->ai_next) {
        uint8_t bytes[kIpv6Size] = {};
        sockaddr_in6 address;
        uint16_t port;
        if (entry->ai_family == AF_INET6) {
            memcpy(&address, entry->ai_addr, sizeof address);
            port = address.sin6_port;
        } else if (with_ipv4) {
            sockaddr_in ipv4;
            memcpy(&ipv4, entry->ai_addr, sizeof ipv4);
            port = ipv4.sin_port;
            map_ipv4(&ipv4.sin_addr, bytes);
            address = make_ipv6(bytes, 0, 0);
        } else {
            continue;
        }
        const AddrinfoRequest one = {
            AF_INET6,
            entry->ai_flags,
            {{entry->ai_socktype, entry->ai_protocol, network_order(port)}, {}},
            1};
        if (!mapped.add(&address, sizeof address, one))
            return nullptr;
    }
    return mapped.release();
}

// The last steps to a list that is not empty. 0, or EVUTIL_EAI_MEMORY, and then it is freed.
int complete(evutil_addrinfo*& list, int flags) {
    if (flags & EVUTIL_AI_V4MAPPED) {
        bool has_ipv6 = false;
        for (const evutil_addrinfo* entry = list; entry; entry = entry->ai_next)
            has_ipv6 = has_ipv6 || entry->ai_family == AF_INET6;
        evutil_addrinfo* const mapped = map_to_ipv6(list, !has_ipv6 || (flags & EVUTIL_AI_ALL));
        if (mapped) {
            mapped->ai_canonname = list->ai_canonname;
            list->ai_canonname = nullptr;
        }
        free_addrinfo(list);
        list = mapped;
    }
    if (!list)
        return EVUTIL_EAI_MEMORY;
    order_addresses(list);
    return 0;
}

// All is known that will be. With the mutex, which is given back for the callback.
void tell(Lookup& lookup) {
    evdns_base& base = *lookup.base;
    evutil_addrinfo* list = nullptr;
    int error = lookup.cancelled ? EVUTIL_EAI_CANCEL : worse(lookup);
    if (!lookup.cancelled)
        list = join(lookup);
    if (list)
        error = complete(list, lookup.wanted.flags);
    if (list) {
        list->ai_canonname = lookup.name_found;
        lookup.name_found = nullptr;
    }
    end_lookup(lookup);
    const UnlockGuard unlocked(base.mutex);
    lookup.callback(error, list, lookup.argument);
    mem::release(&lookup);
}

// The addresses of an outcome as a list. False: out of memory.
bool take_outcome(Lookup& lookup, unsigned index, const Outcome& outcome) {
    AddrinfoList list;
    const auto* bytes = static_cast<const uint8_t*>(outcome.data);
    for (unsigned i = 0; i < outcome.count; ++i) {
        bool added;
        if (index == kFirst) {
            uint8_t v4[kIpv4Size];
            memcpy(v4, bytes + i * sizeof v4, sizeof v4);
            const sockaddr_in address = make_ipv4(v4, 0);
            added = list.add(&address, sizeof address, lookup.wanted);
        } else {
            uint8_t v6[kIpv6Size];
            memcpy(v6, bytes + i * sizeof v6, sizeof v6);
            const sockaddr_in6 address = make_ipv6(v6, 0, 0);
            added = list.add(&address, sizeof address, lookup.wanted);
        }
        if (!added)
            return false;
    }
    if ((lookup.wanted.flags & EVUTIL_AI_CANONNAME) && !lookup.name_found) {
        lookup.name_found = mem::duplicate(outcome.alias ? outcome.alias : lookup.name());
        if (!lookup.name_found)
            return false;
    }
    lookup.lists[index] = list.release();
    return true;
}

// Called without the mutex, as all are whose request is over.
void on_done(evdns_request& request, void* argument) {
    auto& lookup = *static_cast<Lookup*>(argument);
    evdns_base& base = *lookup.base;
    const LockGuard lock(base.mutex);
    const unsigned index = request.type == kA ? kFirst : kSecond;
    Outcome& outcome = request.outcome;
    lookup.requests[index] = nullptr;
    int error = to_eai(outcome.error);
    if (error == 0 && !take_outcome(lookup, index, outcome))
        error = EVUTIL_EAI_MEMORY;
    lookup.errors[index] = error;
    const bool certain = error == 0 || error == EVUTIL_EAI_NONAME || error == EVUTIL_EAI_NODATA;
    // What cannot be kept is asked again.
    if (certain && !base.gone)
        (void)write_cache(base, Text(lookup.name()), kFamilies[index], lookup.lists[index],
                          lookup.name_found, error, outcome.ttl, lookup.epoch);
    const unsigned other = index == kFirst ? kSecond : kFirst;
    if (!lookup.requests[other])
        return tell(lookup);
    if (error == 0 && !base.gone) {
        const timeval time = to_timeval(base.options.skew);
        (void)event_add(&lookup.skew, &time);
    }
}

void on_skew(evutil_socket_t, short, void* argument) {
    auto& lookup = *static_cast<Lookup*>(argument);
    const Work work(*lookup.base);
    for (evdns_request* const request : lookup.requests) {
        if (request)
            cancel(*request);
    }
}

Lookup* make_lookup(evdns_base& base, const char* name, const AddrinfoRequest& wanted,
                    evdns_getaddrinfo_cb callback, void* argument) {
    const size_t size = strlen(name) + 1;
    auto* const lookup = static_cast<Lookup*>(mem::allocate_zeroed(sizeof(Lookup) + size));
    if (!lookup)
        return nullptr;
    memcpy(lookup + 1, name, size);
    lookup->base = &base;
    lookup->wanted = wanted;
    lookup->epoch = base.epoch;
    lookup->callback = callback;
    lookup->argument = argument;
    lookup->errors[kFirst] = lookup->errors[kSecond] = EVUTIL_EAI_NODATA;
    evlet_event_assign_no_signal(&lookup->skew, base.base, -1, 0, on_skew, lookup);
    link(*lookup);
    base.end_lookups = end_lookups;
    return lookup;
}

// The requests; 0 or an EVUTIL_EAI_*, and then there are none.
int ask(Lookup& lookup) {
    evdns_base& base = *lookup.base;
    const int flags = kStopAtNoData | (lookup.wanted.flags & EVUTIL_AI_CANONNAME ? kWantAlias : 0);
    int error = 0;
    for (unsigned i = 0; i < 2 && error == 0; ++i) {
        if (lookup.wanted.family != AF_UNSPEC && lookup.wanted.family != kFamilies[i])
            continue;
        evdns_request* const request = make_request(base, kTypes[i], flags, on_done, &lookup);
        lookup.requests[i] = request;
        if (!request)
            error = EVUTIL_EAI_MEMORY;
        else if (failed(set_name(*request, Text(lookup.name()))))
            error = EVUTIL_EAI_NONAME;
    }
    for (evdns_request*& request : lookup.requests) {
        if (request && error) {
            free_request(*request);
            request = nullptr;
        } else if (request) {
            submit(*request);
        }
    }
    return error;
}

// Without a nameserver, as far as that goes: 0, an EVUTIL_EAI_* or kNeedsLookup. From here on
// EVUTIL_AI_V4MAPPED says that complete() has to map.
int look_up(evdns_base& base, const char* node, AddrinfoRequest& wanted, AddrinfoList& list) {
    int error = resolve_locally(node, wanted, list);
    const bool maps =
        error == kNeedsLookup && wanted.family == AF_INET6 && (wanted.flags & EVUTIL_AI_V4MAPPED);
    if (maps)
        wanted.family = AF_UNSPEC;
    else
        wanted.flags &= ~EVUTIL_AI_V4MAPPED;
    if (error != kNeedsLookup)
        return error;
    if (wanted.flags & EVUTIL_AI_ADDRCONFIG)
        narrow_to_configured(wanted);
    const Text name(node);
    error = look_up_hosts(base, name, wanted, list);
    if (error == kNeedsLookup)
        return look_up_cache(base, name, wanted, list);
    if (error == 0 && (wanted.flags & EVUTIL_AI_CANONNAME) && !list.set_canonical_name(node))
        error = EVUTIL_EAI_MEMORY;
    return error;
}

evdns_getaddrinfo_request* start(evdns_base& base, const char* node, const char* service,
                                 const evutil_addrinfo* hints, evdns_getaddrinfo_cb callback,
                                 void* argument) {
    AddrinfoRequest wanted;
    AddrinfoList list;
    int error = prepare_request(node, service, hints, &wanted);
    evutil_addrinfo* found = nullptr;
    if (error == 0) {
        const LockGuard lock(base.mutex);
        if (base.before_request)
            base.before_request(base);
        error = look_up(base, node, wanted, list);
        Lookup* lookup = nullptr;
        if (error == kNeedsLookup) {
            lookup = make_lookup(base, node, wanted, callback, argument);
            error = lookup ? ask(*lookup) : EVUTIL_EAI_MEMORY;
            if (error == 0)
                return reinterpret_cast<evdns_getaddrinfo_request*>(lookup);
            if (lookup)
                free_lookup(*lookup);
        }
    }
    if (error == 0) {
        found = list.release();
        error = complete(found, wanted.flags);
    }
    callback(error, found, argument);
    return nullptr;
}

void cancel_lookup(void* argument) {
    auto& lookup = *static_cast<Lookup*>(argument);
    const LockGuard lock(lookup.base->mutex);
    lookup.cancelled = true;
    for (evdns_request* const request : lookup.requests) {
        if (request)
            cancel(*request);
    }
}

void* start_for_rooms_below(evdns_base* base, const char* node, const char* service,
                            const evutil_addrinfo* hints, ResolvedCallback callback,
                            void* argument) {
    return start(*base, node, service, hints, callback, argument);
}

}  // namespace

const AsyncResolver kAsyncResolver = {start_for_rooms_below, cancel_lookup};

}  // namespace evlet::dns

using namespace evlet;
using namespace evlet::dns;

extern "C" {

struct evdns_getaddrinfo_request* evdns_getaddrinfo(struct evdns_base* dns_base,
                                                    const char* nodename, const char* servname,
                                                    const struct evutil_addrinfo* hints_in,
                                                    evdns_getaddrinfo_cb cb, void* arg) {
    evdns_base* const base = dns_base ? dns_base : g_current_base;
    if (base)
        return start(*base, nodename, servname, hints_in, cb, arg);
    cb(EVUTIL_EAI_FAIL, nullptr, arg);
    return nullptr;
}

int evdns_cache_write(struct evdns_base* dns_base, char* nodename, struct evutil_addrinfo* res,
                      int ttl) {
    const Text name(nodename);
    const auto seconds = static_cast<uint32_t>(ttl > 0 ? ttl : 0);
    const LockGuard lock(dns_base->mutex);
    const char* const canonical = res && res->ai_canonname ? res->ai_canonname : nodename;
    bool written = !dns_base->no_cache;
    for (unsigned i = 0; i < 2 && written; ++i) {
        written = write_cache(*dns_base, name, kFamilies[i], res, canonical, EVUTIL_EAI_NODATA,
                              seconds, kAnyEpoch);
    }
    return written ? 0 : -1;
}

int evdns_cache_lookup(struct evdns_base* base, const char* nodename, struct evutil_addrinfo* hints,
                       ev_uint16_t port, struct evutil_addrinfo** res) {
    AddrinfoRequest wanted;
    AddrinfoList list;
    const PortText service(port);
    int error = prepare_request(nodename, service.text, hints, &wanted);
    const LockGuard lock(base->mutex);
    if (error == 0)
        error = look_up_cache(*base, Text(nodename), wanted, list);
    if (error == 0)
        *res = list.release();
    return error == kNeedsLookup ? -1 : error;
}

void evdns_getaddrinfo_cancel(struct evdns_getaddrinfo_request* req) {
    cancel_lookup(req);
}

}  // extern "C"
