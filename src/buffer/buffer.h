// SPDX-License-Identifier: BSD-3-Clause
// struct evbuffer and the operations on it. Included by this room's files and by the room `stream`,
// which embeds buffers in bufferevents.
//
// Invariants: `first` to `last` are linked chains, none of them empty, whose lengths add up to
// `length`, at most kMostBytes. `spare` is an empty plain chain that the next bytes will go to, or
// null. An operation that fails has changed no byte; at most it has left a larger spare.
//
// Locking: every function here expects the buffer's lock to be held (a buffer of a bufferevent
// shares its lock, which is recursive). Callbacks of the program run with it held.
#pragma once

#include "base/shared.h"
#include "base/status.h"
#include "buffer/chain.h"
#include "event2/buffer.h"
#include "thread/lock.h"

namespace evlet {

// Told of every change after it was made. The owner of an embedded buffer (a bufferevent) finds
// itself from the buffer's address.
using BufferChanged = void (*)(evbuffer& buffer, size_t added, size_t removed);

// What few buffers have: callbacks, deferral, a read limit. Made on demand by extras.cpp; the two
// functions are how the common code reaches it without linking it.
struct BufferExtras;
struct BufferExtrasHead {
    void (*notify)(evbuffer& buffer);
    void (*release)(evbuffer& buffer);
    size_t max_read;  // bytes one evbuffer_read() may take, 0: the default
    size_t added;     // not yet told to callbacks
    size_t removed;
};

constexpr size_t kDefaultMaxRead = 4096;

}  // namespace evlet

struct evbuffer {
    evlet::Chain* first;
    evlet::Chain* last;
    evlet::Chain* spare;
    size_t length;
    evlet::BufferChanged changed;     // the owner's, or null
    evlet::BufferExtrasHead* extras;  // or null
    unsigned short refs;              // the creator's, one for each call in progress or deferred
    unsigned char front_frozen : 1;
    unsigned char back_frozen : 1;
    unsigned char embedded : 1;  // in a bufferevent, whose memory this is
    unsigned char owns_lock : 1;
    unsigned char drains_to_fd : 1;  // EVBUFFER_FLAG_DRAINS_TO_FD
    unsigned char freed : 1;         // by the program; no callback is called any more
    [[no_unique_address]] evlet::Mutex lock;

    [[nodiscard]] size_t tail_room() const { return last ? last->room_behind() : 0; }
};

namespace evlet {

// Frees all bytes and extras, not the memory of the evbuffer itself. Callbacks are not called.
EVLET_SHARED void clear_buffer(evbuffer& buffer);

// Holds the lock of a buffer and keeps the buffer alive for a scope, in which callbacks may free
// it.
class BufferGuard {
public:
    explicit BufferGuard(evbuffer& buffer) : buffer_(buffer) {
        buffer_.lock.lock();
        ++buffer_.refs;
    }
    ~BufferGuard() { leave(buffer_); }
    BufferGuard(const BufferGuard&) = delete;
    BufferGuard& operator=(const BufferGuard&) = delete;

private:
    static void leave(evbuffer& buffer);
    evbuffer& buffer_;
};

// Tells owner and callbacks. After it the buffer may look different; a BufferGuard keeps it alive.
EVLET_SHARED void note_change(evbuffer& buffer, size_t added, size_t removed);
// The same in two steps, for a change of two buffers: both are counted before anybody is told.
void count_change(evbuffer& buffer, size_t added, size_t removed);
void tell_change(evbuffer& buffer, size_t added, size_t removed);

// ---- Adding (append.cpp). None of these calls callbacks. ----

// Whether `count` bytes more are a length a buffer may have.
[[nodiscard]] inline bool can_grow(const evbuffer& buffer, size_t count) {
    return count <= kMostBytes - buffer.length;
}
// Links a chain that is not empty behind the last one, and adds its length.
void link_back(evbuffer& buffer, Chain* chain);
void link_front(evbuffer& buffer, Chain* chain);
// Makes `spare` a chain of at least `room` bytes.
EVLET_SHARED Status reserve_spare(evbuffer& buffer, size_t room);
inline void release_spare(evbuffer& buffer) {
    release_chain(buffer.spare);
    buffer.spare = nullptr;
}
// `bytes` may lie in the buffer itself.
EVLET_SHARED Status append(evbuffer& buffer, const void* bytes, size_t count);
Status prepend(evbuffer& buffer, const void* bytes, size_t count);
// Where the next bytes may be written: the rest of the last chain and, behind it, the spare.
// Returns how many of the (1 or 2) pieces are in use, or 0 without memory.
struct Space {
    uint8_t* data;
    size_t size;
};
[[nodiscard]] int reserve(evbuffer& buffer, size_t room, Space* ret_pieces, int most_pieces);
// Bytes have been written to the rest of the last chain, and to the front of the spare.
EVLET_SHARED void commit(evbuffer& buffer, size_t in_last, size_t in_spare);

// ---- Removing (remove.cpp) ----

// Takes `count` bytes (at most the length) off the front.
EVLET_SHARED void drain(evbuffer& buffer, size_t count);
// The same, but answers the chains that are empty now, for the caller to release; or null.
[[nodiscard]] Chain* detach(evbuffer& buffer, size_t count);
// Copies up to `count` bytes from `position` on. Outputs are written before a failure to read a
// file is met. The number copied, or -1.
[[nodiscard]] EVLET_SHARED ev_ssize_t copy_out(evbuffer& buffer, size_t position, void* ret_bytes,
                                               size_t count);

// ---- Moving (move.cpp) ----

// All of `from` to the end or the front of `to`; the caller has checked can_grow().
void move_all(evbuffer& to, evbuffer& from);
void move_all_front(evbuffer& to, evbuffer& from);
// The first `count` bytes (at most the length).
Status move_some(evbuffer& to, evbuffer& from, size_t count);

// ---- Looking (contiguous.cpp, position.cpp) ----

// A place in a buffer: `chain` is null at the very end.
struct Place {
    Chain* chain;
    size_t offset;
};
// `position` is at most the length.
[[nodiscard]] EVLET_SHARED Place find_place(const evbuffer& buffer, size_t position);
// The first `count` bytes (1 to the length) in one piece; nullptr without memory.
[[nodiscard]] EVLET_SHARED uint8_t* pull_up(evbuffer& buffer, size_t count);

// ---- Descriptors (fd_io.cpp) ----

// One receive of at most `most` bytes into the end. `handy` is how much room there should be for
// it, if memory allows. As evlet_port_recvv(); no callbacks. Without memory -1 with ENOMEM.
[[nodiscard]] ev_ssize_t receive(evbuffer& buffer, evutil_socket_t fd, size_t handy, size_t most);
// One send of at most `most` bytes from the front, which the caller takes out then. As
// evlet_port_sendv(). Not for an empty buffer.
[[nodiscard]] ev_ssize_t send(evbuffer& buffer, evutil_socket_t fd, size_t most);

// ---- Extras (extras.cpp) ----

// The buffer's extras, made if there are none; nullptr without memory.
[[nodiscard]] BufferExtras* need_extras(evbuffer& buffer);

}  // namespace evlet
