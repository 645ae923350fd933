// SPDX-License-Identifier: BSD-3-Clause
#include "stream/locked.h"

#include "stream/socket.h"

namespace evlet {
namespace {

// Past what keeps a program from adding to an input, and from taking out of an output.
bool move_bytes(evbuffer& to, evbuffer& from) {
    const size_t size = from.length;
    if (!size)
        return true;
    if (!can_grow(to, size))
        return false;
    move_all(to, from);
    count_change(from, 0, size);
    count_change(to, size, 0);
    tell_change(from, 0, size);
    tell_change(to, size, 0);
    return true;
}

}  // namespace

bufferevent* make_locked(bufferevent& model) {
    const Stream& stream = as_stream(model);
    if (!thread::enabled() || !is_socket_stream(stream))
        return nullptr;
    bufferevent* const locked =
        bufferevent_socket_new(stream.base(), -1, stream.options | BEV_OPT_THREADSAFE);
    if (locked)
        (void)bufferevent_priority_set(locked, bufferevent_get_priority(&model));
    return locked;
}

bufferevent* move_socket(bufferevent& to, bufferevent& from) {
    const evutil_socket_t fd = bufferevent_getfd(&from);
    bool moved = bufferevent_setfd(&from, -1) == 0;
    moved = bufferevent_setfd(&to, fd) == 0 && moved;
    moved = moved && move_bytes(as_stream(to).input, as_stream(from).input) &&
            move_bytes(as_stream(to).output, as_stream(from).output);
    bufferevent_free(&from);
    if (moved)
        return &to;
    bufferevent_free(&to);
    return nullptr;
}

}  // namespace evlet
