// SPDX-License-Identifier: BSD-3-Clause
// Shaking hands, reading and writing: the steps of an engine until it waits for the transport,
// there is nothing more to do, or it is somebody else's turn. Decrypted bytes go straight into the
// input, and records are made of the output's own memory; only pieces too small for a record are
// put together first.
#include <errno.h>

#include "net/connecting.h"
#include "tls/engine.h"

namespace evlet {
namespace {

constexpr size_t kRecord = 16 * 1024;  // the most that one record carries (RFC 8446 section 5.1)
constexpr size_t kWorthARecord = 8 * 1024;  // a piece of this size is not copied to make it larger
// So that others have their turn; and what comes and goes with a turn must not be so much that an
// allocator gives it back to the system every time.
constexpr size_t kMostAtOnce = 2 * kRecord;
constexpr unsigned char kSmallestRead = 9;  // 512 bytes
constexpr unsigned char kLargestRead = 15;  // two records

// What a step that is not done waits for.
unsigned char wanted_by(Step step) {
    return step == Step::want_write ? EV_WRITE : EV_READ;
}

// The session is of no further use.
void report_failure(Stream& stream, short direction, bool deferred) {
    Tls& tls = tls_of(stream);
    const int error = tls.transport_error;
    const bool just_ended = tls.cut_off && !error && (tls.flags & BUFFEREVENT_SSL_DIRTY_SHUTDOWN);
    tls.phase = Phase::broken;
    disable(stream, EV_READ | EV_WRITE);
    set_last_error(error);
    call_event(stream,
               static_cast<short>(direction | (just_ended ? BEV_EVENT_EOF : BEV_EVENT_ERROR)),
               deferred);
}

void report_close(Stream& stream) {
    disable(stream, EV_READ);
    set_last_error(0);
    call_event(stream, BEV_EVENT_EOF | BEV_EVENT_READING);
}

// A step of shaking hands, the first time or once more.
void shake_hands(Stream& stream) {
    Tls& tls = tls_of(stream);
    tls.more = false;
    Step step;
    {
        InEngine scope(stream);
        step = tls.engine->handshake(stream);
    }
    if (stream.freed)
        return;
    tls.read_wants = wanted_by(step);
    if (step == Step::again) {
        tls.more = true;
    } else if (step == Step::closed || step == Step::failed) {
        report_failure(stream, BEV_EVENT_READING, false);
    } else if (step == Step::done && tls.phase == Phase::handshake) {
        tls.phase = Phase::open;
        tls.more = true;
        if (!tls.underlying && evutil_timerisset(&stream.shown.timeout_write))
            renew_limits(stream);
        if (!stream.freed)
            call_event(stream, BEV_EVENT_CONNECTED);
    }
}

// What memory is prepared for: whole records, or a block of a handy size.
size_t prepared_size(const Stream& stream) {
    const size_t size = size_t(1) << stream.read_size;
    return size < kRecord ? size - kBlockOverhead : size;
}

// As with sockets: an idle connection costs little, and a bulk transfer few blocks.
void adapt_read_size(Stream& stream, size_t got) {
    if (got >= prepared_size(stream) && stream.read_size < kLargestRead)
        ++stream.read_size;
    else if (got < prepared_size(stream) / 4 && stream.read_size > kSmallestRead)
        --stream.read_size;
}

// Room at the end of the input: behind the last bytes if that is a good part of what may come.
Space room_for(evbuffer& input, size_t wanted, size_t prepared, bool* ret_in_last) {
    const size_t room = input.tail_room();
    *ret_in_last = room >= wanted / 2 && room > 0;
    if (*ret_in_last)
        return {input.last->end(), room};
    if (failed(reserve_spare(input, prepared)) && failed(reserve_spare(input, wanted)))
        return {nullptr, 0};
    return {input.spare->storage, input.spare->capacity};
}

Step read_once(Stream& stream, size_t most, size_t* ret_count) {
    Tls& tls = tls_of(stream);
    evbuffer& input = stream.input;
    size_t prepared = prepared_size(stream);
    if (prepared > most)
        prepared = most;
    size_t wanted = tls.engine->pending(stream);
    if (!wanted || wanted > prepared)
        wanted = prepared < kRecord ? prepared : kRecord;
    bool in_last;
    Space space = room_for(input, wanted, prepared, &in_last);
    if (!space.data) {
        tls.transport_error = ENOMEM;
        return Step::failed;
    }
    if (space.size > most)
        space.size = most;
    // A callback of the program's, in the engine, must not free the block that is written to.
    const bool frozen = input.front_frozen;
    input.front_frozen = true;
    const Step step = tls.engine->read(stream, space.data, space.size, ret_count);
    input.front_frozen = frozen;
    if (step != Step::done)
        return step;
    const size_t count = *ret_count;
    commit(input, in_last ? count : 0, in_last ? 0 : count);
    return step;
}

void read_some(Stream& stream) {
    Tls& tls = tls_of(stream);
    const unsigned char round = tls.round;
    const size_t budget =
        stream.extras && stream.extras->max_read ? stream.extras->max_read : kMostAtOnce;
    size_t total = 0;
    Step step = Step::done;
    {
        InEngine scope(stream);
        while (step == Step::done && total < budget && can_read(stream)) {
            size_t most = budget - total;
            if (most > kMostBytes - stream.input.length)
                most = kMostBytes - stream.input.length;
            most = read_allowance(stream, most);
            if (!most)
                break;
            size_t count = 0;
            step = read_once(stream, most, &count);
            total += count;
            if (count)
                charge(stream, EV_READ, count);
        }
    }
    release_spare(stream.input);
    tls.more = step == Step::done || step == Step::again;
    if (!tls.more)
        tls.read_wants = wanted_by(step);
    // Who waited for these bytes in order to write will not see them come any more.
    if (tls.write_wants == EV_READ)
        tls.write_wants = 0;
    if (total) {
        adapt_read_size(stream, total);
        if (tls.underlying)
            restart_generic_timeout(stream, EV_READ);
        note_change(stream.input, total, 0);
        if (!stream.freed)
            call_read_if_due(stream);
    }
    if (stream.freed || tls.round != round)
        return;
    if (step == Step::failed)
        report_failure(stream, BEV_EVENT_READING, false);
    else if (step == Step::closed)
        report_close(stream);
}

// The bytes that the next record is made of: `count` of them at the most. Null if they cannot be
// had.
const uint8_t* next_piece(Stream& stream, size_t* count) {
    const Tls& tls = tls_of(stream);
    evbuffer& output = stream.output;
    Chain& first = *output.first;
    size_t size = *count < kRecord ? *count : kRecord;
    if (tls.unfinished)
        size = tls.unfinished;
    if (size > output.length)
        size = output.length;
    if (failed(load(first)))
        return nullptr;
    const bool large = first.length >= kWorthARecord && !(tls.flags & BUFFEREVENT_SSL_BATCH_WRITE);
    uint8_t* whole = nullptr;
    if (first.length < size && (!large || tls.unfinished))
        whole = pull_up(output, size);
    if (!whole && first.length < size)
        size = first.length;
    *count = size;
    return whole ? whole : first.begin();
}

Step write_once(Stream& stream, size_t most, size_t* ret_count) {
    Tls& tls = tls_of(stream);
    size_t count = most;
    const uint8_t* const bytes = next_piece(stream, &count);
    if (!bytes) {
        tls.transport_error = errno;
        return Step::failed;
    }
    const Step step = tls.engine->write(stream, bytes, count, ret_count);
    const bool stopped = step == Step::want_read || step == Step::want_write || step == Step::again;
    tls.unfinished = stopped ? count : 0;
    if (step == Step::done)
        drain(stream.output, *ret_count);
    return step;
}

// Reading waits for nothing from the transport, and is wanted.
bool is_reading(const Stream& stream, const Tls& tls, short ready) {
    return can_read(stream) && (tls.more || (tls.read_wants & ready));
}

void report_renegotiated(Stream& stream) {
    Tls& tls = tls_of(stream);
    if (tls.phase != Phase::open || !tls.renegotiating || tls.engine->is_negotiating(stream))
        return;
    tls.renegotiating = false;
    call_event(stream, BEV_EVENT_CONNECTED);
}

}  // namespace

bool write_some(Stream& stream, bool deferred) {
    Tls& tls = tls_of(stream);
    const unsigned char round = tls.round;
    const size_t budget =
        stream.extras && stream.extras->max_write ? stream.extras->max_write : kMostAtOnce;
    size_t total = 0;
    Step step = Step::done;
    {
        InEngine scope(stream);
        while (step == Step::done && stream.output.length && total < budget && can_write(stream)) {
            const size_t most = write_allowance(stream, budget - total);
            if (!most)
                break;
            size_t count = 0;
            step = write_once(stream, most, &count);
            total += count;
            if (count)
                charge(stream, EV_WRITE, count);
        }
    }
    tls.write_wants = 0;
    if (step == Step::want_read || step == Step::want_write)
        tls.write_wants = wanted_by(step);
    else if (stream.output.length && can_write(stream) && step != Step::failed)
        make_due(stream, kDueTransfer);
    // What the engine read meanwhile it may have kept; and reading may have waited for this.
    if (tls.engine->pending(stream) || (tls.read_wants == EV_WRITE && !tls.write_wants))
        tls.more = true;
    if (total) {
        if (tls.underlying)
            restart_generic_timeout(stream, EV_WRITE);
        note_change(stream.output, 0, total);
        if (!stream.freed && step != Step::failed)
            call_write_if_due(stream, deferred);
    } else if (tls.underlying && !event_pending(&stream.shown.ev_write, EV_TIMEOUT, nullptr)) {
        restart_generic_timeout(stream, EV_WRITE);
    }
    if (!stream.freed && tls.round == round && (step == Step::failed || step == Step::closed))
        report_failure(stream, BEV_EVENT_WRITING, deferred);
    return total != 0;
}

void finish_output(Stream& stream) {
    Tls& tls = tls_of(stream);
    if (!tls.finishing || tls.phase != Phase::open || stream.output.length)
        return;
    Step step;
    {
        InEngine scope(stream);
        step = tls.engine->shutdown(stream);
    }
    tls.write_wants = 0;
    if (step == Step::want_write || step == Step::want_read) {
        tls.write_wants = wanted_by(step);
        return;
    }
    // If it failed, reading will show why.
    tls.finishing = false;
    tls.close_sent = true;
}

void pump(Stream& stream, short ready) {
    Tls& tls = tls_of(stream);
    if (stream.connecting)
        return;
    if (stream.occupied)
        return;  // a callback of the program, in the engine, runs the loop
    // Records that go down leave when all are made.
    Stream* const underlying = tls.underlying;
    const bool below_in_handler = underlying && underlying->in_handler;
    if (underlying)
        underlying->in_handler = 1;
    if (tls.phase == Phase::handshake && (tls.more || (ready & tls.read_wants)))
        shake_hands(stream);
    if (!stream.freed && tls.phase == Phase::open && is_reading(stream, tls, ready))
        read_some(stream);
    else if (tls.phase == Phase::open && tls.renegotiating && !can_read(stream) && !stream.freed &&
             (tls.more || (ready & tls.read_wants)))
        shake_hands(stream);
    if (!stream.freed)
        report_renegotiated(stream);
    if (!stream.freed && tls.phase == Phase::open && !tls.close_sent &&
        (!tls.write_wants || (ready & tls.write_wants))) {
        if (stream.output.length && can_write(stream))
            (void)write_some(stream, false);
        if (!stream.freed)
            finish_output(stream);
    }
    if (!stream.freed && failed(watch(stream)))
        report_failure(stream, BEV_EVENT_READING, true);
    if (underlying) {
        underlying->in_handler = below_in_handler;
        if (!below_in_handler && (underlying->due & kDueTransfer))
            make_due(*underlying, 0, true);
    }
}

}  // namespace evlet
