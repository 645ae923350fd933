// SPDX-License-Identifier: BSD-3-Clause
// A piece of a buffer: a header and the bytes it describes. Plain chains carry their bytes behind
// the header; special ones (references, multicast, file segments) point elsewhere and bring a
// ChainKind that says how to let go. Used by this room alone.
//
// A plain chain that hangs in one buffer only is writable: bytes may be added before and behind
// those in use. Shared and special chains are never written to.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/ref_count.h"
#include "base/shared.h"
#include "base/status.h"
#include "event2/util.h"

namespace evlet {

struct Chain;

// What a special chain can do. Reached through the chain, so that a program which never makes one
// does not link the code.
struct ChainKind {
    // Called once, when the chain has left its buffer, before its memory goes.
    void (*release)(Chain& chain);
    // Makes the bytes of a chain without storage readable. Null for kinds that always have it.
    Status (*load)(Chain& chain);
    // Sends at most `most` bytes of a chain without storage: as evlet_port_sendv(). Null likewise.
    ev_ssize_t (*send)(Chain& chain, evutil_socket_t fd, size_t most);
};

struct Chain {
    Chain* next;
    uint8_t* storage;       // null: the bytes are in a file; load() before looking at them
    size_t capacity;        // of the storage
    size_t offset;          // of the bytes in use in the storage
    size_t length;          // of the bytes in use; never 0 in a buffer's list
    const ChainKind* kind;  // null: plain
    RefCount refs;          // buffers that use a plain chain's storage, as owner or by multicast

    [[nodiscard]] uint8_t* begin() { return storage + offset; }
    [[nodiscard]] uint8_t* end() { return storage + offset + length; }
    [[nodiscard]] bool writable() const { return !kind && refs.unique(); }
    [[nodiscard]] size_t room_before() const { return writable() ? offset : 0; }
    [[nodiscard]] size_t room_behind() const { return writable() ? capacity - offset - length : 0; }
};

// The largest number of bytes a buffer may hold, so that a position fits an ev_ssize_t.
constexpr size_t kMostBytes = SIZE_MAX / 2;

// What a block has beside room: the header, and what an allocator keeps of its own.
constexpr size_t kBlockOverhead = sizeof(Chain) + 2 * sizeof(void*);

// From this room on a chain that a receive hardly filled gives back what it does not need.
constexpr size_t kLargeChain = 4096;

// An empty plain chain with room for `room` bytes at least; more, up to a block of a handy size.
// nullptr without memory.
[[nodiscard]] Chain* make_chain(size_t room);
// As make_chain(), with no more room than asked for.
[[nodiscard]] Chain* make_exact_chain(size_t room);
// An empty special chain with `extra` bytes of its own behind the header.
[[nodiscard]] Chain* make_special_chain(const ChainKind& kind, size_t extra);
template <class Extra>
[[nodiscard]] Extra& extra_of(Chain& chain) {
    return *reinterpret_cast<Extra*>(&chain + 1);
}
// Lets go of one chain, or of a whole list. nullptr is allowed.
EVLET_SHARED void release_chain(Chain* chain);
void release_chains(Chain* first);

// Makes a chain's bytes readable; nothing to do for nearly all.
[[nodiscard]] inline Status load(Chain& chain) {
    return chain.storage ? Status::ok : chain.kind->load(chain);
}

}  // namespace evlet
