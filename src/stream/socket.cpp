// SPDX-License-Identifier: BSD-3-Clause
// Bufferevents on sockets. Reading: ev_read is added while the stream can read; each time the
// descriptor is readable there is one receive. Its size follows what came before: doubled when a
// receive filled it, halved when it used less than a fourth, so that an idle connection costs
// little and a bulk transfer few system calls. Sending: see stream.h; ev_write is added only while
// the kernel has no room (waiting_to_write) or a connection is being made.
#include "stream/socket.h"

#include "base/shell.h"
#include "loop/base.h"
#include "net/connecting.h"
#include "stream/hooks.h"

namespace evlet {

ConnectingHandler g_connecting_handler;

namespace {

constexpr unsigned char kSmallestRead = 9;  // 512 bytes
constexpr unsigned char kLargestRead = 18;  // 256 KiB
constexpr size_t kMostAtOnce = size_t(1) << kLargestRead;

const timeval* timeout_of(const timeval& timeout) {
    return timeout.tv_sec || timeout.tv_usec ? &timeout : nullptr;
}

// The peer is done, or something broke: the direction is disabled before the program hears of it.
void report_end(Stream& stream, short direction, short what, int error) {
    disable(stream, direction);
    set_last_error(error);
    call_event(stream, what);
}

void adapt_read_size(Stream& stream, size_t got, size_t prepared) {
    if (got >= prepared && stream.read_size < kLargestRead)
        ++stream.read_size;
    else if (got < prepared / 4 && stream.read_size > kSmallestRead)
        --stream.read_size;
}

// A chain that was sent serves the next receive of this pass of the loop (event_base::spare_chain):
// the usual reply then costs no allocation.
void reuse_chain(Stream& stream, size_t prepared) {
    Chain*& kept = stream.base()->spare_chain;
    if (kept && !stream.input.spare && kept->capacity >= prepared) {
        stream.input.spare = kept;
        kept = nullptr;
    }
}

void take_out_sent(Stream& stream, size_t count) {
    Chain* const gone = detach(stream.output, count);
    Chain*& kept = stream.base()->spare_chain;
    // A large one would be cut down to what the next receive brings.
    if (gone && !kept && !gone->next && gone->writable() && gone->capacity < kLargeChain) {
        gone->offset = gone->length = 0;
        kept = gone;
    } else {
        release_chains(gone);
    }
}

void read_some(Stream& stream) {
    size_t most = stream.extras && stream.extras->max_read ? stream.extras->max_read : kMostAtOnce;
    const size_t limit = stream.input.extras ? stream.input.extras->max_read : 0;
    if (limit && limit < most)
        most = limit;
    most = read_allowance(stream, most);
    if (most == 0)
        return;
    const size_t prepared = (size_t(1) << stream.read_size) - kBlockOverhead;
    reuse_chain(stream, prepared);
    const ev_ssize_t got = receive(stream.input, socket_of(stream), prepared, most);
    if (got <= 0) {
        const int error = last_error();
        const bool again = got < 0 && last_error_is_again();
        release_spare(stream.input);
        if (!again)
            report_end(stream, EV_READ,
                       static_cast<short>(BEV_EVENT_READING |
                                          (got == 0 ? BEV_EVENT_EOF : BEV_EVENT_ERROR)),
                       error);
        return;
    }
    const auto count = static_cast<size_t>(got);
    adapt_read_size(stream, count, prepared);
    charge(stream, EV_READ, count);
    note_change(stream.input, count, 0);
    call_read_if_due(stream);
}

void on_readable(evutil_socket_t, short what, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (stream.freed || !can_read(stream))
        return;
    if (what & EV_READ)
        read_some(stream);
    else if (what & EV_TIMEOUT)
        report_end(stream, EV_READ, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, 0);
}

Status wait_to_write(Stream& stream) {
    if (stream.waiting_to_write)
        return Status::ok;
    bufferevent& shown = stream.shown;
    if (event_add(&shown.ev_write, timeout_of(shown.timeout_write)) != 0)
        return Status::system;
    stream.waiting_to_write = 1;
    return Status::ok;
}

void send_some(Stream& stream) {
    constexpr size_t kNoLimit = SIZE_MAX / 2;
    const size_t most = write_allowance(
        stream, stream.extras && stream.extras->max_write ? stream.extras->max_write : kNoLimit);
    if (most == 0)
        return;
    const ev_ssize_t sent = send(stream.output, socket_of(stream), most);
    int error = last_error();
    bool broken = sent < 0 && !last_error_is_again();
    if (sent > 0) {
        take_out_sent(stream, static_cast<size_t>(sent));
        charge(stream, EV_WRITE, static_cast<size_t>(sent));
        note_change(stream.output, 0, static_cast<size_t>(sent));
    }
    if (stream.freed)
        return;
    if (!broken && stream.output.length && can_write(stream) && socket_of(stream) >= 0) {
        broken = failed(wait_to_write(stream));
        error = last_error();
    } else {
        stop_waiting_to_write(stream);
    }
    if (broken)
        report_end(stream, EV_WRITE, BEV_EVENT_WRITING | BEV_EVENT_ERROR, error);
    else if (sent > 0)
        call_write_if_due(stream);
}

void transfer(Stream& stream) {
    if (can_write(stream) && stream.output.length && !stream.waiting_to_write &&
        socket_of(stream) >= 0)
        send_some(stream);
}

void on_writable(evutil_socket_t, short what, void* argument) {
    auto& stream = *static_cast<Stream*>(argument);
    HandlerScope scope(stream);
    if (stream.freed)
        return;
    if (stream.connecting) {
        g_connecting_handler(stream, what);
    } else if (can_write(stream)) {
        if (!(what & EV_WRITE)) {
            report_end(stream, EV_WRITE, BEV_EVENT_TIMEOUT | BEV_EVENT_WRITING, 0);
        } else if (stream.output.length) {
            send_some(stream);
        } else {
            stop_waiting_to_write(stream);
            call_write_if_due(stream);
        }
    }
}

Status start(Stream& stream, short directions) {
    bufferevent& shown = stream.shown;
    if ((directions & EV_WRITE) && stream.output.length)
        make_due(stream, kDueTransfer, true);
    // A program that fills the output whenever it is asked to is asked for the first time.
    else if ((directions & EV_WRITE) && shown.writecb && socket_of(stream) >= 0 &&
             failed(wait_to_write(stream)))
        return Status::system;
    if ((directions & EV_READ) && socket_of(stream) >= 0 &&
        event_add(&shown.ev_read, timeout_of(shown.timeout_read)) != 0)
        return Status::system;
    return Status::ok;
}

void stop(Stream& stream, short directions) {
    if (directions & EV_READ)
        event_del_noblock(&stream.shown.ev_read);
    if ((directions & EV_WRITE) && !stream.connecting)
        stop_waiting_to_write(stream);
}

void destruct(Stream& stream) {
    if (stream.options & BEV_OPT_CLOSE_ON_FREE)
        close_socket(socket_of(stream));
}

evutil_socket_t get_fd(Stream& stream) {
    return socket_of(stream);
}

int flush(Stream&, short, bufferevent_flush_mode) {
    return 0;  // nothing is held back
}

void assign(event& ev, Stream& stream, evutil_socket_t fd, short events, event_callback_fn call) {
    const bool before = ev.ev_base != nullptr;  // its flags are the loop's to look at
    const ev_uint8_t priority = ev.ev_evcallback.evcb_pri;
    if (before)
        event_del_noblock(&ev);
    evlet_event_assign_no_signal(&ev, stream.base(), fd, static_cast<short>(events | EV_PERSIST),
                                 call, &stream);
    if (before)
        ev.ev_evcallback.evcb_pri = priority;
}

}  // namespace

const bufferevent_ops socket_kind = {"socket", start,    stop,   nullptr,    transfer,
                                     nullptr,  destruct, flush,  set_socket, get_fd,
                                     nullptr,  nullptr,  nullptr};

void go_on_connecting(Stream& stream, short what) {
    g_connecting_handler(stream, what);
}

void stop_waiting_to_write(Stream& stream) {
    if (stream.waiting_to_write) {
        stream.waiting_to_write = 0;
        event_del_noblock(&stream.shown.ev_write);
    }
}

void assign_socket(Stream& stream, evutil_socket_t fd) {
    stream.waiting_to_write = 0;
    assign(stream.shown.ev_read, stream, fd, EV_READ, on_readable);
    assign(stream.shown.ev_write, stream, fd, EV_WRITE, on_writable);
}

Status set_socket(Stream& stream, evutil_socket_t fd) {
    cancel_naming(stream);
    stream.connecting = 0;
    stream.read_suspended = static_cast<unsigned char>(stream.read_suspended & ~kByConnecting);
    stream.write_suspended = static_cast<unsigned char>(stream.write_suspended & ~kByConnecting);
    assign_socket(stream, fd);
    return fd < 0 ? Status::ok : enable(stream, stream.shown.enabled);
}

}  // namespace evlet

using namespace evlet;

extern "C" {

struct bufferevent* bufferevent_socket_new(struct event_base* base, evutil_socket_t fd,
                                           int options) {
    if ((options & BEV_OPT_UNLOCK_CALLBACKS) && !(options & BEV_OPT_DEFER_CALLBACKS)) {
        (void)to_result(Status::invalid);
        return nullptr;
    }
    Stream* const stream = make_stream(base, socket_kind, 0, options, nullptr);
    if (!stream)
        return nullptr;
    stream->read_size = kSmallestRead;
    stream->output.drains_to_fd = 1;
    (void)set_socket(*stream, fd);  // writing alone is enabled, which asks nothing of the system
    return &stream->shown;
}

}  // extern "C"
