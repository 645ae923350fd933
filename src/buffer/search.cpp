// SPDX-License-Identifier: BSD-3-Clause
// The C library's memchr() finds the first byte of what is searched, chain by chain; only there the
// rest is compared. Nothing is pulled up: a match may lie across any number of chains.
#include "buffer/search.h"

#include <string.h>

#include "mem/mem.h"

namespace evlet {

namespace {

[[nodiscard]] size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

// There are `count` bytes from `at` on. A file that cannot be read matches nothing; the search
// meets its chain again and fails there.
[[nodiscard]] bool matches(Place at, const uint8_t* what, size_t count) {
    while (count > 0) {
        if (failed(load(*at.chain)))
            return false;
        const size_t here = least(count, at.chain->length - at.offset);
        if (memcmp(at.chain->begin() + at.offset, what, here) != 0)
            return false;
        what += here;
        count -= here;
        at = {at.chain->next, 0};
    }
    return true;
}

// How many bytes from `position` on are CR or LF.
[[nodiscard]] size_t count_breaks(const evbuffer& buffer, size_t position) {
    size_t count = 0;
    for (Place at = find_place(buffer, position); at.chain; at = {at.chain->next, 0}) {
        if (failed(load(*at.chain)))
            return count;
        for (; at.offset < at.chain->length; ++at.offset, ++count) {
            const uint8_t byte = at.chain->begin()[at.offset];
            if (byte != '\r' && byte != '\n')
                return count;
        }
    }
    return count;
}

}  // namespace

ev_ssize_t search(const evbuffer& buffer, const void* what, size_t count, size_t from, size_t end) {
    if (from > end || count > end - from)
        return kNotFound;
    const auto* wanted = static_cast<const uint8_t*>(what);
    const size_t last = end - count;
    Place at = find_place(buffer, from);
    for (size_t position = from; at.chain && position <= last;) {
        if (failed(load(*at.chain)))
            return kNotFound;
        const uint8_t* begin = at.chain->begin() + at.offset;
        const size_t left = at.chain->length - at.offset;
        const auto* hit =
            static_cast<const uint8_t*>(memchr(begin, *wanted, least(left, last - position + 1)));
        if (!hit) {
            position += left;
            at = {at.chain->next, 0};
            continue;
        }
        const auto skipped = static_cast<size_t>(hit - begin);
        position += skipped;
        at.offset += skipped;
        if (matches(at, wanted, count))
            return static_cast<ev_ssize_t>(position);
        ++position;
        ++at.offset;
    }
    return kNotFound;
}

ev_ssize_t search_eol(const evbuffer& buffer, size_t from, evbuffer_eol_style style,
                      size_t* ret_eol_length) {
    const size_t end = buffer.length;
    ev_ssize_t found = kNotFound;
    size_t length = 1;
    switch (style) {
    case EVBUFFER_EOL_ANY: {
        found = search(buffer, "\n", 1, from, end);
        const ev_ssize_t cr =
            search(buffer, "\r", 1, from, found < 0 ? end : static_cast<size_t>(found));
        if (cr >= 0)
            found = cr;
        if (found >= 0)
            length = count_breaks(buffer, static_cast<size_t>(found));
        break;
    }
    case EVBUFFER_EOL_CRLF:
        found = search(buffer, "\n", 1, from, end);
        // A CR in front of `from` belongs to what the caller has seen already.
        if (found > static_cast<ev_ssize_t>(from)) {
            const Place before = find_place(buffer, static_cast<size_t>(found) - 1);
            if (before.chain->begin()[before.offset] == '\r') {
                --found;
                length = 2;
            }
        }
        break;
    case EVBUFFER_EOL_CRLF_STRICT:
        length = 2;
        found = search(buffer, "\r\n", length, from, end);
        break;
    case EVBUFFER_EOL_LF:
        found = search(buffer, "\n", 1, from, end);
        break;
    case EVBUFFER_EOL_NUL:
        found = search(buffer, "", 1, from, end);
        break;
    }
    if (found >= 0)
        *ret_eol_length = length;
    return found;
}

evbuffer_ptr pointer_to(const evbuffer& buffer, ev_ssize_t position) {
    evbuffer_ptr pointer = {position, {nullptr, 0}};
    if (position >= 0) {
        const Place place = find_place(buffer, static_cast<size_t>(position));
        pointer.internal_ = {place.chain, place.offset};
    }
    return pointer;
}

char* take_line(evbuffer& buffer, evbuffer_eol_style style, size_t* ret_length,
                size_t* ret_drained) {
    size_t eol_length;
    const ev_ssize_t end = search_eol(buffer, 0, style, &eol_length);
    if (end < 0)
        return nullptr;
    const auto length = static_cast<size_t>(end);
    auto* line = static_cast<char*>(mem::allocate(length + 1));
    if (!line)
        return nullptr;
    if (copy_out(buffer, 0, line, length) != end) {
        mem::release(line);
        return nullptr;
    }
    line[length] = '\0';
    *ret_length = length;
    *ret_drained = length + eol_length;
    drain(buffer, *ret_drained);
    return line;
}

}  // namespace evlet
