// SPDX-License-Identifier: BSD-3-Clause
// Callbacks of an evbuffer and their deferral. Used by api_callbacks.cpp.
#pragma once

#include "base/queue.h"
#include "buffer/buffer.h"
#include "event2/event_struct.h"

// One callback of one buffer. One that is removed while callbacks run stays linked, marked as
// removed, until the last of them has returned.
struct evbuffer_cb_entry {
    evbuffer_cb_entry* next;
    evbuffer_cb_entry** previous;
    evbuffer_cb_func call;
    void (*old_call)(evbuffer*, size_t, size_t, void*);  // evbuffer_setcb()
    void* argument;
    bool enabled;
    bool removed;
};

namespace evlet {

struct CallbackLink {
    static evbuffer_cb_entry*& next(evbuffer_cb_entry* entry) { return entry->next; }
    static evbuffer_cb_entry**& prev(evbuffer_cb_entry* entry) { return entry->previous; }
};

struct BufferExtras {
    BufferExtrasHead head;  // always first
    TailQueue<evbuffer_cb_entry, CallbackLink> callbacks;
    unsigned running;  // calls of notify() in progress
    bool any_removed;
    event_base* base;  // callbacks are deferred to it, or null
    event_callback deferred;
    bool waiting;  // for the deferred call; holds a reference to the buffer
    evbuffer* buffer;
};

[[nodiscard]] inline BufferExtras& extras_of(evbuffer& buffer) {
    return *reinterpret_cast<BufferExtras*>(buffer.extras);
}

// A new callback behind the others; nullptr without memory.
[[nodiscard]] evbuffer_cb_entry* add_callback(evbuffer& buffer, evbuffer_cb_func call,
                                              void* argument);
void remove_callback(evbuffer& buffer, evbuffer_cb_entry& entry);
// Has the callbacks called by the loop from now on; null: at once again.
void defer_callbacks(evbuffer& buffer, event_base* base);

}  // namespace evlet
