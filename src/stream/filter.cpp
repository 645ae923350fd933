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
//
// A filter is called again while it gets on. One that neither takes nor gives anything has to wait
// for more data; one that only gives has to come back in another turn of the loop after a while.
// It is never called from within itself.
#include "stream/filter.h"

#include <errno.h>

#include "base/shell.h"
#include "event2/event.h"

namespace evlet {
namespace {

// Calls in a row that take no bytes.
constexpr int kMostIdleCalls = 64;
// The program is not asked to write more while this much has not been sent by the underlying: one
// that fills the output whenever it can would fill all memory where the peer is slow.
constexpr size_t kMuchUnsent = 64 * 1024;

struct Side {
    bufferevent_filter_cb call;
    bool running;   // it is being called
    bool has_more;  // it may give more without being given any
    bool off;       // the program disabled the direction
};

struct Filter {
    Stream* underlying;  // null while it is being made
    Side in;
    Side out;
    void (*free_context)(void*);
    void* context;
    int ending_error;   // errno of `ending`
    short ending;       // BEV_EVENT_* to be told when all data are through
    bool tell_written;  // the program has not heard that output has left
};

Filter& filter_of(Stream& stream) {
    return kind_part<Filter>(stream);
}

// How far to go.
struct Urgency {
    bufferevent_flush_mode mode;
    bool forced;    // whatever the watermarks say
    bool deferred;  // the loop calls the program
};
constexpr Urgency kAtEase = {BEV_NORMAL, false, false};

enum class Outcome : unsigned char {
    waits,    // for more data
    stopped,  // before it was done
    broken,
};

bool goes_on(const Stream& stream, const Stream& underlying, short direction, bool forced) {
    if (stream.freed || underlying.freed)
        return false;
    if (forced)
        return stream.shown.enabled & direction;
    return direction == EV_READ ? can_read(stream) : can_write(stream);
}

// Calls a filter with what is frozen for the program thawed.
bufferevent_filter_result call_filter(Stream& stream, Side& side, evbuffer& from, evbuffer& to,
                                      ev_ssize_t limit, bufferevent_flush_mode mode) {
    const bool input_frozen = stream.input.back_frozen;
    const bool output_frozen = stream.output.front_frozen;
    stream.input.back_frozen = stream.output.front_frozen = 0;
    side.running = true;
    const bufferevent_filter_result result =
        side.call(&from, &to, limit, mode, filter_of(stream).context);
    side.running = false;
    stream.input.back_frozen = input_frozen;
    stream.output.front_frozen = output_frozen;
    return result;
}

// The bytes that may be added to a buffer with the high watermark given; -1: any number.
ev_ssize_t room_in(const evbuffer& to, size_t high) {
    if (!high)
        return -1;
    if (to.length >= high)
        return 0;
    const size_t room = high - to.length;
    return room < EV_SSIZE_MAX ? static_cast<ev_ssize_t>(room) : EV_SSIZE_MAX;
}

// One direction of a filter, and what a run of it has moved.
struct Run {
    Stream& stream;
    Side& side;
    evbuffer& from;
    evbuffer& to;
    size_t high;  // watermark of `to`
    short direction;
    Urgency urgency;
    bool took = false;
    bool gave = false;

    Outcome call_while_it_gets_on();
};

Outcome Run::call_while_it_gets_on() {
    const Stream& underlying = *filter_of(stream).underlying;
    int idle_calls = 0;
    do {
        const ev_ssize_t room = urgency.forced ? -1 : room_in(to, high);
        if (room == 0 || !goes_on(stream, underlying, direction, urgency.forced))
            return Outcome::stopped;
        const size_t from_before = from.length;
        const size_t to_before = to.length;
        const auto result = call_filter(stream, side, from, to, room, urgency.mode);
        const bool takes = from.length < from_before;
        const bool gives = to.length > to_before;
        took |= takes;
        gave |= gives;
        if (result != BEV_OK)
            return result == BEV_NEED_MORE ? Outcome::waits : Outcome::broken;
        if (!takes && !gives)
            return Outcome::waits;
        if (!takes && ++idle_calls == kMostIdleCalls) {
            make_due(stream, kDueTransfer);
            return Outcome::stopped;
        }
    } while (from.length);
    // All are taken; it may keep some for which there was no room.
    return !urgency.forced && room_in(to, high) == 0 ? Outcome::stopped : Outcome::waits;
}

// False if the filter has nothing to do, or must not be called.
bool run_filter(Run& run, Outcome& ret_outcome) {
    const Stream& underlying = *filter_of(run.stream).underlying;
    if (run.side.running) {
        make_due(run.stream, kDueTransfer);
        return false;
    }
    if (!run.from.length && !run.side.has_more && run.urgency.mode == BEV_NORMAL)
        return false;
    if (!goes_on(run.stream, underlying, run.direction, run.urgency.forced))
        return false;
    ret_outcome = run.call_while_it_gets_on();
    run.side.has_more = ret_outcome == Outcome::stopped;
    return true;
}

// Something ended: the directions named are disabled before the program hears of it.
void report_end(Stream& stream, short what, int error, bool deferred) {
    short directions = 0;
    if (what & BEV_EVENT_READING)
        directions |= EV_READ;
    if (what & BEV_EVENT_WRITING)
        directions |= EV_WRITE;
    if (directions)
        disable(stream, directions);
    errno = error;
    call_event(stream, what, deferred);
}

bool move_in(Stream& stream, Urgency urgency) {
    Filter& filter = filter_of(stream);
    if (filter.ending)
        urgency.mode = BEV_FINISHED;
    Run run = {
        stream,  filter.in, filter.underlying->input, stream.input, stream.shown.wm_read.high,
        EV_READ, urgency};
    Outcome outcome = Outcome::waits;
    if (!run_filter(run, outcome))
        return false;
    const int error = errno;
    if (run.took || run.gave)
        restart_generic_timeout(stream, EV_READ);
    if (run.gave)
        call_read_if_due(stream, urgency.deferred);
    if (stream.freed)
        return true;
    if (outcome == Outcome::broken) {
        filter.ending = 0;
        report_end(stream, BEV_EVENT_ERROR | BEV_EVENT_READING, error, urgency.deferred);
    } else if (filter.ending && outcome == Outcome::waits) {
        const short ending = filter.ending;
        filter.ending = 0;
        report_end(stream, ending, filter.ending_error, urgency.deferred);
    }
    return run.took || run.gave;
}

void tell_written(Stream& stream, bool deferred) {
    Filter& filter = filter_of(stream);
    if (!filter.tell_written || filter.underlying->output.length > kMuchUnsent)
        return;
    filter.tell_written = false;
    call_write_if_due(stream, deferred);
}

bool move_out(Stream& stream, Urgency urgency) {
    Filter& filter = filter_of(stream);
    Stream& underlying = *filter.underlying;
    Run run = {
        stream,   filter.out, stream.output, underlying.output, underlying.shown.wm_write.high,
        EV_WRITE, urgency};
    Outcome outcome = Outcome::waits;
    (void)run_filter(run, outcome);
    const int error = errno;
    // A limit counts from the last byte that left, or the first that waits.
    if (run.took || !event_pending(&stream.shown.ev_write, EV_TIMEOUT, nullptr))
        restart_generic_timeout(stream, EV_WRITE);
    filter.tell_written |= run.took;
    tell_written(stream, urgency.deferred);
    if (outcome == Outcome::broken && !stream.freed)
        report_end(stream, BEV_EVENT_ERROR | BEV_EVENT_WRITING, error, urgency.deferred);
    return run.took || run.gave;
}

void transfer(Stream& stream) {
    (void)move_in(stream, kAtEase);
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
        report_end(stream, what, error, false);
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
        if (underlying.input.length || filter.in.has_more || filter.ending)
            make_due(stream, kDueTransfer, true);
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
    filter.in = {calls.input ? calls.input : pass, false, false, true};
    filter.out = {calls.output ? calls.output : pass, false, false, false};
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
