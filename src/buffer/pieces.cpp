// SPDX-License-Identifier: BSD-3-Clause
// Copying a vector of pieces to the end of a buffer. The room for all is reserved first, so that
// either every byte is added or none.
#include <string.h>

#include "buffer/reference.h"

namespace evlet {

Status add_pieces(evbuffer& buffer, const evbuffer_iovec* pieces, int count, size_t* ret_added) {
    size_t total = 0;
    for (int i = 0; i < count; ++i) {
        // Both terms are at most kMostBytes: the sum cannot wrap.
        if (pieces[i].iov_len > kMostBytes || !can_grow(buffer, total + pieces[i].iov_len))
            return Status::no_memory;
        total += pieces[i].iov_len;
    }
    Space spaces[2] = {};
    if (total > 0 && reserve(buffer, total, spaces, 2) == 0)
        return Status::no_memory;
    Space* space = spaces;
    for (int i = 0; i < count; ++i) {
        const auto* from = static_cast<const uint8_t*>(pieces[i].iov_base);
        for (size_t left = pieces[i].iov_len; left > 0;) {
            if (space->size == 0)
                ++space;
            const size_t here = left < space->size ? left : space->size;
            memcpy(space->data, from, here);
            *space = {space->data + here, space->size - here};
            from += here;
            left -= here;
        }
    }
    const size_t room = buffer.tail_room();
    const size_t in_last = total < room ? total : room;
    commit(buffer, in_last, total - in_last);
    *ret_added = total;
    return Status::ok;
}

}  // namespace evlet
