// SPDX-License-Identifier: BSD-3-Clause
// Prepare and check watchers (event2/watch.h): called right before and right after the backend
// waits. The dispatcher reaches them through the functions in Watchers, which the first watcher
// sets, so that a firmware without watchers does not link them.
#pragma once

#include "base/queue.h"
#include "base/time.h"
#include "event2/watch.h"

struct evwatch {
    evwatch* next;
    evwatch** previous;
    event_base* base;
    bool check;  // else it is a prepare watcher
    union {
        evwatch_prepare_cb prepare;
        evwatch_check_cb check;
    } callback;
    void* argument;
};

struct evwatch_prepare_cb_info {
    evlet::Nanos timeout;  // < 0: for ever
};

struct evwatch_check_cb_info {
    char unused;
};

namespace evlet {

struct WatchLink {
    static evwatch*& next(evwatch* watcher) { return watcher->next; }
    static evwatch**& prev(evwatch* watcher) { return watcher->previous; }
};

struct Watchers {
    void (*run)(event_base& base, bool check, Nanos timeout);
    void (*release)(event_base& base);  // the base goes, and its watchers with it
    TailQueue<evwatch, WatchLink> prepare;
    TailQueue<evwatch, WatchLink> check;
    evwatch* cursor;  // the watcher to call next, moved on if that one is freed
};

}  // namespace evlet
