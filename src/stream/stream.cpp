// SPDX-License-Identifier: BSD-3-Clause
// The life of a stream: made, shared, taken out of its loop, destroyed. See stream.h.
#include "stream/stream.h"

#include <stddef.h>

#include "loop/base.h"
#include "loop/debug_registry.h"
#include "loop/deferred.h"
#include "mem/mem.h"
#include "stream/hooks.h"

namespace evlet {
namespace {

void embed_buffer(evbuffer& buffer, BufferChanged changed, const Mutex& lock) {
    buffer.refs = 1;
    buffer.embedded = 1;
    buffer.changed = changed;
    buffer.lock = lock;
}

// With the lock held, which is given back.
void destroy(Stream& stream) {
    if (stream.extras) {
        if (stream.extras->rate_control)
            stream.extras->rate_control->release(stream);
        mem::release(stream.extras);
    }
    debug::forget(stream.shown.ev_read);
    debug::forget(stream.shown.ev_write);
    clear_buffer(stream.input);
    clear_buffer(stream.output);
    // Nobody else can reach the stream any more, and its lock may be that of a stream which the
    // kind lets go of.
    stream.mutex.unlock();
    if (stream.shown.be_ops->destruct)
        stream.shown.be_ops->destruct(stream);
    if (stream.owns_lock)
        stream.mutex.destroy(Mutex::recursive);
    mem::release(&stream);
}

// Makes sure that the loop will not call for the stream any more. False if only the loop's thread
// can do that, or if one of the buffers is in use (its callback let go of the stream): the loop has
// then been asked to destroy it.
bool take_out(Stream& stream) {
    event_base* const base = stream.base();
    if (!base)
        return true;
    LockGuard guard(base->mutex);
    event_callback& deferred = stream.deferred;
    if (!in_loop_thread(*base) || stream.input.refs > 1 || stream.output.refs > 1) {
        stream.due |= kDueDestroy;
        if (!(flags(deferred) & EVLIST_ACTIVE)) {
            deferred.evcb_flags = 0;
            enqueue(*base, deferred);
        }
        wake_loop(*base);
        return false;
    }
    remove(*base, stream.shown.ev_read, Blocking::never);
    remove(*base, stream.shown.ev_write, Blocking::never);
    if (flags(deferred) & EVLIST_ACTIVE)
        dequeue(*base, deferred);
    return true;
}

}  // namespace

Stream* make_stream(event_base* base, const bufferevent_ops& kind, size_t extra, int options,
                    Stream* lock_of) {
    auto* stream = static_cast<Stream*>(mem::allocate_zeroed(sizeof(Stream) + extra));
    if (!stream)
        return nullptr;
    if (lock_of) {
        stream->mutex = lock_of->mutex;
    } else if (options & BEV_OPT_THREADSAFE) {
        // A program that was given no lock must not believe that it has one.
        if (!thread::enabled() || failed(stream->mutex.init(Mutex::recursive))) {
            mem::release(stream);
            return nullptr;
        }
        stream->owns_lock = 1;
    }
    if (!base)
        base = g_current_base;
    bufferevent& shown = stream->shown;
    shown.ev_base = base;
    shown.be_ops = &kind;
    shown.input = &stream->input;
    shown.output = &stream->output;
    shown.enabled = EV_WRITE;
    // What comes in is the stream's to add, and what goes out the stream's to take.
    embed_buffer(stream->input, input_changed, stream->mutex);
    stream->input.back_frozen = 1;
    embed_buffer(stream->output, output_changed, stream->mutex);
    stream->output.front_frozen = 1;
    stream->refs = 1;
    stream->options = static_cast<unsigned char>(options);
    init_deferred(stream->deferred, on_due, stream, 0);
    return stream;
}

StreamExtras* need_extras(Stream& stream) {
    if (!stream.extras)
        stream.extras = mem::make<StreamExtras>();
    return stream.extras;
}

bool drop_ref_and_unlock(Stream& stream) {
    if (--stream.refs) {
        stream.mutex.unlock();
        return false;
    }
    if (take_out(stream))
        destroy(stream);
    else
        stream.mutex.unlock();
    return true;
}

void free_stream(Stream& stream) {
    stream.mutex.lock();
    if (stream.freed) {
        stream.mutex.unlock();
        return;
    }
    stream.freed = stream.input.freed = stream.output.freed = 1;
    stream.shown.readcb = stream.shown.writecb = nullptr;
    stream.shown.errorcb = nullptr;
    cancel_naming(stream);
    if (stream.shown.be_ops->unlink)
        stream.shown.be_ops->unlink(stream);
    (void)drop_ref_and_unlock(stream);
}

}  // namespace evlet
