// SPDX-License-Identifier: BSD-3-Clause
// Pairs. Bytes move from one end's output to the other's input when they are written, when the
// reader can go on, or on a flush. They move at once if nobody watches the two buffers, since then
// no code of the program runs in between; else, or while somebody handles the writer, the writer
// makes a transfer afterwards. The program's callbacks are always called by the loop. So neither
// end ever calls into the other from within a callback, and nothing recurs.
//
// Both ends share the lock that the first one made. The end whose memory goes first hands it to the
// other.
#include "stream/pair.h"

#include <errno.h>

namespace evlet {
namespace {

struct PairEnd {
    Stream* partner;  // null when the program has freed it
    Stream* twin;     // null when its memory has gone
    bool finished;    // the partner is to hear of the end when the output is through
};

PairEnd& end_of(Stream& stream) {
    return kind_part<PairEnd>(stream);
}

// What a flush moves may go beyond the reader's high watermark.
bool can_move(const Stream& from, const Stream& to, bool flushing) {
    const unsigned ignored = flushing ? kByWatermark : 0;
    return from.output.length && can_write(from) && (to.shown.enabled & EV_READ) &&
           !(to.read_suspended & ~ignored);
}

Status take_bytes(evbuffer& to, evbuffer& from, size_t count) {
    if (!can_grow(to, count))
        return Status::no_memory;
    if (count < from.length)
        return move_some(to, from, count);
    move_all(to, from);
    return Status::ok;
}

void report_end(Stream& stream, short direction, short what) {
    const int error = errno;
    disable(stream, direction);
    errno = error;
    call_event(stream, what);
}

void tell_finished(Stream& from, Stream& to) {
    if (!end_of(from).finished || from.output.length)
        return;
    end_of(from).finished = false;
    report_end(to, EV_READ, BEV_EVENT_EOF | BEV_EVENT_READING);
}

Status move_bytes(Stream& from, Stream& to, bool flushing) {
    const StreamGuard keep_from(from);
    const StreamGuard keep_to(to);
    const size_t high = to.shown.wm_read.high;
    size_t count = from.output.length;
    if (high && !flushing) {
        const size_t room = high > to.input.length ? high - to.input.length : 0;
        if (count > room)
            count = room;
    }
    const Status taken = take_bytes(to.input, from.output, count);
    if (failed(taken)) {
        errno = ENOMEM;
        report_end(to, EV_READ, BEV_EVENT_ERROR | BEV_EVENT_READING);
        return taken;
    }
    count_change(from.output, 0, count);
    count_change(to.input, count, 0);
    tell_change(from.output, 0, count);
    tell_change(to.input, count, 0);
    restart_generic_timeout(from, EV_WRITE);
    restart_generic_timeout(to, EV_READ);
    call_read_if_due(to);
    call_write_if_due(from);
    tell_finished(from, to);
    return Status::ok;
}

void move_when_safe(Stream& from, Stream& to) {
    if (!can_move(from, to, false))
        return;
    if (from.in_handler || from.output.extras || to.input.extras)
        make_due(from, kDueTransfer, true);
    else
        (void)move_bytes(from, to, false);
}

Status start(Stream& stream, short directions) {
    Stream* const partner = end_of(stream).partner;
    if (partner && (directions & EV_READ))
        move_when_safe(*partner, stream);
    if (partner && (directions & EV_WRITE))
        move_when_safe(stream, *partner);
    if (directions & EV_READ)
        restart_generic_timeout(stream, EV_READ);
    if (directions & EV_WRITE)
        restart_generic_timeout(stream, EV_WRITE);
    return Status::ok;
}

void stop(Stream& stream, short directions) {
    if (directions & EV_READ)
        restart_generic_timeout(stream, EV_READ);
    if (directions & EV_WRITE)
        restart_generic_timeout(stream, EV_WRITE);
}

void send(Stream& stream) {
    if (end_of(stream).partner)
        move_when_safe(stream, *end_of(stream).partner);
    // Its limit counts from the first byte that waits, not from the last that joined.
    if (stream.output.length && !event_pending(&stream.shown.ev_write, EV_TIMEOUT, nullptr))
        restart_generic_timeout(stream, EV_WRITE);
}

void transfer(Stream& stream) {
    Stream* const partner = end_of(stream).partner;
    if (partner && can_move(stream, *partner, false))
        (void)move_bytes(stream, *partner, false);
}

void unlink(Stream& stream) {
    PairEnd& end = end_of(stream);
    if (end.partner)
        end_of(*end.partner).partner = nullptr;
    end.partner = nullptr;
    update_generic_timeouts(stream);
}

void destruct(Stream& stream) {
    Mutex mutex = stream.mutex;
    mutex.lock();
    if (Stream* const twin = end_of(stream).twin) {
        end_of(*twin).twin = nullptr;
        twin->owns_lock |= stream.owns_lock;
        stream.owns_lock = 0;
    }
    mutex.unlock();
}

int flush_one(Stream& from, Stream& to, bool finished) {
    int result = 0;
    if (can_move(from, to, true))
        result = failed(move_bytes(from, to, true)) ? -1 : 1;
    if (finished) {
        end_of(from).finished = true;
        tell_finished(from, to);
    }
    return result;
}

int flush(Stream& stream, short directions, bufferevent_flush_mode mode) {
    const bool finished = mode == BEV_FINISHED;
    int read = 0;
    int written = 0;
    if (mode == BEV_NORMAL)
        return 0;  // nothing is kept back
    if (!end_of(stream).partner)
        return -1;
    // Not asked for again below before it is needed: a watcher of a buffer may free it.
    if (directions & EV_READ) {
        const StreamGuard keep(*end_of(stream).partner);
        Stream& partner = *end_of(stream).partner;
        read = flush_one(partner, stream, false);
        if (finished && !partner.freed)
            report_end(partner, EV_WRITE, BEV_EVENT_EOF | BEV_EVENT_WRITING);
    }
    if ((directions & EV_WRITE) && end_of(stream).partner) {
        const StreamGuard keep(*end_of(stream).partner);
        written = flush_one(stream, *end_of(stream).partner, finished);
    }
    return read < 0 || written < 0 ? -1 : read | written;
}

const bufferevent_ops pair_kind = {"pair",   start,   stop,     send,
                                   transfer, unlink,  destruct, flush,
                                   nullptr,  nullptr, nullptr,  update_generic_timeouts};

}  // namespace

Status make_pair(event_base* base, int options, Stream* ret_ends[2]) {
    options |= BEV_OPT_DEFER_CALLBACKS;
    Stream* const first = make_stream(base, pair_kind, sizeof(PairEnd), options, nullptr);
    if (!first)
        return Status::no_memory;
    use_generic_timeouts(*first);
    Stream* const second = make_stream(base, pair_kind, sizeof(PairEnd), options, first);
    if (!second) {
        free_stream(*first);
        return Status::no_memory;
    }
    end_of(*first) = {second, second, false};
    end_of(*second) = {first, first, false};
    use_generic_timeouts(*second);
    ret_ends[0] = first;
    ret_ends[1] = second;
    return Status::ok;
}

Stream* partner_of(Stream& stream) {
    return stream.shown.be_ops == &pair_kind ? end_of(stream).partner : nullptr;
}

}  // namespace evlet
