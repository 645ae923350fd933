// SPDX-License-Identifier: BSD-3-Clause
// Invariant of a list: an entry and its address are one block; the canonical name is a block of
// its own and belongs to the first entry alone.
#include "net/addrinfo.h"

#include "mem/mem.h"

namespace evlet {

namespace {

void set_port(void* address, int family, uint16_t port) {
    if (family == AF_INET)
        static_cast<sockaddr_in*>(address)->sin_port = network_order(port);
    else
        static_cast<sockaddr_in6*>(address)->sin6_port = network_order(port);
}

[[nodiscard]] evutil_addrinfo* make_entry(const void* address, size_t size, int flags,
                                          const AddrinfoUse& use) {
    static_assert(sizeof(evutil_addrinfo) % alignof(sockaddr_in6) == 0, "the address comes behind");
    auto* entry =
        static_cast<evutil_addrinfo*>(mem::allocate_zeroed(sizeof(evutil_addrinfo) + size));
    if (!entry)
        return nullptr;
    entry->ai_addr = reinterpret_cast<sockaddr*>(entry + 1);
    memcpy(entry->ai_addr, address, size);
    entry->ai_addrlen = static_cast<decltype(entry->ai_addrlen)>(size);
    entry->ai_flags = flags;
    entry->ai_family = entry->ai_addr->sa_family;
    entry->ai_socktype = use.socktype;
    entry->ai_protocol = use.protocol;
    set_port(entry + 1, entry->ai_family, use.port);
    return entry;
}

}  // namespace

AddrinfoList::~AddrinfoList() {
    free_addrinfo(first_);
    mem::release(canonical_name_);
}

bool AddrinfoList::add(const void* address, size_t size, const AddrinfoRequest& request) {
    for (int i = 0; i < request.use_count; ++i) {
        evutil_addrinfo* entry = make_entry(address, size, request.flags, request.uses[i]);
        if (!entry)
            return false;
        if (last_)
            last_->ai_next = entry;
        else
            first_ = entry;
        last_ = entry;
    }
    return true;
}

bool AddrinfoList::set_canonical_name(const char* name) {
    char* copy = mem::duplicate(name);
    if (!copy)
        return false;
    mem::release(canonical_name_);
    canonical_name_ = copy;
    return true;
}

evutil_addrinfo* AddrinfoList::release() {
    evutil_addrinfo* list = first_;
    list->ai_canonname = canonical_name_;
    canonical_name_ = nullptr;
    first_ = last_ = nullptr;
    return list;
}

void free_addrinfo(evutil_addrinfo* list) {
    while (list) {
        evutil_addrinfo* next = list->ai_next;
        mem::release(list->ai_canonname);
        mem::release(list);
        list = next;
    }
}

}  // namespace evlet
