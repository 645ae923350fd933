// SPDX-License-Identifier: BSD-3-Clause
// Calls made by event_base_once(): events that belong to the base and free themselves.
#pragma once

#include "base/status.h"
#include "event2/event_struct.h"

namespace evlet {

struct OnceCall {
    OnceCall* next;
    OnceCall** previous;
    event ev;
    void (*callback)(evutil_socket_t, short, void*);
    void* argument;
};

// The shell of event_base_once() and the core of event_base_loopexit(). Takes the base's mutex.
Status call_once(event_base& base, evutil_socket_t fd, short events,
                 void (*callback)(evutil_socket_t, short, void*), void* argument,
                 const struct timeval* timeout);
// Frees the calls that never came; their events are out of the base already.
void release_once_calls(event_base& base);

}  // namespace evlet
