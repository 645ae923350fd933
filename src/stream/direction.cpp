// SPDX-License-Identifier: BSD-3-Clause
// Whether a stream reads and writes: enabled by the program, suspended by watermarks and others.
#include <stddef.h>

#include "stream/hooks.h"

namespace evlet {
namespace {

Stream& of_input(evbuffer& buffer) {
    return *reinterpret_cast<Stream*>(reinterpret_cast<char*>(&buffer) - offsetof(Stream, input));
}

Stream& of_output(evbuffer& buffer) {
    return *reinterpret_cast<Stream*>(reinterpret_cast<char*>(&buffer) - offsetof(Stream, output));
}

void suspend(Stream& stream, unsigned char& suspended, Suspended why, short direction) {
    const bool was_going = !suspended;
    suspended |= why;
    if (was_going && (stream.shown.enabled & direction) && stream.shown.be_ops->stop)
        stream.shown.be_ops->stop(stream, direction);
}

void resume(Stream& stream, unsigned char& suspended, Suspended why, short direction) {
    if (!(suspended & why))
        return;
    suspended = static_cast<unsigned char>(suspended & ~why);
    if (suspended || !(stream.shown.enabled & direction) || stream.freed)
        return;
    const auto start = stream.shown.be_ops->start;
    if (start && failed(start(stream, direction)))
        call_event(stream,
                   static_cast<short>(BEV_EVENT_ERROR | (direction & EV_READ ? BEV_EVENT_READING
                                                                             : BEV_EVENT_WRITING)),
                   true);
}

}  // namespace

void input_changed(evbuffer& buffer, size_t, size_t) {
    Stream& stream = of_input(buffer);
    const size_t high = stream.shown.wm_read.high;
    if (high && buffer.length >= high)
        suspend_read(stream, kByWatermark);
    else
        resume_read(stream, kByWatermark);
}

void output_changed(evbuffer& buffer, size_t added, size_t) {
    Stream& stream = of_output(buffer);
    if (!added || stream.freed)
        return;
    if (stream.shown.be_ops->send)
        stream.shown.be_ops->send(stream);
    else
        make_due(stream, kDueTransfer, true);
}

void suspend_read(Stream& stream, Suspended why) {
    suspend(stream, stream.read_suspended, why, EV_READ);
}

void suspend_write(Stream& stream, Suspended why) {
    suspend(stream, stream.write_suspended, why, EV_WRITE);
}

void resume_read(Stream& stream, Suspended why) {
    resume(stream, stream.read_suspended, why, EV_READ);
}

void resume_write(Stream& stream, Suspended why) {
    resume(stream, stream.write_suspended, why, EV_WRITE);
}

Status enable(Stream& stream, short directions) {
    short starting = directions;
    if (stream.read_suspended)
        starting = static_cast<short>(starting & ~EV_READ);
    if (stream.write_suspended)
        starting = static_cast<short>(starting & ~EV_WRITE);
    stream.shown.enabled = static_cast<short>(stream.shown.enabled | directions);
    const auto start = stream.shown.be_ops->start;
    return starting && start ? start(stream, starting) : Status::ok;
}

void disable(Stream& stream, short directions) {
    stream.shown.enabled = static_cast<short>(stream.shown.enabled & ~directions);
    if (stream.shown.be_ops->stop)
        stream.shown.be_ops->stop(stream, directions);
}

size_t read_allowance(Stream& stream, size_t most) {
    const size_t high = stream.shown.wm_read.high;
    const size_t length = stream.input.length;
    if (high) {
        if (length >= high) {
            suspend_read(stream, kByWatermark);
            return 0;
        }
        if (most > high - length)
            most = high - length;
    }
    if (stream.extras && stream.extras->rate_control)
        most = stream.extras->rate_control->allowance(stream, EV_READ, most);
    return most;
}

size_t write_allowance(Stream& stream, size_t most) {
    if (stream.extras && stream.extras->rate_control)
        most = stream.extras->rate_control->allowance(stream, EV_WRITE, most);
    return most;
}

}  // namespace evlet
