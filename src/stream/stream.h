// SPDX-License-Identifier: BSD-3-Clause
// The private side of struct bufferevent, and what all kinds of bufferevents share. Included by
// this room's files, and by the kinds that live elsewhere (TLS).
//
// Life: `refs` counts the program (until bufferevent_free()), each call in progress (StreamGuard)
// and other bufferevents that stand on this one. At 0 the stream is destroyed, in the loop's thread
// or while no loop runs, so that no callback of its events can be on its way.
//
// Suspension: reading goes on while it is enabled and no bit of read_suspended is set; writing
// likewise. A kind's start() is called when that becomes true, its stop() when it becomes false.
//
// Sending: data put into the output are sent once, right after the present callback (the end of
// the stream's own handler, or Turn::soon), without waiting for the descriptor to be reported
// writable. Only what the kernel did not take waits for that.
//
// Locking: a stream's mutex is recursive and shared by its buffers; streams that stand on each
// other (filter and underlying, both ends of a pair) share one. Order: a stream's mutex, then a
// rate limit group's, then the base's. Functions here expect it to be held. Callbacks of the
// program run with it held, unless BEV_OPT_UNLOCK_CALLBACKS is set.
#pragma once

#include <stddef.h>

#include "base/shared.h"
#include "base/status.h"
#include "buffer/buffer.h"
#include "event2/bufferevent.h"
#include "event2/bufferevent_struct.h"
#include "event2/event.h"
#include "thread/lock.h"

namespace evlet {

struct Stream;

// Why a direction is suspended; bits.
enum Suspended : unsigned char {
    kByWatermark = 1,   // the input is at its high watermark
    kByRate = 2,        // this stream's rate limit
    kByGroup = 4,       // its group's rate limit
    kByConnecting = 8,  // there is no connection yet
    kByFilter = 16,     // the filter on top has enough
};

// Rate limits, reached from the stream so that programs without them do not link them.
struct RateControl {
    // How many bytes may be moved now, at most `wanted`; 0 has suspended the direction.
    size_t (*allowance)(Stream& stream, short direction, size_t wanted);
    // `count` bytes were moved. May suspend the direction.
    void (*charge)(Stream& stream, short direction, size_t count);
    // The stream is being destroyed.
    void (*release)(Stream& stream);
};
struct RateState;

// A connection being made by name, until it stands or fails.
struct NameConnection;
struct NameConnectionKind {
    void (*cancel)(NameConnection& connection);
};

// What few streams have. Made by need_extras(stream).
struct StreamExtras {
    size_t max_read;                  // of a single read, 0: the default
    size_t max_write;                 // of a single write, 0: the default
    const RateControl* rate_control;  // null: no rate limit
    RateState* rate;
    const NameConnectionKind* naming_kind;
    NameConnection* naming;
    int dns_error;  // EVUTIL_EAI_* of the last connection by name
};

// Calls that are due (Stream::due); bits.
enum Due : unsigned char {
    kDueTransfer = 1,  // see bufferevent_ops::transfer
    kDueRead = 2,      // call readcb
    kDueWrite = 4,     // call writecb
    kDueDestroy = 8,   // the last reference is gone
    kDueEvent = 16,    // call errorcb with due_events
};

}  // namespace evlet

// What makes a kind of bufferevent. Every function but destruct is called with the lock held; those
// that are null are not supported, or nothing need be done.
struct bufferevent_ops {
    const char* name;
    // Begins or ends to move data in the directions given (EV_READ, EV_WRITE); see "Suspension".
    evlet::Status (*start)(evlet::Stream& stream, short directions);
    void (*stop)(evlet::Stream& stream, short directions);
    // Data were added to the output. Null: asks for a transfer, at the end of the stream's handler
    // if that is running, else soon (see "Sending").
    void (*send)(evlet::Stream& stream);
    // kDueTransfer is due: moves what can be moved. in_handler is set meanwhile.
    void (*transfer)(evlet::Stream& stream);
    // The program freed it: nothing may be done for its sake from now on.
    void (*unlink)(evlet::Stream& stream);
    // The last reference is gone: closes and frees what the kind owns. Called without the lock,
    // when nobody can reach the stream any more; unlink has been called before.
    void (*destruct)(evlet::Stream& stream);
    // The result of bufferevent_flush().
    int (*flush)(evlet::Stream& stream, short directions, bufferevent_flush_mode mode);
    // Takes a descriptor in place of the present one, which stays open.
    evlet::Status (*set_fd)(evlet::Stream& stream, evutil_socket_t fd);
    evutil_socket_t (*get_fd)(evlet::Stream& stream);
    bufferevent* (*get_underlying)(evlet::Stream& stream);
    // The timeouts were changed. Null: those of the events that are added are renewed.
    void (*timeouts_changed)(evlet::Stream& stream);
    // Kinds that stand on a stream socket, but are more than that: takes a descriptor, or -1, as
    // set_fd does, without going on. Null: other kinds.
    void (*assign)(evlet::Stream& stream, evutil_socket_t fd);
};

namespace evlet {

struct Stream {
    bufferevent shown;  // what programs see; always first
    evbuffer input;
    evbuffer output;
    event_callback deferred;
    StreamExtras* extras;  // or null
    unsigned refs;
    int socket_error;       // what errno is when a deferred event callback runs
    short due_events;       // BEV_EVENT_* that are to be reported
    unsigned char due;      // Due bits
    unsigned char options;  // BEV_OPT_*
    unsigned char read_suspended;
    unsigned char write_suspended;
    unsigned char read_size;       // log2 of the size the next read is prepared for
    unsigned char in_handler : 1;  // data put into the output will be sent by who is calling
    unsigned char connecting : 1;
    unsigned char waiting_to_write : 1;  // ev_write is added: the descriptor took no more
    unsigned char freed : 1;             // by the program
    unsigned char owns_lock : 1;
    unsigned char tells_connected : 1;  // the kind reports BEV_EVENT_CONNECTED by itself, later
    unsigned char occupied : 1;  // no other descriptor is taken now
    [[no_unique_address]] Mutex mutex;

    [[nodiscard]] event_base* base() const { return shown.ev_base; }
};
static_assert(offsetof(Stream, shown) == 0, "programs hold pointers to what they see");

[[nodiscard]] inline Stream& as_stream(bufferevent& bev) {
    return reinterpret_cast<Stream&>(bev);
}
[[nodiscard]] inline const Stream& as_stream(const bufferevent& bev) {
    return reinterpret_cast<const Stream&>(bev);
}

// ---- Life (stream.cpp) ----

// Memory for a stream and `extra` bytes of the kind behind it, set up with both buffers, one
// reference and EV_WRITE enabled; its two events are the kind's to assign. `lock_of`: the stream to
// share a lock with; null: a lock of its own if BEV_OPT_THREADSAFE. nullptr with errno on failure.
[[nodiscard]] EVLET_SHARED Stream* make_stream(event_base* base, const bufferevent_ops& kind,
                                               size_t extra, int options, Stream* lock_of);
template <class Extra>
[[nodiscard]] Extra& kind_part(Stream& stream) {
    static_assert(alignof(Extra) <= alignof(Stream));
    return *reinterpret_cast<Extra*>(&stream + 1);
}
// nullptr without memory.
[[nodiscard]] StreamExtras* need_extras(Stream& stream);

inline void add_ref(Stream& stream) {
    ++stream.refs;
}
// Drops a reference and unlocks; the stream may be gone afterwards. True if it was the last one.
EVLET_SHARED bool drop_ref_and_unlock(Stream& stream);
// bufferevent_free() for streams that own another.
EVLET_SHARED void free_stream(Stream& stream);

// Takes `count` bytes (at most its length) off the input. Their memory, if it is handy, is kept for
// what is put into the output next.
EVLET_SHARED void drain_input(bufferevent* bev, size_t count);
// No more will be put into the output: the peer sees the end of the stream behind what has left.
EVLET_SHARED void end_output(bufferevent* bev);

// Holds the lock and a reference for a scope.
class StreamGuard {
public:
    explicit StreamGuard(Stream& stream) : stream_(stream) {
        stream_.mutex.lock();
        add_ref(stream_);
    }
    ~StreamGuard() { (void)drop_ref_and_unlock(stream_); }
    StreamGuard(const StreamGuard&) = delete;
    StreamGuard& operator=(const StreamGuard&) = delete;

private:
    Stream& stream_;
};

// ---- Directions (direction.cpp) ----

// Reading or writing is wanted and nothing suspends it.
[[nodiscard]] inline bool can_read(const Stream& stream) {
    return (stream.shown.enabled & EV_READ) && !stream.read_suspended;
}
[[nodiscard]] inline bool can_write(const Stream& stream) {
    return (stream.shown.enabled & EV_WRITE) && !stream.write_suspended;
}
EVLET_SHARED void suspend_read(Stream& stream, Suspended why);
void suspend_write(Stream& stream, Suspended why);
EVLET_SHARED void resume_read(Stream& stream, Suspended why);
void resume_write(Stream& stream, Suspended why);
EVLET_SHARED Status enable(Stream& stream, short directions);
EVLET_SHARED void disable(Stream& stream, short directions);
// How many bytes may be read now: 0 if the high watermark or a rate limit says so, which has then
// suspended reading. `most` is what the kind would take at once.
[[nodiscard]] EVLET_SHARED size_t read_allowance(Stream& stream, size_t most);
[[nodiscard]] EVLET_SHARED size_t write_allowance(Stream& stream, size_t most);
// Bytes were moved: rate limits count them.
inline void charge(Stream& stream, short direction, size_t count) {
    if (stream.extras && stream.extras->rate_control)
        stream.extras->rate_control->charge(stream, direction, count);
}

// ---- Callbacks (callbacks.cpp) ----

// Call the program back, or let the loop do so if `deferred` or BEV_OPT_DEFER_CALLBACKS. The
// caller holds a StreamGuard: the callback may free the stream, so look at `freed` afterwards.
void call_read(Stream& stream, bool deferred = false);
void call_write(Stream& stream, bool deferred = false);
EVLET_SHARED void call_event(Stream& stream, short what, bool deferred = false);
// The same if the watermarks allow: input at or above its low mark, output at or below.
EVLET_SHARED void call_read_if_due(Stream& stream, bool deferred = false);
EVLET_SHARED void call_write_if_due(Stream& stream, bool deferred = false);
// Has the loop look at the stream soon; `what` are Due bits.
EVLET_SHARED void make_due(Stream& stream, unsigned char what, bool soon = false);
// A scope in which a kind handles what the loop told it: holds a StreamGuard, and at its end moves
// what the program's callbacks put into the output.
class HandlerScope {
public:
    explicit HandlerScope(Stream& stream) : guard_(stream), stream_(stream) {
        stream.in_handler = 1;
    }
    ~HandlerScope() { finish(stream_); }
    HandlerScope(const HandlerScope&) = delete;
    HandlerScope& operator=(const HandlerScope&) = delete;

private:
    EVLET_SHARED static void finish(Stream& stream);
    StreamGuard guard_;
    Stream& stream_;
};

// ---- Timers of kinds without a descriptor (timeouts.cpp) ----

// Uses ev_read and ev_write as timers that report BEV_EVENT_TIMEOUT. Called once by the kind.
EVLET_SHARED void use_generic_timeouts(Stream& stream);
// Starts or stops them after directions, data or timeouts have changed.
EVLET_SHARED void update_generic_timeouts(Stream& stream);
// Bytes were moved: the timer begins anew.
EVLET_SHARED void restart_generic_timeout(Stream& stream, short direction);

}  // namespace evlet
