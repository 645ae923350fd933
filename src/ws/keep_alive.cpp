// SPDX-License-Identifier: BSD-3-Clause
// Pings to a peer that is silent. Linked only where a program asks for it.
#include "http/connection.h"
#include "ws/session.h"

namespace evlet::ws {
namespace {

void on_quiet(evws_connection& session) {
    // Who is not listened to cannot answer.
    if (session.heard || session.paused) {
        session.heard = session.pinged = false;
    } else if (session.pinged) {
        end_session(session);
        return;
    } else {
        session.pinged = true;
        (void)send_frame(session, kPing, true, nullptr, 0);
    }
    arm(session, session.quiet_ms);
}

}  // namespace
}  // namespace evlet::ws

using namespace evlet::ws;

extern "C" {

int evlet_ws_set_keep_alive(struct evws_connection* evws, const struct timeval* interval) {
    const uint32_t milliseconds = evlet::http::to_milliseconds(interval, 0);
    if (evws->state != State::open)
        return 0;  // there are other limits now
    if (!milliseconds) {
        evws->on_quiet = nullptr;
        event_del(&evws->timer);
        return 0;
    }
    if (event_add(&evws->timer, interval) != 0)
        return -1;
    evws->on_quiet = on_quiet;
    evws->quiet_ms = milliseconds;
    evws->heard = evws->pinged = false;
    return 0;
}

}  // extern "C"
