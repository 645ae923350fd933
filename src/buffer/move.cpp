// SPDX-License-Identifier: BSD-3-Clause
// Moving bytes from one buffer to another by moving their chains.
#include <string.h>

#include "buffer/buffer.h"

namespace evlet {
namespace {

// A chain that carries less than a fourth of what it occupies is not worth moving where its bytes
// fit behind others: many of them would use far more memory than they hold.
bool better_copied(const evbuffer& to, const Chain& chain) {
    return !chain.kind && chain.length <= to.tail_room() && chain.length < chain.capacity / 4;
}

void take_chains(evbuffer& to, evbuffer& from, Chain* last, size_t count) {
    Chain* const first = from.first;
    from.first = last->next;
    if (!from.first)
        from.last = nullptr;
    from.length -= count;
    last->next = nullptr;
    if (to.last)
        to.last->next = first;
    else
        to.first = first;
    to.last = last;
    to.length += count;
}

}  // namespace

void move_all(evbuffer& to, evbuffer& from) {
    if (from.first == from.last && better_copied(to, *from.first)) {
        memcpy(to.last->end(), from.first->begin(), from.length);
        commit(to, from.length, 0);
        drain(from, from.length);
        return;
    }
    take_chains(to, from, from.last, from.length);
}

void move_all_front(evbuffer& to, evbuffer& from) {
    from.last->next = to.first;
    if (!to.last)
        to.last = from.last;
    to.first = from.first;
    to.length += from.length;
    from.first = from.last = nullptr;
    from.length = 0;
}

Status move_some(evbuffer& to, evbuffer& from, size_t count) {
    size_t whole = 0;
    Chain* last = nullptr;
    Chain* next = from.first;
    while (next && next->length <= count - whole) {
        whole += next->length;
        last = next;
        next = next->next;
    }
    const size_t part = count - whole;
    if (part) {
        // The bytes of a chain that is taken apart are copied; that is all that can fail.
        const Status loaded = load(*next);
        if (failed(loaded))
            return loaded;
        if (last || to.tail_room() < part) {
            const Status reserved = reserve_spare(to, part);
            if (failed(reserved))
                return reserved;
        }
    }
    if (last)
        take_chains(to, from, last, whole);
    if (part) {
        (void)append(to, next->begin(), part);  // there is room
        drain(from, part);
    }
    return Status::ok;
}

}  // namespace evlet
