// SPDX-License-Identifier: BSD-3-Clause
#include "dns/cache.h"

#include <string.h>

#include "mem/mem.h"

namespace evlet::dns {

// Behind it: `count` addresses, then the name, then the canonical one with a 0 at its end.
struct Entry {
    Entry* next;
    Nanos until;
    size_t name_size;
    unsigned count;
    unsigned epoch;
    int family;
    int error;  // EVUTIL_EAI_* if count is 0
    bool has_canonical;
};

struct Cache {
    unsigned count;
    Entry* chains[64];
};

namespace {

constexpr unsigned kMostEntries = 512;
constexpr uint32_t kMostTtl = 24 * 3600;  // an error of an operator should not last for ever
constexpr uint32_t kMostNegative = 15 * 60;

Entry*& chain_of(Cache& cache, Text name) {
    uint32_t hash = 2166136261u;  // FNV-1a
    for (size_t i = 0; i < name.size; ++i)
        hash = (hash ^ static_cast<uint8_t>(to_lower(name[i]))) * 16777619u;
    return cache.chains[(hash ^ hash >> 16) % (sizeof cache.chains / sizeof *cache.chains)];
}

sockaddr_in6* addresses_of(const Entry& entry) {
    return reinterpret_cast<sockaddr_in6*>(const_cast<Entry*>(&entry + 1));
}

const char* name_of(const Entry& entry) {
    return reinterpret_cast<const char*>(addresses_of(entry) + entry.count);
}

const char* canonical_of(const Entry& entry) {
    return name_of(entry) + entry.name_size;
}

bool is(const Entry& entry, Text name, int family) {
    return entry.family == family && entry.name_size == name.size &&
           compare_ignoring_case(name_of(entry), name.data, name.size) == 0;
}

void remove_at(Cache& cache, Entry** link) {
    Entry* const entry = *link;
    *link = entry->next;
    mem::release(entry);
    --cache.count;
}

void make_room(Cache& cache) {
    Entry** first = nullptr;
    for (Entry*& chain : cache.chains) {
        for (Entry** link = &chain; *link; link = &(*link)->next) {
            if (!first || (*link)->until < (*first)->until)
                first = link;
        }
    }
    if (first)
        remove_at(cache, first);
}

void free_cache(evdns_base& base) {
    Cache* const cache = base.cache;
    if (!cache)
        return;
    for (Entry*& chain : cache->chains) {
        while (chain)
            remove_at(*cache, &chain);
    }
    mem::release(cache);
    base.cache = nullptr;
}

size_t size_of(int family) {
    return family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

// The same address for each kind of socket counts once.
bool is_first(const evutil_addrinfo* list, const evutil_addrinfo* entry) {
    for (; list != entry; list = list->ai_next) {
        if (list->ai_addrlen == entry->ai_addrlen &&
            memcmp(list->ai_addr, entry->ai_addr, entry->ai_addrlen) == 0)
            return false;
    }
    return true;
}

unsigned count_of(const evutil_addrinfo* list, int family, sockaddr_in6* ret_addresses) {
    unsigned count = 0;
    const size_t size = size_of(family);
    for (const evutil_addrinfo* entry = list; entry; entry = entry->ai_next) {
        if (entry->ai_family != family || entry->ai_addrlen < size || !is_first(list, entry))
            continue;
        if (ret_addresses)
            memcpy(ret_addresses + count, entry->ai_addr, size);
        ++count;
    }
    return count;
}

// 0, EVUTIL_EAI_* or kNeedsLookup.
int take_entry(const Entry& entry, const AddrinfoRequest& request, AddrinfoList& list) {
    if (entry.count == 0)
        return entry.error;
    const size_t size = size_of(entry.family);
    const bool wants_canonical = request.flags & EVUTIL_AI_CANONNAME;
    if (wants_canonical && !entry.has_canonical)
        return kNeedsLookup;
    if (wants_canonical && !list.set_canonical_name(canonical_of(entry)))
        return EVUTIL_EAI_MEMORY;
    for (unsigned i = 0; i < entry.count; ++i) {
        if (!list.add(addresses_of(entry) + i, size, request))
            return EVUTIL_EAI_MEMORY;
    }
    return 0;
}

int look_up_family(evdns_base& base, Text name, int family, const AddrinfoRequest& request,
                   AddrinfoList& list) {
    Cache& cache = *base.cache;
    const Nanos now = now_of(base);
    for (Entry** link = &chain_of(cache, name); *link;) {
        const Entry& entry = **link;
        if (entry.until <= now) {
            remove_at(cache, link);
            continue;
        }
        const bool counts = entry.epoch == base.epoch || entry.epoch == kAnyEpoch;
        if (counts && is(entry, name, family))
            return take_entry(entry, request, list);
        link = &(*link)->next;
    }
    return kNeedsLookup;
}

}  // namespace

bool write_cache(evdns_base& base, Text name, int family, const evutil_addrinfo* list,
                 const char* canonical, int error, uint32_t ttl, unsigned epoch) {
    const unsigned count = count_of(list, family, nullptr);
    // That a list has none of a family is no error of anybody.
    const uint32_t most = list ? kMostTtl : kMostNegative;
    if (base.no_cache || ttl == 0)
        return true;
    if (!base.cache) {
        base.cache = mem::make<Cache>();
        base.free_cache = free_cache;
        if (!base.cache)
            return false;
    }
    Cache& cache = *base.cache;
    const size_t canonical_size = canonical && count ? strlen(canonical) + 1 : 0;
    auto* const entry = static_cast<Entry*>(
        mem::allocate(sizeof(Entry) + count * sizeof(sockaddr_in6) + name.size + canonical_size));
    if (!entry)
        return false;
    Entry*& chain = chain_of(cache, name);
    for (Entry** link = &chain; *link;) {
        if (is(**link, name, family))
            remove_at(cache, link);
        else
            link = &(*link)->next;
    }
    if (cache.count >= kMostEntries)
        make_room(cache);
    entry->until = add_saturated(now_of(base), (ttl < most ? ttl : most) * kNanosPerSecond);
    entry->name_size = name.size;
    entry->count = count;
    entry->epoch = epoch;
    entry->family = family;
    entry->error = error;
    entry->has_canonical = canonical_size != 0;
    count_of(list, family, addresses_of(*entry));
    memcpy(const_cast<char*>(name_of(*entry)), name.data, name.size);
    if (canonical_size)
        memcpy(const_cast<char*>(canonical_of(*entry)), canonical, canonical_size);
    entry->next = chain;
    chain = entry;
    ++cache.count;
    return true;
}

int look_up_cache(evdns_base& base, Text name, const AddrinfoRequest& request, AddrinfoList& list) {
    if (!base.cache)
        return kNeedsLookup;
    int v6 = EVUTIL_EAI_NODATA;
    int v4 = EVUTIL_EAI_NODATA;
    if (request.family != AF_INET)
        v6 = look_up_family(base, name, AF_INET6, request, list);
    if (request.family != AF_INET6)
        v4 = look_up_family(base, name, AF_INET, request, list);
    // Half of what was asked for is not an answer.
    if (v4 == EVUTIL_EAI_MEMORY || v6 == EVUTIL_EAI_MEMORY)
        return EVUTIL_EAI_MEMORY;
    if (v4 == kNeedsLookup || v6 == kNeedsLookup)
        return kNeedsLookup;
    if (v4 == 0 || v6 == 0)
        return 0;
    return v4 == EVUTIL_EAI_NONAME || v6 == EVUTIL_EAI_NONAME ? EVUTIL_EAI_NONAME : v4;
}

}  // namespace evlet::dns
