// SPDX-License-Identifier: BSD-3-Clause
// A chain that shows the storage of another one, its owner, which may hang in a buffer with another
// lock, or in none any more. Invariants: an owner is never a multicast itself, so letting go never
// nests deeper than one; what is shared (storage, its size, the count) does not change while shared
// but for the count, which is atomic.
#include "buffer/file_segment.h"
#include "buffer/reference.h"

namespace evlet {

namespace {

struct Shared {
    Chain* owner;
};

void release(Chain& chain) {
    release_chain(extra_of<Shared>(chain).owner);
}

constexpr ChainKind kMulticast = {release, nullptr, nullptr};

[[nodiscard]] Chain* share(Chain& chain) {
    // Without storage there is nothing to share yet but the file.
    if (!chain.storage)
        return copy_file_chain(chain);
    Chain* shared = make_special_chain(kMulticast, sizeof(Shared));
    if (!shared)
        return nullptr;
    Chain* owner = chain.kind == &kMulticast ? extra_of<Shared>(chain).owner : &chain;
    owner->refs.add();
    extra_of<Shared>(*shared).owner = owner;
    shared->storage = chain.storage;
    shared->capacity = chain.capacity;
    shared->offset = chain.offset;
    shared->length = chain.length;
    return shared;
}

}  // namespace

Status add_multicast(evbuffer& to, const evbuffer& from) {
    if (!can_grow(to, from.length))
        return Status::no_memory;
    Chain* first = nullptr;
    Chain** end = &first;
    for (Chain* chain = from.first; chain; chain = chain->next) {
        *end = share(*chain);
        if (!*end) {
            release_chains(first);
            return Status::no_memory;
        }
        end = &(*end)->next;
    }
    while (first) {
        Chain* next = first->next;
        link_back(to, first);
        first = next;
    }
    return Status::ok;
}

}  // namespace evlet
