// SPDX-License-Identifier: BSD-3-Clause
// Between a buffer and a descriptor: one receive or one send a call.
#include <errno.h>

#include "buffer/buffer.h"
#include "evlet/port_net.h"
#include "mem/mem.h"

namespace evlet {
namespace {

constexpr int kMostPieces = 16;

// Small memories may not have as much room as would be handy.
Status reserve_as_much(evbuffer& buffer, size_t handy) {
    constexpr size_t kLeast = 128;
    while (failed(reserve_spare(buffer, handy))) {
        if (handy <= kLeast)
            return Status::no_memory;
        handy /= 2;
    }
    return Status::ok;
}

// A large chain that the last receive hardly used gives back what it does not need, or a slow
// reader behind it would hold many times what it was sent.
void shrink_spare(evbuffer& buffer, size_t used) {
    Chain* const chain = buffer.spare;
    if (chain->capacity < kLargeChain || used >= chain->capacity / 4)
        return;
    auto* shrunk = static_cast<Chain*>(mem::resize(chain, 1, sizeof(Chain) + used));
    if (!shrunk)
        return;
    shrunk->storage = reinterpret_cast<uint8_t*>(shrunk + 1);
    shrunk->capacity = used;
    buffer.spare = shrunk;
}

// Collects the bytes in memory at the front; stops at a chain that has none.
int collect(evbuffer& buffer, iovec* ret_pieces, size_t most) {
    int count = 0;
    for (Chain* chain = buffer.first; chain && chain->storage && most && count < kMostPieces;
         chain = chain->next) {
        const size_t part = chain->length < most ? chain->length : most;
        ret_pieces[count++] = {chain->begin(), part};
        most -= part;
    }
    return count;
}

}  // namespace

ev_ssize_t receive(evbuffer& buffer, evutil_socket_t fd, size_t handy, size_t most) {
    if (most > kMostBytes - buffer.length)
        most = kMostBytes - buffer.length;
    if (handy > most)
        handy = most;
    // What fits behind the last bytes goes there, if that is a good part of what may come.
    const size_t room = buffer.tail_room();
    const bool in_last = room >= handy / 2 && room > 0;
    if (!in_last && failed(reserve_as_much(buffer, handy))) {
        errno = ENOMEM;
        return -1;
    }
    iovec piece;
    if (in_last)
        piece = {buffer.last->end(), room};
    else
        piece = {buffer.spare->storage, buffer.spare->capacity};
    if (piece.iov_len > most)
        piece.iov_len = most;
    const ssize_t got = evlet_port_recvv(fd, &piece, 1);
    if (got > 0) {
        const auto count = static_cast<size_t>(got);
        if (!in_last)
            shrink_spare(buffer, count);
        commit(buffer, in_last ? count : 0, in_last ? 0 : count);
    }
    return got;
}

ev_ssize_t send(evbuffer& buffer, evutil_socket_t fd, size_t most) {
    iovec pieces[kMostPieces];
    const int count = collect(buffer, pieces, most);
    return count ? evlet_port_sendv(fd, pieces, count)
                 : buffer.first->kind->send(*buffer.first, fd, most);
}

}  // namespace evlet
