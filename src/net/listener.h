// SPDX-License-Identifier: BSD-3-Clause
// struct evconnlistener and the operations on it. Called by the shells in api_listener.cpp. Its
// lock is held by the callers of everything here except make, bind and free; it is taken before the
// base's.
#pragma once

#include "base/status.h"
#include "event2/event_struct.h"
#include "event2/listener.h"
#include "thread/lock.h"

struct evconnlistener {
    event ev;                    // for the socket; while accepting pauses, for a timeout only
    evconnlistener_cb callback;  // or null: nothing is accepted
    evconnlistener_errorcb error_callback;  // or null
    void* argument;
    unsigned short pause_ms;     // the last pause, 0 after a success
    unsigned char accept_flags;  // EVLET_FD_* of the connections
    bool close_on_free : 1;
    bool enabled : 1;
    bool in_call : 1;  // the loop's thread is accepting
    bool gone : 1;     // who is in the call frees the memory
    [[no_unique_address]] evlet::Mutex mutex;
};

namespace evlet {

struct ListenerSetup {
    event_base* base;
    evconnlistener_cb callback;
    void* argument;
    unsigned flags;  // LEV_OPT_*
    int backlog;
};

// nullptr with an error; the descriptor is still the caller's then.
[[nodiscard]] evconnlistener* make_listener(const ListenerSetup& setup, evutil_socket_t fd);
// With a socket of its own.
[[nodiscard]] evconnlistener* bind_listener(const ListenerSetup& setup, const sockaddr* address,
                                            int length);
void free_listener(evconnlistener& listener);

// Accepts from now on if it is enabled and has a callback, without waiting for the end of a pause;
// otherwise does nothing.
Status start_accepting(evconnlistener& listener);
void stop_accepting(evconnlistener& listener);

}  // namespace evlet
