// SPDX-License-Identifier: BSD-3-Clause
// A filter is called again while it gets on. One that neither takes nor gives anything has to wait
// for more data; one that only gives has to come back in another turn of the loop after a while.
// It is never called from within itself.
#include "stream/filter_move.h"

#include <errno.h>

#include "event2/event.h"

namespace evlet {
namespace {

// Calls in a row that take no bytes.
constexpr int kMostIdleCalls = 64;
// The program is not asked to write more while this much has not been sent by the underlying: one
// that fills the output whenever it can would fill all memory where the peer is slow.
constexpr size_t kMuchUnsent = 64 * 1024;

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
    Stream& underlying = *filter_of(run.stream).underlying;
    if (run.side.running) {
        run.side.asked = true;
        make_due(run.stream, kDueTransfer);
        return false;
    }
    if (!run.from.length && !run.side.has_more && run.urgency.mode == BEV_NORMAL)
        return false;
    if (!goes_on(run.stream, underlying, run.direction, run.urgency.forced))
        return false;
    // What is given to the underlying leaves when all calls are done: lengths tell their progress.
    const bool in_handler = underlying.in_handler;
    underlying.in_handler = 1;
    ret_outcome = run.call_while_it_gets_on();
    underlying.in_handler = in_handler;
    if (!in_handler && (underlying.due & kDueTransfer))
        make_due(underlying, 0, true);
    run.side.has_more = ret_outcome == Outcome::stopped;
    return true;
}

void tell_written(Stream& stream, bool deferred) {
    Filter& filter = filter_of(stream);
    if (!filter.tell_written || filter.underlying->output.length > kMuchUnsent)
        return;
    filter.tell_written = false;
    call_write_if_due(stream, deferred);
}

}  // namespace

void report_filter_end(Stream& stream, short what, int error, bool deferred) {
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
        report_filter_end(stream, BEV_EVENT_ERROR | BEV_EVENT_READING, error, urgency.deferred);
    } else if (filter.ending && outcome == Outcome::waits) {
        const short ending = filter.ending;
        filter.ending = 0;
        report_filter_end(stream, ending, filter.ending_error, urgency.deferred);
    }
    return run.took || run.gave;
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
        report_filter_end(stream, BEV_EVENT_ERROR | BEV_EVENT_WRITING, error, urgency.deferred);
    return run.took || run.gave;
}

}  // namespace evlet
