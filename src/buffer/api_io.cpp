// SPDX-License-Identifier: BSD-3-Clause
// Reading from and writing to descriptors, and what else belongs to a buffer as a whole.
#include <errno.h>
#include <limits.h>

#include "base/shell.h"
#include "buffer/buffer.h"
#include "buffer/extras.h"

namespace evlet {
namespace {

size_t max_read(const evbuffer& buffer) {
    return buffer.extras && buffer.extras->max_read ? buffer.extras->max_read : kDefaultMaxRead;
}

int refused() {
    return to_result(Status::invalid);
}

int change_flags(evbuffer& buffer, ev_uint64_t flags, bool on) {
    BufferGuard guard(buffer);
    if (flags & ~ev_uint64_t{EVBUFFER_FLAG_DRAINS_TO_FD})
        return refused();
    if (flags)
        buffer.drains_to_fd = on;
    return 0;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

int evbuffer_read(struct evbuffer* buffer, evutil_socket_t fd, int howmuch) {
    BufferGuard guard(*buffer);
    if (buffer->back_frozen)
        return refused();
    size_t most = max_read(*buffer);
    if (howmuch >= 0 && static_cast<size_t>(howmuch) < most)
        most = static_cast<size_t>(howmuch);
    if (most > INT_MAX)
        most = INT_MAX;
    if (most == 0)
        return 0;
    const ev_ssize_t got = receive(*buffer, fd, most, most);
    if (got > 0) {
        const int error = errno;
        note_change(*buffer, static_cast<size_t>(got), 0);
        errno = error;
    }
    return static_cast<int>(got);
}

int evbuffer_write_atmost(struct evbuffer* buffer, evutil_socket_t fd, ev_ssize_t howmuch) {
    BufferGuard guard(*buffer);
    if (buffer->front_frozen)
        return refused();
    size_t most = INT_MAX;
    if (howmuch >= 0 && static_cast<size_t>(howmuch) < most)
        most = static_cast<size_t>(howmuch);
    if (most == 0 || buffer->length == 0)
        return refused();  // as ever: 0 would look like a descriptor that takes nothing
    const ev_ssize_t sent = send(*buffer, fd, most);
    if (sent > 0) {
        drain(*buffer, static_cast<size_t>(sent));
        note_change(*buffer, 0, static_cast<size_t>(sent));
    }
    return static_cast<int>(sent);
}

int evbuffer_write(struct evbuffer* buffer, evutil_socket_t fd) {
    return evbuffer_write_atmost(buffer, fd, -1);
}

int evbuffer_set_max_read(struct evbuffer* buffer, size_t max) {
    BufferGuard guard(*buffer);
    if (max > INT_MAX)
        return refused();
    BufferExtras* const extras = need_extras(*buffer);
    if (!extras)
        return to_result(Status::no_memory);
    extras->head.max_read = max;
    return 0;
}

size_t evbuffer_get_max_read(struct evbuffer* buffer) {
    BufferGuard guard(*buffer);
    return max_read(*buffer);
}

int evbuffer_set_flags(struct evbuffer* buffer, ev_uint64_t flags) {
    return change_flags(*buffer, flags, true);
}

int evbuffer_clear_flags(struct evbuffer* buffer, ev_uint64_t flags) {
    return change_flags(*buffer, flags, false);
}

int evbuffer_freeze(struct evbuffer* buffer, int at_front) {
    BufferGuard guard(*buffer);
    if (at_front)
        buffer->front_frozen = 1;
    else
        buffer->back_frozen = 1;
    return 0;
}

int evbuffer_unfreeze(struct evbuffer* buffer, int at_front) {
    BufferGuard guard(*buffer);
    if (at_front)
        buffer->front_frozen = 0;
    else
        buffer->back_frozen = 0;
    return 0;
}

int evbuffer_enable_locking(struct evbuffer* buffer, void* lock) {
#if EVLET_THREADS
    if (buffer->lock.real())
        return refused();
    if (lock) {
        buffer->lock.adopt(lock);
        return 0;
    }
    if (!thread::enabled())
        return refused();
    const Status made = buffer->lock.init(Mutex::recursive);
    buffer->owns_lock = made == Status::ok;
    return to_result(made);
#else
    (void)buffer;
    (void)lock;
    return to_result(Status::unsupported);
#endif
}

void evbuffer_lock(struct evbuffer* buffer) {
    buffer->lock.lock();
}

void evbuffer_unlock(struct evbuffer* buffer) {
    buffer->lock.unlock();
}

}  // extern "C"
