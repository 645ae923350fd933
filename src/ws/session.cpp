// SPDX-License-Identifier: BSD-3-Clause
// The life of a session: see session.h.
#include "ws/session.h"

#include <string.h>

#include "base/time.h"
#include "mem/mem.h"

using namespace evlet;
using namespace evlet::ws;

void destroy(evws_connection& session) {
    event_del(&session.timer);
    event_debug_unassign(&session.timer);
    clear_buffer(session.message);
    if (session.bev)
        bufferevent_free(session.bev);
    mem::release(&session);
}

namespace evlet::ws {
namespace {

// How much may wait in the input beside a frame of the largest size.
constexpr size_t kReadAhead = 65536;

evws_connection& from(void* argument) {
    return *static_cast<evws_connection*>(argument);
}

// With BEV_OPT_UNLOCK_CALLBACKS these are called without the lock.
void on_readable(bufferevent* bev, void* argument) {
    evws_connection& session = from(argument);
    const StreamLock lock(bev);
    session.heard = true;
    work(session);
}

void on_writable(bufferevent* bev, void* argument) {
    evws_connection& session = from(argument);
    const StreamLock lock(bev);
    const http::CallGuard guard(session);
    on_drained(session);
}

void on_event(bufferevent* bev, short what, void* argument) {
    constexpr short kEnds = BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT;
    evws_connection& session = from(argument);
    const StreamLock lock(bev);
    const http::CallGuard guard(session);
    if (what & kEnds)
        on_stream_end(session, what);
}

void on_timer(evutil_socket_t, short, void* argument) {
    evws_connection& session = from(argument);
    const StreamLock lock(session.bev);
    const http::CallGuard guard(session);
    on_timeout(session);
}

// The server is being freed, or shut down: then the peer is told and has the time for closing.
void on_server_end(http::Session& entry, bool at_once) {
    auto& session = reinterpret_cast<evws_connection&>(entry);
    const StreamLock lock(session.bev);
    const http::CallGuard guard(session);
    if (at_once)
        end_session(session);
    else if (session.state == State::open && failed(begin_closing(session, kGoingAway, {"", 0})))
        end_soon(session);
}

}  // namespace

evws_connection* make_session(const Setup& setup) {
    const size_t name_size = setup.subprotocol.size;
    auto* const session = static_cast<evws_connection*>(
        mem::allocate_zeroed(sizeof(evws_connection) + name_size + 1));
    if (!session)
        return nullptr;
    session->on_message = setup.on_message;
    session->argument = setup.argument;
    session->make_mask = setup.make_mask;
    session->most = kDefaultMessage;
    session->close_ms = kDefaultCloseMs;
    session->entry.close = on_server_end;
    session->message.refs = 1;
    session->message.embedded = 1;
    if (name_size) {
        session->subprotocol = reinterpret_cast<char*>(session + 1);
        memcpy(session->subprotocol, setup.subprotocol.data, name_size);
    }
    evlet_event_assign_no_signal(&session->timer, setup.base, -1, 0, on_timer, session);
    return session;
}

void start_session(evws_connection& session, bufferevent* bev) {
    session.bev = bev;
    bufferevent_setcb(bev, on_readable, on_writable, on_event, &session);
    evlet_ws_set_max_message(&session, session.most);
    set_receiving(session, true);
}

void end_session(evws_connection& session) {
    if (session.life.gone)
        return;
    const http::CallGuard guard(session);
    session.life.gone = true;
    http::remove_session(session.entry);
    if (!session.close_code)
        session.close_code = kAbnormal;
    if (session.on_close)
        session.on_close(&session, session.on_close_argument);
}

void arm(evws_connection& session, uint32_t milliseconds) {
    const timeval time = to_timeval(static_cast<Nanos>(milliseconds) * kNanosPerMilli);
    // Without memory nobody would end it.
    if (event_add(&session.timer, &time) != 0)
        end_soon(session);
}

void end_soon(evws_connection& session) {
    bufferevent_trigger_event(session.bev, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
}

void set_receiving(evws_connection& session, bool on) {
    session.paused = !on;
    if (!on)
        bufferevent_disable(session.bev, EV_READ);
    else if (bufferevent_enable(session.bev, EV_READ | EV_WRITE) != 0)
        end_soon(session);
    else  // what is in the input already
        bufferevent_trigger(session.bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

}  // namespace evlet::ws

extern "C" {

void evlet_ws_set_max_message(struct evws_connection* evws, size_t limit) {
    // A frame has to fit into a buffer together with what is read ahead.
    constexpr size_t kMost = static_cast<size_t>(EV_SSIZE_MAX) - kReadAhead - kMostHeader;
    evws->most = limit < kMost ? limit : kMost;
    bufferevent_setwatermark(evws->bev, EV_READ, 0, evws->most + kReadAhead + kMostHeader);
}

void evws_connection_free(struct evws_connection* evws) {
    const StreamLock lock(evws->bev);
    end_session(*evws);
}

void evws_connection_set_closecb(struct evws_connection* evws, ws_on_close_cb cb, void* arg) {
    evws->on_close = cb;
    evws->on_close_argument = arg;
}

struct bufferevent* evws_connection_get_bufferevent(struct evws_connection* evws) {
    return evws->bev;
}

const char* evlet_ws_get_subprotocol(const struct evws_connection* evws) {
    return evws->subprotocol;
}

void evlet_ws_set_fragment_cb(struct evws_connection* evws, evlet_ws_fragment_cb cb, void* arg) {
    evws->on_fragment = cb;
    evws->on_fragment_argument = arg;
}

void evlet_ws_pause(struct evws_connection* evws) {
    const StreamLock lock(evws->bev);
    if (evws->state == State::open)
        set_receiving(*evws, false);
}

void evlet_ws_resume(struct evws_connection* evws) {
    const StreamLock lock(evws->bev);
    if (evws->paused)
        set_receiving(*evws, true);
}

void evlet_ws_set_drained_cb(struct evws_connection* evws,
                             void (*cb)(struct evws_connection* evws, void* arg), void* arg) {
    evws->on_drained = cb;
    evws->on_drained_argument = arg;
}

void evlet_ws_set_pong_cb(struct evws_connection* evws,
                          void (*cb)(struct evws_connection* evws, const unsigned char* data,
                                     size_t len, void* arg),
                          void* arg) {
    evws->on_pong = cb;
    evws->on_pong_argument = arg;
}

uint16_t evlet_ws_get_close_code(const struct evws_connection* evws) {
    return evws->close_code;
}

uint16_t evlet_ws_get_sent_close_code(const struct evws_connection* evws) {
    return evws->sent_code;
}

const char* evlet_ws_get_close_reason(const struct evws_connection* evws) {
    return evws->peer_closed ? evws->note : "";
}

}  // extern "C"
