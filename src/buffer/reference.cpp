// SPDX-License-Identifier: BSD-3-Clause
// A chain over the program's memory: storage and capacity stay what the program gave, for the
// cleanup to be told; only offset and length move.
#include "buffer/reference.h"

namespace evlet {

namespace {

struct Cleanup {
    evbuffer_ref_cleanup_cb function;
    void* arg;
};

void release(Chain& chain) {
    const Cleanup cleanup = extra_of<Cleanup>(chain);
    if (cleanup.function)
        cleanup.function(chain.storage, chain.capacity, cleanup.arg);
}

constexpr ChainKind kReference = {release, nullptr, nullptr};

}  // namespace

Status add_reference(evbuffer& buffer, const void* memory, size_t offset, size_t count,
                     evbuffer_ref_cleanup_cb cleanup, void* cleanup_arg) {
    if (offset > SIZE_MAX - count || (!memory && count > 0))
        return Status::invalid;
    if (!can_grow(buffer, count))
        return Status::no_memory;
    Chain* chain = make_special_chain(kReference, sizeof(Cleanup));
    if (!chain)
        return Status::no_memory;
    extra_of<Cleanup>(*chain) = {cleanup, cleanup_arg};
    chain->storage = static_cast<uint8_t*>(const_cast<void*>(memory));
    chain->capacity = offset + count;
    chain->offset = offset;
    chain->length = count;
    if (count > 0)
        link_back(buffer, chain);
    else
        release_chain(chain);
    return Status::ok;
}

}  // namespace evlet
