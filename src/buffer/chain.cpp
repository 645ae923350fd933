// SPDX-License-Identifier: BSD-3-Clause
#include "buffer/chain.h"

#include "mem/mem.h"

namespace evlet {
namespace {

// Small chains are blocks of a power of two, large ones of whole pages less what an allocator
// keeps beside a block.
constexpr size_t kSmallestBlock = sizeof(void*) * 64;
constexpr size_t kPage = 4096;

Chain* set_up(void* block, size_t capacity) {
    auto* chain = static_cast<Chain*>(block);
    if (!chain)
        return nullptr;
    chain->next = nullptr;
    chain->storage = reinterpret_cast<uint8_t*>(chain + 1);
    chain->capacity = capacity;
    chain->offset = chain->length = 0;
    chain->kind = nullptr;
    chain->refs.init();
    return chain;
}

}  // namespace

Chain* make_exact_chain(size_t room) {
    if (room > kMostBytes)
        room = SIZE_MAX - sizeof(Chain);  // no allocator has that
    return set_up(mem::allocate(sizeof(Chain) + room), room);
}

Chain* make_chain(size_t room) {
    if (room > kMostBytes - kPage)
        return make_exact_chain(room);
    const size_t wanted = room + kBlockOverhead;
    size_t block = kSmallestBlock;
    while (block < wanted && block < kPage)
        block *= 2;
    if (block < wanted)
        block = (wanted + kPage - 1) / kPage * kPage;
    return make_exact_chain(block - kBlockOverhead);
}

Chain* make_special_chain(const ChainKind& kind, size_t extra) {
    Chain* chain = set_up(mem::allocate(sizeof(Chain) + extra), 0);
    if (chain) {
        chain->storage = nullptr;
        chain->kind = &kind;
    }
    return chain;
}

void release_chain(Chain* chain) {
    if (!chain || !chain->refs.drop())
        return;
    if (chain->kind)
        chain->kind->release(*chain);
    mem::release(chain);
}

void release_chains(Chain* first) {
    while (first) {
        Chain* const next = first->next;
        release_chain(first);
        first = next;
    }
}

}  // namespace evlet
