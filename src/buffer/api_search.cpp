// SPDX-License-Identifier: BSD-3-Clause
// Searching, lines, pointers, looking without copying.
#include <errno.h>

#include "base/shell.h"
#include "buffer/search.h"

using namespace evlet;

namespace {

constexpr evbuffer_ptr kNowhere = {kNotFound, {nullptr, 0}};

// At most n_vec whole chains from `position` on, until they hold `wanted` bytes; how many chains
// that takes, or -1 if a file cannot be read.
[[nodiscard]] int list_pieces(const evbuffer& buffer, size_t position, size_t wanted,
                              evbuffer_iovec* vec_out, int n_vec, bool stop_when_full) {
    int count = 0;
    size_t seen = 0;
    for (Place at = find_place(buffer, position); at.chain && seen < wanted;
         at = {at.chain->next, 0}) {
        const size_t here = at.chain->length - at.offset;
        if (count < n_vec) {
            if (failed(load(*at.chain)))
                return -1;
            vec_out[count] = {at.chain->begin() + at.offset, here};
        } else if (stop_when_full) {
            break;
        }
        seen += here;
        ++count;
    }
    return count;
}

}  // namespace

extern "C" {

struct evbuffer_ptr evbuffer_search_range(struct evbuffer* buf, const char* what, size_t len,
                                          const struct evbuffer_ptr* start,
                                          const struct evbuffer_ptr* end) {
    const LockGuard guard(buf->lock);
    size_t from;
    size_t limit = buf->length;
    if (!position_of(*buf, start, &from) || (end && !position_of(*buf, end, &limit)))
        return kNowhere;
    // Nothing is found where the search begins.
    const ev_ssize_t found =
        len > 0 ? search(*buf, what, len, from, limit) : static_cast<ev_ssize_t>(from);
    return pointer_to(*buf, found);
}

struct evbuffer_ptr evbuffer_search(struct evbuffer* buf, const char* what, size_t len,
                                    const struct evbuffer_ptr* start) {
    return evbuffer_search_range(buf, what, len, start, nullptr);
}

struct evbuffer_ptr evbuffer_search_eol(struct evbuffer* buf, struct evbuffer_ptr* start,
                                        size_t* eol_len_out, enum evbuffer_eol_style eol_style) {
    const LockGuard guard(buf->lock);
    size_t from;
    size_t eol_length = 0;
    ev_ssize_t found = kNotFound;
    if (position_of(*buf, start, &from))
        found = search_eol(*buf, from, eol_style, &eol_length);
    if (eol_len_out)
        *eol_len_out = eol_length;
    return pointer_to(*buf, found);
}

char* evbuffer_readln(struct evbuffer* buf, size_t* n_read_out, enum evbuffer_eol_style eol_style) {
    const BufferGuard guard(*buf);
    size_t length = 0;
    size_t drained;
    char* line = nullptr;
    if (!buf->front_frozen)
        line = take_line(*buf, eol_style, &length, &drained);
    if (n_read_out)
        *n_read_out = length;
    if (line)
        note_change(*buf, 0, drained);
    return line;
}

int evbuffer_ptr_set(struct evbuffer* buf, struct evbuffer_ptr* ptr, size_t position,
                     enum evbuffer_ptr_how how) {
    const LockGuard guard(buf->lock);
    size_t base = 0;
    const bool based =
        how == EVBUFFER_PTR_SET || (how == EVBUFFER_PTR_ADD && position_of(*buf, ptr, &base));
    if (!based || position > buf->length - base) {
        *ptr = kNowhere;
        return to_result(Status::invalid);
    }
    *ptr = pointer_to(*buf, static_cast<ev_ssize_t>(base + position));
    return 0;
}

int evbuffer_peek(struct evbuffer* buf, ev_ssize_t len, struct evbuffer_ptr* start_at,
                  struct evbuffer_iovec* vec_out, int n_vec) {
    const LockGuard guard(buf->lock);
    size_t from;
    if (!position_of(*buf, start_at, &from))
        return to_result(Status::invalid);
    // "As much as fits" has an end at n_vec, unless it is the question how many there would be.
    const size_t wanted = len < 0 ? buf->length : static_cast<size_t>(len);
    return list_pieces(*buf, from, wanted, vec_out, n_vec, len < 0 && n_vec > 0);
}

ev_ssize_t evbuffer_copyout_from(struct evbuffer* buf, const struct evbuffer_ptr* pos,
                                 void* data_out, size_t datlen) {
    const LockGuard guard(buf->lock);
    size_t from;
    if (buf->front_frozen || !position_of(*buf, pos, &from))
        return to_result(Status::invalid);
    return copy_out(*buf, from, data_out, datlen);
}

}  // extern "C"
