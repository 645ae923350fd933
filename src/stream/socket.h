// SPDX-License-Identifier: BSD-3-Clause
// The kind of bufferevent that stands on a stream socket. Used by the files about sockets and
// connecting.
#pragma once

#include "base/hidden.h"
#include "stream/stream.h"

namespace evlet {

EVLET_HIDDEN extern const bufferevent_ops socket_kind;

[[nodiscard]] inline bool is_socket_stream(const Stream& stream) {
    return stream.shown.be_ops == &socket_kind;
}
// A kind that stands on a stream socket, be it this one or TLS.
[[nodiscard]] inline bool stands_on_socket(const Stream& stream) {
    return is_socket_stream(stream) || stream.shown.be_ops->assign;
}
[[nodiscard]] inline evutil_socket_t socket_of(const Stream& stream) {
    return stream.shown.ev_read.ev_fd;
}

// Takes a descriptor, or -1, in place of the present one, which stays open. What was enabled goes
// on with it.
Status set_socket(Stream& stream, evutil_socket_t fd);

// The same without going on, for who suspends both directions next.
EVLET_SHARED void assign_socket(Stream& stream, evutil_socket_t fd);

// What ev_write was added for is done, or not wanted any more.
EVLET_SHARED void stop_waiting_to_write(Stream& stream);

// A connection is being made: nothing is read or sent until one of the two below.
void begin_connecting(Stream& stream);
// How long it may take: the shorter of the stream's timeouts, that of reading only if reading is
// enabled. `timeout` is null without a limit.
struct ConnectLimit {
    const timeval* timeout;
    short direction;
};
[[nodiscard]] ConnectLimit connect_limit(const Stream& stream);
// It took longer, which is reported as a timeout of that direction. As for the next two the caller
// holds a HandlerScope.
void connecting_timed_out(Stream& stream);
// It stands: `fd` is taken, BEV_EVENT_CONNECTED reported unless the kind does so later, and what is
// in the output sent. The caller holds a HandlerScope.
void socket_connected(Stream& stream, evutil_socket_t fd);
// It failed with a socket error: reported as BEV_EVENT_ERROR. The caller holds a HandlerScope.
void socket_connect_failed(Stream& stream, int error);

// The descriptor of a connection in progress is writable. Set by connect.cpp when one is begun, so
// that a program which never connects does not link it.
using ConnectingHandler = void (*)(Stream& stream, short what);
EVLET_HIDDEN extern ConnectingHandler g_connecting_handler;
// Calls it.
EVLET_SHARED void go_on_connecting(Stream& stream, short what);

}  // namespace evlet
