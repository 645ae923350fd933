// SPDX-License-Identifier: BSD-3-Clause
#include "dns/search.h"

#include <string.h>

#include "mem/mem.h"

namespace evlet::dns {
namespace {

size_t size_of(unsigned count) {
    return sizeof(Search) + count * sizeof(Name);
}

// The base's list for nobody but the base, with room for one more name.
Search* own_search(evdns_base& base) {
    Search* const old = base.search;
    const unsigned count = old ? old->count : 0;
    auto* const list = static_cast<Search*>(mem::allocate(size_of(count + 1)));
    if (!list)
        return nullptr;
    list->refs = 1;
    list->count = count;
    list->ndots = old ? old->ndots : kDefaultDots;
    if (count)
        memcpy(list->names, old->names, count * sizeof(Name));
    release_search(old);
    base.search = list;
    ++base.epoch;
    return list;
}

int dots_in(const Name& name) {
    int labels = 0;
    for (size_t at = 0; name.bytes[at]; at += size_t(1) + name.bytes[at])
        ++labels;
    return labels > 0 ? labels - 1 : 0;
}

// False: together they are too long.
bool join(const Name& name, const Name& domain, Name* ret_name) {
    const size_t size = size_t(name.size) - 1 + domain.size;
    if (size > kMostName)
        return false;
    memcpy(ret_name->bytes, name.bytes, size_t(name.size) - 1);
    memcpy(ret_name->bytes + name.size - 1, domain.bytes, domain.size);
    ret_name->size = static_cast<uint8_t>(size);
    return true;
}

}  // namespace

void release_search(Search* search) {
    if (search && --search->refs == 0)
        mem::release(search);
}

Status add_domain(evdns_base& base, Text domain) {
    while (!domain.empty() && domain[0] == '.')
        domain = domain.from(1);
    Name name;
    if (!parse_name(domain, &name) || name.size == 1 ||
        (base.search && base.search->count >= kMostDomains))
        return Status::invalid;
    Search* const search = own_search(base);
    if (!search)
        return Status::no_memory;
    search->names[search->count++] = name;
    return Status::ok;
}

Status set_ndots(evdns_base& base, int ndots) {
    Search* const search = own_search(base);
    if (!search)
        return Status::no_memory;
    search->ndots = ndots;
    return Status::ok;
}

void clear_domains(evdns_base& base) {
    // The number of dots stays, as far as there is memory to keep it.
    if (Search* const search = base.search ? own_search(base) : nullptr) {
        search->count = 0;
        return;
    }
    release_search(base.search);
    base.search = nullptr;
    ++base.epoch;
}

bool take_candidate(evdns_request& request) {
    const Search* const search = request.search;
    const unsigned domains = search ? search->count : 0;
    const bool itself_first = !search || dots_in(request.given) >= search->ndots;
    const unsigned itself = itself_first ? 0 : domains;
    for (; request.step <= domains; ++request.step) {
        if (request.step == itself)
            request.name = request.given;
        else if (!join(request.given, search->names[request.step - (itself_first ? 1 : 0)],
                       &request.name))
            continue;
        if (request.base->options.mix_case)
            mix_case(*request.base, request.name);
        return true;
    }
    return false;
}

Status set_name(evdns_request& request, Text text) {
    evdns_base& base = *request.base;
    if (!parse_name(text, &request.given))
        return Status::invalid;
    // "\." at the end is no dot that ends a name, but "\\." is.
    size_t behind = text.size - 1;
    while (behind && text[behind - 1] == '\\')
        --behind;
    const bool absolute = text[text.size - 1] == '.' && (text.size - 1 - behind) % 2 == 0;
    if (!absolute && !(request.flags & DNS_NO_SEARCH) && base.search && base.search->count) {
        request.search = base.search;
        ++base.search->refs;
    }
    request.step = 0;
    request.least_ttl = UINT32_MAX;
    return take_candidate(request) ? Status::ok : Status::invalid;
}

}  // namespace evlet::dns
