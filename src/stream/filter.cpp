// SPDX-License-Identifier: BSD-3-Clause
// Filters. The filter holds a reference to what it stands on, shares its lock and has its
// callbacks.
//
// Reading: while the filter does not read, or its input is at the high watermark, the underlying is
// suspended (kByFilter). What is left in its input then goes through the filter as soon as reading
// goes on (a transfer). The end of the data is told upwards only after the filter has seen them
// all, with BEV_FINISHED; until then it waits in `ending`.
//
// Writing: the output goes through the filter in a transfer, as far as the underlying's high
// watermark of writing lets it, and on when the underlying has sent something.
#include "stream/filter.h"

#include <errno.h>

#include "base/shell.h"
#include "stream/filter_move.h"

namespace evlet {
namespace {

void transfer(Stream& stream) {
    Side& in = filter_of(stream).in;
    if (in.asked || in.has_more) {
        in.asked = false;
        (void)move_in(stream, kAtEase);
    }
    if (!stream.freed)
        (void)move_out(stream, kAtEase);
}

// ---- Callbacks of the underlying ----

void on_underlying_read(bufferevent*, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (!stream.freed)
        (void)move_in(stream, kAtEase);
}

void on_underlying_write(bufferevent*, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (!stream.freed)
        (void)move_out(stream, kAtEase);
}

void on_underlying_event(bufferevent*, short what, void* argument) {
    const int error = errno;
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (stream.freed)
        return;
    Filter& filter = filter_of(stream);
    if ((what & BEV_EVENT_READING) && (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))) {
        filter.ending = static_cast<short>(filter.ending | what);
        filter.ending_error = error;
        (void)move_in(stream, kAtEase);
    } else {
        report_filter_end(stream, what, error, false);
    }
}

// ---- The kind ----

Status switch_on(Stream& underlying, Side& side, short direction) {
    if (!side.off)
        return Status::ok;
    side.off = false;
    return underlying.shown.enabled & direction ? Status::ok : enable(underlying, direction);
}

Status start(Stream& stream, short directions) {
    Filter& filter = filter_of(stream);
    Stream& underlying = *filter.underlying;
    if (stream.freed || underlying.freed)
        return Status::ok;
    Status status = Status::ok;
    if (directions & EV_READ) {
        if (!filter.ending)
            status = switch_on(underlying, filter.in, EV_READ);
        resume_read(underlying, kByFilter);
        if (underlying.input.length || filter.in.has_more || filter.ending) {
            filter.in.asked = true;
            make_due(stream, kDueTransfer, true);
        }
        restart_generic_timeout(stream, EV_READ);
    }
    if (directions & EV_WRITE) {
        const Status switched = switch_on(underlying, filter.out, EV_WRITE);
        if (failed(switched))
            status = switched;
        if (stream.output.length || filter.out.has_more)
            make_due(stream, kDueTransfer, true);
        restart_generic_timeout(stream, EV_WRITE);
    }
    return status;
}

void stop(Stream& stream, short directions) {
    Filter& filter = filter_of(stream);
    if (stream.freed)
        return;  // what it stood on may serve somebody else
    if (directions & EV_READ) {
        filter.in.off |= !(stream.shown.enabled & EV_READ);
        suspend_read(*filter.underlying, kByFilter);
        restart_generic_timeout(stream, EV_READ);
    }
    if (directions & EV_WRITE) {
        filter.out.off |= !(stream.shown.enabled & EV_WRITE);
        restart_generic_timeout(stream, EV_WRITE);
    }
}

void unlink(Stream& stream) {
    Stream* const underlying = filter_of(stream).underlying;
    update_generic_timeouts(stream);
    if (!underlying)
        return;
    if (stream.options & BEV_OPT_CLOSE_ON_FREE) {
        free_stream(*underlying);
        return;
    }
    bufferevent& shown = underlying->shown;
    if (shown.errorcb == on_underlying_event && shown.cbarg == &stream) {
        shown.readcb = shown.writecb = nullptr;
        shown.errorcb = nullptr;
        shown.cbarg = nullptr;
    }
    resume_read(*underlying, kByFilter);
}

void destruct(Stream& stream) {
    const Filter& filter = filter_of(stream);
    Stream* const underlying = filter.underlying;
    if (!underlying)
        return;
    if (filter.free_context)
        filter.free_context(filter.context);
    underlying->mutex.lock();
    (void)drop_ref_and_unlock(*underlying);
}

int flush_underlying(Stream& underlying, short direction, bufferevent_flush_mode mode) {
    const auto flush = underlying.shown.be_ops->flush;
    return flush && !underlying.freed ? flush(underlying, direction, mode) : 0;
}

// Written bytes go down level by level, and what is to be read comes up the same way.
int flush(Stream& stream, short directions, bufferevent_flush_mode mode) {
    Stream& underlying = *filter_of(stream).underlying;
    const Urgency urgency = {mode, mode != BEV_NORMAL, true};
    bool moved = false;
    if (directions & EV_WRITE) {
        moved = move_out(stream, urgency);
        (void)flush_underlying(underlying, EV_WRITE, mode);
    }
    if (directions & EV_READ) {
        (void)flush_underlying(underlying, EV_READ, mode);
        moved |= move_in(stream, urgency);
    }
    return moved;
}

Status set_fd(Stream& stream, evutil_socket_t fd) {
    Stream& underlying = *filter_of(stream).underlying;
    const auto set = underlying.shown.be_ops->set_fd;
    return set ? set(underlying, fd) : Status::unsupported;
}

evutil_socket_t get_fd(Stream& stream) {
    Stream& underlying = *filter_of(stream).underlying;
    const auto get = underlying.shown.be_ops->get_fd;
    return get ? get(underlying) : -1;
}

bufferevent* get_underlying(Stream& stream) {
    return &filter_of(stream).underlying->shown;
}

const bufferevent_ops filter_kind = {"filter", start,  stop,           nullptr,
                                     transfer, unlink, destruct,       flush,
                                     set_fd,   get_fd, get_underlying, update_generic_timeouts};

// What a filter does that was given none.
bufferevent_filter_result pass(evbuffer* from, evbuffer* to, ev_ssize_t limit,
                               bufferevent_flush_mode, void*) {
    size_t count = from->length;
    if (limit >= 0 && count > static_cast<size_t>(limit))
        count = static_cast<size_t>(limit);
    if (count == 0)
        return BEV_NEED_MORE;
    return evbuffer_remove_buffer(from, to, count) > 0 ? BEV_OK : BEV_ERROR;
}

// Both directions of the underlying, reading suspended until the filter reads.
Status prepare(Stream& underlying) {
    const short before = underlying.shown.enabled;
    suspend_read(underlying, kByFilter);
    const Status enabled = enable(underlying, static_cast<short>((EV_READ | EV_WRITE) & ~before));
    if (failed(enabled)) {
        disable(underlying, static_cast<short>((EV_READ | EV_WRITE) & ~before));
        resume_read(underlying, kByFilter);
    }
    return enabled;
}

}  // namespace

Stream* make_filter(Stream& underlying, const FilterCalls& calls, int options) {
    Stream* const stream =
        make_stream(underlying.base(), filter_kind, sizeof(Filter), options, &underlying);
    if (!stream)
        return nullptr;
    use_generic_timeouts(*stream);
    const Status prepared = prepare(underlying);
    if (failed(prepared)) {
        free_stream(*stream);
        (void)to_result(prepared);
        return nullptr;
    }
    Filter& filter = filter_of(*stream);
    filter.underlying = &underlying;
    filter.in = {calls.input ? calls.input : pass, false, false, true, false};
    filter.out = {calls.output ? calls.output : pass, false, false, false, false};
    filter.free_context = calls.free_context;
    filter.context = calls.context;
    add_ref(underlying);
    bufferevent& shown = underlying.shown;
    shown.readcb = on_underlying_read;
    shown.writecb = on_underlying_write;
    shown.errorcb = on_underlying_event;
    shown.cbarg = stream;
    return stream;
}

}  // namespace evlet
