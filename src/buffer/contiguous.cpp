// SPDX-License-Identifier: BSD-3-Clause
// Bringing bytes together in one piece.
#include <string.h>

#include "buffer/buffer.h"

namespace evlet {
namespace {

Status load_front(evbuffer& buffer, size_t count) {
    size_t seen = 0;
    for (Chain* chain = buffer.first; seen < count; chain = chain->next) {
        const Status loaded = load(*chain);
        if (failed(loaded))
            return loaded;
        seen += chain->length;
    }
    return Status::ok;
}

}  // namespace

uint8_t* pull_up(evbuffer& buffer, size_t count) {
    if (failed(load_front(buffer, count)))
        return nullptr;
    Chain* const first = buffer.first;
    if (first->length >= count)
        return first->begin();
    Chain* target;
    if (first->writable() && first->capacity >= count) {
        target = first;
        buffer.first = first->next;
        buffer.length -= first->length;
        if (target->capacity - target->offset < count) {
            memmove(target->storage, target->begin(), target->length);
            target->offset = 0;
        }
    } else {
        target = make_chain(count);
        if (!target)
            return nullptr;
    }
    const size_t missing = count - target->length;
    (void)copy_out(buffer, 0, target->end(), missing);  // all of it has been loaded
    drain(buffer, missing);
    target->length = count;
    link_front(buffer, target);
    return target->begin();
}

}  // namespace evlet
