// SPDX-License-Identifier: BSD-3-Clause
// Finding bytes and ends of lines in a buffer, and the program's pointers into it. Called by this
// room's shells; the buffer's lock is held.
//
// An evbuffer_ptr is trusted for its `pos` alone. The chain it names is filled in because programs
// see it, and never followed: the buffer may have changed since.
#pragma once

#include "buffer/buffer.h"

namespace evlet {

constexpr ev_ssize_t kNotFound = -1;

// Where the `count` (at least 1) bytes at `what` first lie between `from` and `end`, both at most
// the length, or kNotFound; that also when a file cannot be read, with errno set. No byte is moved.
[[nodiscard]] ev_ssize_t search(const evbuffer& buffer, const void* what, size_t count, size_t from,
                                size_t end);

// The first end of a line from `from` on, and how many bytes it has; both or kNotFound.
[[nodiscard]] ev_ssize_t search_eol(const evbuffer& buffer, size_t from, evbuffer_eol_style style,
                                    size_t* ret_eol_length);

// The pointer to a position that is at most the length, or for kNotFound the one to nowhere.
[[nodiscard]] evbuffer_ptr pointer_to(const evbuffer& buffer, ev_ssize_t position);

// The position of a pointer, of null the front. False if it is none in this buffer.
[[nodiscard]] inline bool position_of(const evbuffer& buffer, const evbuffer_ptr* pointer,
                                      size_t* ret_position) {
    // Negative ones become larger than any length.
    const size_t position = pointer ? static_cast<size_t>(pointer->pos) : 0;
    if (position > buffer.length)
        return false;
    *ret_position = position;
    return true;
}

// Removes the first line without its end and answers it with a NUL behind it, in memory that the
// program frees; nullptr if no line has ended yet (errno as it was) or on failure, which leaves the
// buffer as it was. No callbacks; `ret_drained` counts the end too.
[[nodiscard]] char* take_line(evbuffer& buffer, evbuffer_eol_style style, size_t* ret_length,
                              size_t* ret_drained);

}  // namespace evlet
