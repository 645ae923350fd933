// SPDX-License-Identifier: BSD-3-Clause
// Making and freeing buffers, adding, removing and moving bytes.
#include <limits.h>

#include "base/shell.h"
#include "buffer/buffer.h"
#include "mem/mem.h"

namespace evlet {
namespace {

void destroy(evbuffer& buffer) {
    Mutex lock = buffer.lock;
    const bool owns_lock = buffer.owns_lock;
    clear_buffer(buffer);
    lock.unlock();
    if (owns_lock)
        lock.destroy(Mutex::recursive);
    mem::release(&buffer);
}

// What was tried on an end that is frozen, or what failed, is reported; what worked is told.
int finish(evbuffer& buffer, Status outcome, size_t added, size_t removed) {
    if (!failed(outcome) && (added || removed))
        note_change(buffer, added, removed);
    return to_result(outcome);
}

// Two buffers at once, locked in the order of their addresses whatever way the bytes go. One buffer
// given twice is the callers' to refuse.
class PairGuard {
public:
    PairGuard(evbuffer& a, evbuffer& b) : first_(&a < &b ? a : b), second_(&a < &b ? b : a) {}

private:
    BufferGuard first_;
    BufferGuard second_;
};

int moved(evbuffer& to, evbuffer& from, Status outcome, size_t count) {
    if (!failed(outcome)) {
        count_change(from, 0, count);
        count_change(to, count, 0);
        tell_change(from, 0, count);
        tell_change(to, count, 0);
    }
    return to_result(outcome);
}

// Whether `from` may give `count` bytes to `to`, at the end given.
Status may_move(const evbuffer& to, const evbuffer& from, bool to_frozen, size_t count) {
    if (to_frozen || from.front_frozen)
        return Status::invalid;
    return can_grow(to, count) ? Status::ok : Status::no_memory;
}

}  // namespace

void count_change(evbuffer& buffer, size_t added, size_t removed) {
    if (buffer.extras) {
        buffer.extras->added += added;
        buffer.extras->removed += removed;
    }
}

void tell_change(evbuffer& buffer, size_t added, size_t removed) {
    if (buffer.changed)
        buffer.changed(buffer, added, removed);
    if (buffer.extras)
        buffer.extras->notify(buffer);
}

void note_change(evbuffer& buffer, size_t added, size_t removed) {
    count_change(buffer, added, removed);
    tell_change(buffer, added, removed);
}

void BufferGuard::leave(evbuffer& buffer) {
    if (--buffer.refs == 0 && !buffer.embedded)
        destroy(buffer);
    else
        buffer.lock.unlock();
}

}  // namespace evlet

using namespace evlet;

extern "C" {

struct evbuffer* evbuffer_new(void) {
    auto* buffer = mem::make<evbuffer>();
    if (buffer)
        buffer->refs = 1;
    return buffer;
}

void evbuffer_free(struct evbuffer* buffer) {
    if (!buffer || buffer->embedded)
        return;
    BufferGuard guard(*buffer);
    if (!buffer->freed)
        --buffer->refs;
    buffer->freed = 1;
}

size_t evbuffer_get_length(const struct evbuffer* buffer) {
    auto& target = *const_cast<evbuffer*>(buffer);
    LockGuard guard(target.lock);
    return buffer->length;
}

int evbuffer_add(struct evbuffer* buffer, const void* data, size_t count) {
    BufferGuard guard(*buffer);
    const Status added = buffer->back_frozen ? Status::invalid : append(*buffer, data, count);
    return finish(*buffer, added, count, 0);
}

int evbuffer_prepend(struct evbuffer* buffer, const void* data, size_t count) {
    BufferGuard guard(*buffer);
    const Status added = buffer->front_frozen ? Status::invalid : prepend(*buffer, data, count);
    return finish(*buffer, added, count, 0);
}

int evbuffer_drain(struct evbuffer* buffer, size_t count) {
    BufferGuard guard(*buffer);
    if (count > buffer->length)
        count = buffer->length;
    if (count == 0)
        return 0;
    if (buffer->front_frozen)
        return to_result(Status::invalid);
    drain(*buffer, count);
    return finish(*buffer, Status::ok, 0, count);
}

int evbuffer_remove(struct evbuffer* buffer, void* data, size_t count) {
    BufferGuard guard(*buffer);
    if (buffer->front_frozen)
        return to_result(Status::invalid);
    if (count > INT_MAX)
        count = INT_MAX;  // what the result can tell
    const ev_ssize_t copied = copy_out(*buffer, 0, data, count);
    if (copied <= 0)
        return static_cast<int>(copied);
    drain(*buffer, static_cast<size_t>(copied));
    note_change(*buffer, 0, static_cast<size_t>(copied));
    return static_cast<int>(copied);
}

ev_ssize_t evbuffer_copyout(struct evbuffer* buffer, void* data, size_t count) {
    BufferGuard guard(*buffer);
    if (buffer->front_frozen)
        return to_result(Status::invalid);
    return copy_out(*buffer, 0, data, count);
}

int evbuffer_add_buffer(struct evbuffer* to, struct evbuffer* from) {
    PairGuard guard(*to, *from);
    const size_t count = from->length;
    if (count == 0 || to == from)
        return 0;
    const Status allowed = may_move(*to, *from, to->back_frozen, count);
    if (!failed(allowed))
        move_all(*to, *from);
    return moved(*to, *from, allowed, count);
}

int evbuffer_prepend_buffer(struct evbuffer* to, struct evbuffer* from) {
    PairGuard guard(*to, *from);
    const size_t count = from->length;
    if (count == 0 || to == from)
        return 0;
    const Status allowed = may_move(*to, *from, to->front_frozen, count);
    if (!failed(allowed))
        move_all_front(*to, *from);
    return moved(*to, *from, allowed, count);
}

int evbuffer_remove_buffer(struct evbuffer* from, struct evbuffer* to, size_t count) {
    PairGuard guard(*to, *from);
    if (count > from->length)
        count = from->length;
    if (count > INT_MAX)
        count = INT_MAX;
    if (count == 0 || to == from)
        return 0;
    Status done = may_move(*to, *from, to->back_frozen, count);
    if (!failed(done))
        done = move_some(*to, *from, count);
    return moved(*to, *from, done, count) != 0 ? -1 : static_cast<int>(count);
}

}  // extern "C"
