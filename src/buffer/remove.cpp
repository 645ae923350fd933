// SPDX-License-Identifier: BSD-3-Clause
// Taking bytes off the front. Chains leave the list before they are let go, since letting go of a
// reference calls the program back.
#include <string.h>

#include "buffer/buffer.h"

namespace evlet {

Chain* detach(evbuffer& buffer, size_t count) {
    Chain* const gone = buffer.first;
    Chain* last_gone = nullptr;
    size_t left = count;
    while (left && left >= buffer.first->length) {
        last_gone = buffer.first;
        left -= last_gone->length;
        buffer.first = last_gone->next;
    }
    if (left) {
        buffer.first->offset += left;
        buffer.first->length -= left;
    }
    buffer.length -= count;
    if (!last_gone)
        return nullptr;
    last_gone->next = nullptr;
    if (!buffer.first)
        buffer.last = nullptr;
    return gone;
}

void drain(evbuffer& buffer, size_t count) {
    release_chains(detach(buffer, count));
}

Place find_place(const evbuffer& buffer, size_t position) {
    Chain* chain = buffer.first;
    while (chain && position >= chain->length) {
        position -= chain->length;
        chain = chain->next;
    }
    return {chain, position};
}

ev_ssize_t copy_out(evbuffer& buffer, size_t position, void* ret_bytes, size_t count) {
    const size_t available = buffer.length - position;
    if (count > available)
        count = available;
    auto* to = static_cast<uint8_t*>(ret_bytes);
    size_t left = count;
    for (Place at = find_place(buffer, position); left; at = {at.chain->next, 0}) {
        if (failed(load(*at.chain)))
            return -1;
        const size_t here = at.chain->length - at.offset;
        const size_t part = here < left ? here : left;
        memcpy(to, at.chain->begin() + at.offset, part);
        to += part;
        left -= part;
    }
    return static_cast<ev_ssize_t>(count);
}

void clear_buffer(evbuffer& buffer) {
    if (buffer.extras)
        buffer.extras->release(buffer);
    buffer.extras = nullptr;
    buffer.changed = nullptr;
    drain(buffer, buffer.length);
    release_spare(buffer);
}

}  // namespace evlet
