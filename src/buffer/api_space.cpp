// SPDX-License-Identifier: BSD-3-Clause
// Room for bytes that the program writes by itself, and bytes in one piece.
#include "base/shell.h"
#include "buffer/buffer.h"

using namespace evlet;

extern "C" {

int evbuffer_expand(struct evbuffer* buffer, size_t room) {
    BufferGuard guard(*buffer);
    if (!can_grow(*buffer, room))
        return to_result(Status::no_memory);
    const size_t in_last = buffer->tail_room();
    return to_result(in_last >= room ? Status::ok : reserve_spare(*buffer, room));
}

int evbuffer_reserve_space(struct evbuffer* buffer, ev_ssize_t size, struct evbuffer_iovec* vec,
                           int n_vecs) {
    BufferGuard guard(*buffer);
    if (buffer->back_frozen || size < 0 || n_vecs < 1)
        return to_result(Status::invalid);
    Space pieces[2];
    const int count = reserve(*buffer, static_cast<size_t>(size), pieces, n_vecs);
    if (count == 0)
        return to_result(Status::no_memory);
    for (int i = 0; i < count; ++i) {
        vec[i].iov_base = pieces[i].data;
        vec[i].iov_len = pieces[i].size;
    }
    return count;
}

int evbuffer_commit_space(struct evbuffer* buffer, struct evbuffer_iovec* vec, int n_vecs) {
    BufferGuard guard(*buffer);
    if (buffer->back_frozen || n_vecs < 0)
        return to_result(Status::invalid);
    const size_t room = buffer->tail_room();
    const uint8_t* const tail = room ? buffer->last->end() : nullptr;
    size_t in_last = 0;
    size_t in_spare = 0;
    bool spare_seen = false;
    for (int i = 0; i < n_vecs; ++i) {
        const size_t size = vec[i].iov_len;
        if (i == 0 && tail && vec[i].iov_base == tail && size <= room)
            in_last = size;
        else if (!spare_seen && buffer->spare && vec[i].iov_base == buffer->spare->storage &&
                 size <= buffer->spare->capacity)
            spare_seen = true, in_spare = size;
        else if (size != 0)
            return to_result(Status::invalid);
    }
    if (!can_grow(*buffer, in_last + in_spare))
        return to_result(Status::invalid);
    commit(*buffer, in_last, in_spare);
    if (in_last + in_spare)
        note_change(*buffer, in_last + in_spare, 0);
    return 0;
}

unsigned char* evbuffer_pullup(struct evbuffer* buffer, ev_ssize_t size) {
    BufferGuard guard(*buffer);
    const size_t count = size < 0 ? buffer->length : static_cast<size_t>(size);
    if (count == 0 || count > buffer->length)
        return nullptr;
    return pull_up(*buffer, count);
}

size_t evbuffer_get_contiguous_space(const struct evbuffer* buffer) {
    auto& target = *const_cast<evbuffer*>(buffer);
    LockGuard guard(target.lock);
    return buffer->first ? buffer->first->length : 0;
}

}  // extern "C"
