// SPDX-License-Identifier: BSD-3-Clause
// Putting bytes into a buffer. New bytes fill the last chain first and go on in the spare, which
// is made before anything is written, so that nothing can fail half-way.
#include <string.h>

#include "buffer/buffer.h"

namespace evlet {
namespace {

// A buffer that grows by small pieces gets chains that double up to this size.
constexpr size_t kMostAhead = 4096;

}  // namespace

void link_back(evbuffer& buffer, Chain* chain) {
    chain->next = nullptr;
    if (buffer.last)
        buffer.last->next = chain;
    else
        buffer.first = chain;
    buffer.last = chain;
    buffer.length += chain->length;
}

void link_front(evbuffer& buffer, Chain* chain) {
    chain->next = buffer.first;
    buffer.first = chain;
    if (!buffer.last)
        buffer.last = chain;
    buffer.length += chain->length;
}

Status reserve_spare(evbuffer& buffer, size_t room) {
    if (buffer.spare && buffer.spare->capacity >= room)
        return Status::ok;
    size_t ahead = buffer.last ? buffer.last->capacity * 2 : 0;
    if (ahead > kMostAhead)
        ahead = kMostAhead;
    Chain* chain = make_chain(room > ahead ? room : ahead);
    if (!chain && room < ahead)
        chain = make_chain(room);
    if (!chain)
        return Status::no_memory;
    release_chain(buffer.spare);
    buffer.spare = chain;
    return Status::ok;
}

void commit(evbuffer& buffer, size_t in_last, size_t in_spare) {
    if (in_last) {
        buffer.last->length += in_last;
        buffer.length += in_last;
    }
    if (in_spare) {
        Chain* const chain = buffer.spare;
        buffer.spare = nullptr;
        chain->length = in_spare;
        link_back(buffer, chain);
    }
}

Status append(evbuffer& buffer, const void* bytes, size_t count) {
    if (count == 0)
        return Status::ok;
    if (!can_grow(buffer, count))
        return Status::no_memory;
    const size_t room = buffer.tail_room();
    if (count > room && failed(reserve_spare(buffer, count - room)))
        return Status::no_memory;
    const size_t in_last = count < room ? count : room;
    if (in_last)
        memcpy(buffer.last->end(), bytes, in_last);
    if (count > in_last)
        memcpy(buffer.spare->storage, static_cast<const uint8_t*>(bytes) + in_last,
               count - in_last);
    commit(buffer, in_last, count - in_last);
    return Status::ok;
}

Status prepend(evbuffer& buffer, const void* bytes, size_t count) {
    if (count == 0)
        return Status::ok;
    if (!can_grow(buffer, count))
        return Status::no_memory;
    const size_t room = buffer.first ? buffer.first->room_before() : 0;
    const size_t in_first = count < room ? count : room;
    if (count > in_first) {
        const size_t rest = count - in_first;
        Chain* const chain = make_chain(rest);
        if (!chain)
            return Status::no_memory;
        // At the end of its storage, so that more can go before it.
        chain->offset = chain->capacity - rest;
        chain->length = rest;
        memcpy(chain->begin(), bytes, rest);
        if (in_first) {
            buffer.first->offset -= in_first;
            buffer.first->length += in_first;
            memcpy(buffer.first->begin(), static_cast<const uint8_t*>(bytes) + rest, in_first);
            buffer.length += in_first;
        }
        link_front(buffer, chain);
        return Status::ok;
    }
    buffer.first->offset -= count;
    buffer.first->length += count;
    memcpy(buffer.first->begin(), bytes, count);
    buffer.length += count;
    return Status::ok;
}

int reserve(evbuffer& buffer, size_t room, Space* ret_pieces, int most_pieces) {
    if (!can_grow(buffer, room))
        return 0;
    const size_t in_last = buffer.tail_room();
    int count = 0;
    if (in_last && (in_last >= room || most_pieces > 1))
        ret_pieces[count++] = {buffer.last->end(), in_last};
    if (count && in_last >= room)
        return count;
    const size_t rest = count ? room - in_last : room;
    if (failed(reserve_spare(buffer, rest)))
        return 0;
    ret_pieces[count++] = {buffer.spare->storage, buffer.spare->capacity};
    return count;
}

}  // namespace evlet
