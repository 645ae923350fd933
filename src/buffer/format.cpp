// SPDX-License-Identifier: BSD-3-Clause
// The text is written where it stays: behind the last byte if there is room, else to the spare. A
// first attempt that runs out of room has told how much is needed, so a second one always fits.
#include "buffer/format.h"

#include <limits.h>
#include <stdio.h>

namespace evlet {

namespace {

// Where a first attempt goes when there is no room at all: most lines are shorter.
constexpr size_t kFirstGuess = 128;

// Formats into `room` bytes; the length of the whole text, or -1.
[[nodiscard]] int write(uint8_t* bytes, size_t room, const char* format, va_list args) {
    va_list copy;
    va_copy(copy, args);
    // Some C libraries refuse a size that an int does not hold.
    const int length =
        vsnprintf(reinterpret_cast<char*>(bytes), room > INT_MAX ? INT_MAX : room, format, copy);
    va_end(copy);
    return length;
}

}  // namespace

Status add_formatted(evbuffer& buffer, const char* format, va_list args, size_t* ret_added) {
    size_t room = buffer.tail_room();
    bool in_tail = room > 0;
    if (!in_tail) {
        const Status status = reserve_spare(buffer, kFirstGuess);
        if (failed(status))
            return status;
        room = buffer.spare->room_behind();
    }
    const int measured =
        write(in_tail ? buffer.last->end() : buffer.spare->end(), room, format, args);
    if (measured < 0)
        return Status::system;
    const auto length = static_cast<size_t>(measured);
    if (!can_grow(buffer, length))
        return Status::no_memory;
    if (length >= room) {
        const Status status = reserve_spare(buffer, length + 1);
        if (failed(status))
            return status;
        in_tail = false;
        // Differs if another thread changes an argument meanwhile.
        if (write(buffer.spare->end(), length + 1, format, args) != measured)
            return Status::invalid;
    }
    commit(buffer, in_tail ? length : 0, in_tail ? 0 : length);
    *ret_added = length;
    return Status::ok;
}

}  // namespace evlet
