// SPDX-License-Identifier: BSD-3-Clause
// The life of a connection, its timer, and what its bufferevent tells. See connection.h.
#include "http/connection.h"

#include "base/time.h"
#include "event2/event.h"
#include "mem/mem.h"
#include "stream/stream.h"

namespace evlet::http {
namespace {

// What may wait in the input beside a head: enough for reads of a good size.
constexpr size_t kReadAhead = 65536;

void on_readable(bufferevent*, void* argument) {
    work(*static_cast<evhttp_connection*>(argument));
}

void on_writable(bufferevent*, void* argument) {
    auto& connection = *static_cast<evhttp_connection*>(argument);
    const CallGuard guard(connection);
    connection.role->on_drained(connection);
}

void on_event(bufferevent*, short what, void* argument) {
    auto& connection = *static_cast<evhttp_connection*>(argument);
    const CallGuard guard(connection);
    if (what & BEV_EVENT_CONNECTED) {
        connection.role->on_connected(connection);
    } else if ((what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING)) {
        connection.peer_ended = true;
        work(connection);
    } else {
        connection.role->on_error(connection, what);
    }
}

void on_timer(evutil_socket_t, short, void* argument) {
    auto& connection = *static_cast<evhttp_connection*>(argument);
    if (!connection.timed)
        return;
    connection.timed = false;
    const CallGuard guard(connection);
    connection.role->on_timeout(connection);
}

timeval from_milliseconds(uint32_t milliseconds) {
    return to_timeval(static_cast<Nanos>(milliseconds) * kNanosPerMilli);
}

}  // namespace

evhttp_connection* make_connection(event_base* base, const Role& role, size_t extra) {
    auto* const connection =
        static_cast<evhttp_connection*>(mem::allocate_zeroed(sizeof(evhttp_connection) + extra));
    if (!connection)
        return nullptr;
    connection->base = base;
    connection->role = &role;
    connection->requests.reset();
    connection->read_ms = connection->write_ms = kDefaultTimeoutMs;
    connection->reading = Reading::nothing;
    evlet_event_assign_no_signal(&connection->timer, base, -1, EV_PERSIST, on_timer, connection);
    return connection;
}

void attach_stream(evhttp_connection& connection, bufferevent* bev) {
    connection.bev = bev;
    bufferevent_setcb(bev, on_readable, on_writable, on_event, &connection);
    set_read_ahead(connection);
    apply_write_timeout(connection);
}

void set_read_ahead(evhttp_connection& connection) {
    size_t high;
    if (__builtin_add_overflow(connection.limits->head.size, kReadAhead, &high))
        high = 0;
    bufferevent_setwatermark(connection.bev, EV_READ, 0, high);
}

void apply_write_timeout(evhttp_connection& connection) {
    const timeval limit = from_milliseconds(connection.write_ms);
    bufferevent_set_timeouts(connection.bev, nullptr, &limit);
}

void tell_end(evhttp_connection& connection) {
    const auto call = connection.on_close;
    if (!call || !connection.connected || connection.told)
        return;
    connection.told = true;
    const CallGuard guard(connection);
    call(&connection, connection.on_close_argument);
}

void destroy(evhttp_connection& connection) {
    connection.life.guards = 1;  // whatever callbacks do on the way
    event_del(&connection.timer);
    event_debug_unassign(&connection.timer);
    connection.role->destroy(connection);
    if (connection.bev)
        bufferevent_free(connection.bev);
    mem::release(&connection);
}

void arm(evhttp_connection& connection, uint32_t milliseconds) {
    const timeval time = from_milliseconds(milliseconds);
    connection.timed = true;
    // It keeps its place when it fires, so that this cannot fail.
    (void)event_add(&connection.timer, &time);
}

Status start_timer(evhttp_connection& connection) {
    const timeval time = from_milliseconds(connection.read_ms);
    return event_add(&connection.timer, &time) == 0 ? Status::ok : Status::no_memory;
}

uint32_t to_milliseconds(const timeval* tv, uint32_t otherwise) {
    const Nanos time = tv ? from_timeval(*tv) : 0;
    if (time <= 0)
        return otherwise;
    const Nanos most = static_cast<Nanos>(UINT32_MAX) * kNanosPerMilli;
    const Nanos limited = time < most ? time : most;
    return static_cast<uint32_t>((limited + kNanosPerMilli - 1) / kNanosPerMilli);
}

}  // namespace evlet::http
