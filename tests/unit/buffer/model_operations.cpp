// SPDX-License-Identifier: BSD-3-Clause
// The operations of the model: each once on the buffer and once on the string.
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "model.h"
#include "support/test_base.h"

namespace evlet_test {

namespace {

constexpr evbuffer_eol_style kStyles[] = {EVBUFFER_EOL_ANY, EVBUFFER_EOL_CRLF,
                                          EVBUFFER_EOL_CRLF_STRICT, EVBUFFER_EOL_LF,
                                          EVBUFFER_EOL_NUL};

struct Eol {
    size_t at;  // npos: none
    size_t length;
};

Eol find_eol(const std::string& text, size_t start, evbuffer_eol_style style) {
    size_t at, end;
    switch (style) {
    case EVBUFFER_EOL_ANY:
        at = text.find_first_of("\r\n", start);
        end = at == std::string::npos ? at : text.find_first_not_of("\r\n", at);
        return {at, at == std::string::npos ? 0 : std::min(end, text.size()) - at};
    case EVBUFFER_EOL_CRLF:
        at = text.find('\n', start);
        if (at == std::string::npos)
            return {at, 0};
        return at > start && text[at - 1] == '\r' ? Eol{at - 1, 2} : Eol{at, 1};
    case EVBUFFER_EOL_CRLF_STRICT:
        at = text.find("\r\n", start);
        return {at, at == std::string::npos ? size_t(0) : size_t(2)};
    default:
        at = text.find(style == EVBUFFER_EOL_LF ? '\n' : '\0', start);
        return {at, at == std::string::npos ? size_t(0) : size_t(1)};
    }
}

ev_ssize_t as_position(size_t at) {
    return at == std::string::npos ? -1 : static_cast<ev_ssize_t>(at);
}

}  // namespace

void BufferModel::add(Side& side) {
    const std::string text = pick_text(pick_size());
    demand(evbuffer_add(side.buffer, text.data(), text.size()) == 0, "fails");
    side.text += text;
}

void BufferModel::add_printf(Side& side) {
    const int width = static_cast<int>(pick_size());
    const std::string number = std::to_string(texts_);
    const size_t size = std::max(number.size(), static_cast<size_t>(width));
    demand(evbuffer_add_printf(side.buffer, "<%*u>", width, texts_) == static_cast<int>(size + 2),
           "wrong length");
    side.text += "<" + std::string(size - number.size(), ' ') + number + ">";
}

void BufferModel::add_iovec(Side& side) {
    std::string parts[4];
    evbuffer_iovec extents[4];
    const size_t count = pick(5);
    size_t total = 0;
    for (size_t i = 0; i < count; ++i) {
        parts[i] = pick_text(pick_size());
        extents[i].iov_base = &parts[i][0];
        extents[i].iov_len = parts[i].size();
        side.text += parts[i];
        total += parts[i].size();
    }
    demand(evbuffer_add_iovec(side.buffer, extents, static_cast<int>(count)) == total,
           "wrong count");
}

void BufferModel::prepend(Side& side) {
    const std::string text = pick_text(pick_size());
    demand(evbuffer_prepend(side.buffer, text.data(), text.size()) == 0, "fails");
    side.text.insert(0, text);
}

void BufferModel::expand(Side& side) {
    demand(evbuffer_expand(side.buffer, pick_size()) == 0, "fails");
}

void BufferModel::reserve_and_commit(Side& side) {
    evbuffer_iovec pieces[3];
    const size_t size = 1 + pick_size();
    const int most = 1 + static_cast<int>(pick(3));
    const int count =
        evbuffer_reserve_space(side.buffer, static_cast<ev_ssize_t>(size), pieces, most);
    demand(count >= 1 && count <= most, "reserve fails");
    if (count < 1)
        return;
    size_t room = 0;
    for (int i = 0; i < count; ++i)
        room += pieces[i].iov_len;
    demand(room >= size, "less room than asked for");
    const std::string text = pick_text(pick(4) ? pick(size + 1) : std::min(room, size_t(9000)));
    size_t done = 0;
    int used = 0;
    while (used < count && (done < text.size() || pick(2))) {
        evbuffer_iovec& piece = pieces[used++];
        piece.iov_len = std::min(piece.iov_len, text.size() - done);
        memcpy(piece.iov_base, text.data() + done, piece.iov_len);
        done += piece.iov_len;
    }
    demand(evbuffer_commit_space(side.buffer, pieces, used) == 0, "commit fails");
    side.text += text.substr(0, done);
}

void BufferModel::reserve_and_leave(Side& side) {
    evbuffer_iovec pieces[2];
    const int most = 1 + static_cast<int>(pick(2));
    const int count =
        evbuffer_reserve_space(side.buffer, static_cast<ev_ssize_t>(pick_size()), pieces, most);
    // The room may be written to without being committed.
    for (int i = 0; i < count; ++i)
        memset(pieces[i].iov_base, '#', pieces[i].iov_len);
}

void BufferModel::drain(Side& side) {
    const size_t size = pick(16) ? pick_size() : EV_SIZE_MAX;
    demand(evbuffer_drain(side.buffer, size) == 0, "fails");
    side.text.erase(0, size);
}

void BufferModel::remove(Side& side) {
    std::string bytes(pick_size(), '?');
    const size_t size = std::min(bytes.size(), side.text.size());
    demand(evbuffer_remove(side.buffer, &bytes[0], bytes.size()) == static_cast<int>(size),
           "wrong count");
    demand(bytes == side.text.substr(0, size) + std::string(bytes.size() - size, '?'),
           "wrong bytes");
    side.text.erase(0, size);
}

void BufferModel::copy_out(Side& side) {
    evbuffer_ptr from = place(side, pick(side.text.size() + 1));
    const size_t start = static_cast<size_t>(from.pos);
    const size_t forward = pick(side.text.size() - start + 1);
    demand(evbuffer_ptr_set(side.buffer, &from, forward, EVBUFFER_PTR_ADD) == 0, "ptr_add fails");
    const std::string expected = side.text.substr(start + forward, pick_size());
    std::string bytes(expected.size(), '?');
    demand(evbuffer_copyout_from(side.buffer, &from, &bytes[0], bytes.size()) ==
               static_cast<ev_ssize_t>(bytes.size()),
           "wrong count");
    demand(bytes == expected, "wrong bytes");
    const size_t beyond = side.text.size() - start - forward + 1 + pick(100);
    demand(evbuffer_ptr_set(side.buffer, &from, beyond, EVBUFFER_PTR_ADD) == -1 && from.pos == -1,
           "ptr_add goes beyond the end");
}

void BufferModel::move_all(Side& side) {
    Side& from = pick_other(side);
    demand(evbuffer_add_buffer(side.buffer, from.buffer) == 0, "fails");
    side.text += from.text;
    from.text.clear();
    side.may_hold_file |= from.may_hold_file;
}

void BufferModel::move_all_front(Side& side) {
    Side& from = pick_other(side);
    demand(evbuffer_prepend_buffer(side.buffer, from.buffer) == 0, "fails");
    side.text.insert(0, from.text);
    from.text.clear();
    side.may_hold_file |= from.may_hold_file;
}

void BufferModel::move_some(Side& side) {
    Side& from = pick_other(side);
    const size_t asked = pick(16) ? pick_size() : EV_SIZE_MAX;
    const size_t size = std::min(asked, from.text.size());
    demand(evbuffer_remove_buffer(from.buffer, side.buffer, asked) == static_cast<int>(size),
           "wrong count");
    side.text.append(from.text, 0, size);
    from.text.erase(0, size);
    side.may_hold_file |= from.may_hold_file;
}

void BufferModel::multicast(Side& side) {
    Side& from = pick_other(side);
    if (evbuffer_add_buffer_reference(side.buffer, from.buffer) == 0)
        side.text += from.text;
    else
        demand(from.may_hold_file, "fails without a file in the source");
    side.may_hold_file |= from.may_hold_file;
}

void BufferModel::pull_up(Side& side) {
    const size_t size = pick(4) ? pick(side.text.size() + 2) : side.text.size();
    const ev_ssize_t asked =
        size == side.text.size() && pick(2) ? -1 : static_cast<ev_ssize_t>(size);
    const unsigned char* piece = evbuffer_pullup(side.buffer, asked);
    if (size == 0 || size > side.text.size())
        demand(piece == nullptr, "gives what is not there");
    else
        demand(piece && memcmp(piece, side.text.data(), size) == 0, "wrong bytes");
}

void BufferModel::peek(Side& side) {
    const size_t start = pick(side.text.size() + 1);
    evbuffer_ptr from = place(side, start);
    const int count = evbuffer_peek(side.buffer, -1, &from, nullptr, 0);
    demand(count >= 0, "counting fails");
    if (count < 0)
        return;
    std::vector<evbuffer_iovec> pieces(static_cast<size_t>(count) + 1);
    demand(evbuffer_peek(side.buffer, -1, &from, pieces.data(), count + 1) == count,
           "counts differ");
    size_t at = start;
    for (int i = 0; i < count; ++i) {
        demand(pieces[i].iov_len <= side.text.size() - at &&
                   memcmp(pieces[i].iov_base, side.text.data() + at, pieces[i].iov_len) == 0,
               "wrong bytes");
        at += pieces[i].iov_len;
    }
    demand(at == side.text.size(), "bytes are missing");
    const size_t bound = pick(side.text.size() - start + 1);
    demand(evbuffer_peek(side.buffer, static_cast<ev_ssize_t>(bound), &from, nullptr, 0) <= count,
           "a part needs more pieces than all");
}

void BufferModel::search(Side& side) {
    const std::string what = pick_needle(side);
    const size_t start = pick(4) ? pick(side.text.size() + 1) : 0;
    const size_t end = pick(2) ? side.text.size() : start + pick(side.text.size() - start + 1);
    const evbuffer_ptr from = place(side, start), until = place(side, end);
    const ev_ssize_t expected = what.empty()
                                    ? static_cast<ev_ssize_t>(start)
                                    : as_position(side.text.substr(0, end).find(what, start));
    const evbuffer_ptr found = evbuffer_search_range(side.buffer, what.data(), what.size(), &from,
                                                     end < side.text.size() ? &until : nullptr);
    demand(found.pos == expected, "found elsewhere");
    if (found.pos < 0)
        return;
    std::string bytes(what.size(), '?');
    demand(evbuffer_copyout_from(side.buffer, &found, &bytes[0], bytes.size()) ==
                   static_cast<ev_ssize_t>(bytes.size()) &&
               bytes == what,
           "the place found holds something else");
}

void BufferModel::take_line(Side& side) {
    const evbuffer_eol_style style = kStyles[pick(5)];
    const Eol eol = find_eol(side.text, 0, style);
    size_t length = 77;
    char* line = evbuffer_readln(side.buffer, &length, style);
    demand((line != nullptr) == (eol.at != std::string::npos), "wrong about there being a line");
    if (!line) {
        demand(length == 0, "a length without a line");
        return;
    }
    demand(length == eol.at && memcmp(line, side.text.data(), length) == 0 && line[length] == 0,
           "wrong line");
    free(line);
    side.text.erase(0, eol.at + eol.length);
}

void BufferModel::search_line(Side& side) {
    const evbuffer_eol_style style = kStyles[pick(5)];
    evbuffer_ptr from = place(side, pick(side.text.size() + 1));
    const Eol eol = find_eol(side.text, static_cast<size_t>(from.pos), style);
    size_t length = 77;
    const evbuffer_ptr found = evbuffer_search_eol(side.buffer, &from, &length, style);
    demand(found.pos == as_position(eol.at), "found elsewhere");
    demand(length == eol.length, "wrong length");
}

void BufferModel::through_a_socket(Side& side) {
    Side& to = pick_other(side);
    const size_t most = 1 + pick_size();
    const int sent = evbuffer_write_atmost(side.buffer, sockets_[0], static_cast<ev_ssize_t>(most));
    if (side.text.empty()) {
        demand(sent <= 0, "sends what is not there");
        return;
    }
    demand(sent > 0 && static_cast<size_t>(sent) <= std::min(most, side.text.size()),
           "sends nothing, or too much");
    for (int got = 0; got < sent && failure_.empty();) {
        pollfd arrival = {sockets_[1], POLLIN, 0};
        poll(&arrival, 1, 20000);  // over TCP it takes a moment
        const int size = evbuffer_read(to.buffer, sockets_[1], 1 + static_cast<int>(pick_size()));
        demand(size > 0, "what was sent does not arrive");
        got += size;
    }
    to.text.append(side.text, 0, static_cast<size_t>(sent));
    side.text.erase(0, static_cast<size_t>(sent));
}

void BufferModel::freeze(Side& side) {
    Side& other = pick_other(side);
    const int at_front = static_cast<int>(pick(2));
    demand(evbuffer_freeze(side.buffer, at_front) == 0, "freeze fails");
    if (at_front) {
        demand(evbuffer_prepend(side.buffer, "x", 1) == -1, "prepends to a frozen front");
        demand(side.text.empty() || evbuffer_drain(side.buffer, 1) == -1, "drains a frozen front");
        demand(side.text.empty() || evbuffer_add_buffer(other.buffer, side.buffer) == -1,
               "moves from a frozen front");
    } else {
        demand(evbuffer_add(side.buffer, "x", 1) == -1, "adds to a frozen back");
        demand(other.text.empty() || evbuffer_add_buffer(side.buffer, other.buffer) == -1,
               "moves to a frozen back");
    }
    demand(evbuffer_unfreeze(side.buffer, at_front) == 0, "unfreeze fails");
}

}  // namespace evlet_test
