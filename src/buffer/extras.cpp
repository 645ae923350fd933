// SPDX-License-Identifier: BSD-3-Clause
// Calling the program when a buffer has changed. Callbacks may add, remove and disable callbacks,
// change the buffer (which calls them again, from within) and free it; whoever changes a buffer
// holds a BufferGuard. While deferred, changes add up and are told once, by the loop; the wait
// counts as a reference to the buffer.
#include "buffer/extras.h"

#include <stddef.h>

#include "loop/deferred.h"
#include "mem/mem.h"

namespace evlet {
namespace {

void sweep(BufferExtras& extras) {
    extras.any_removed = false;
    for (evbuffer_cb_entry* entry = extras.callbacks.first(); entry;) {
        evbuffer_cb_entry* const next = entry->next;
        if (entry->removed) {
            extras.callbacks.remove(entry);
            mem::release(entry);
        }
        entry = next;
    }
}

void run_callbacks(evbuffer& buffer, BufferExtras& extras) {
    const evbuffer_cb_info info = {buffer.length + extras.head.removed - extras.head.added,
                                   extras.head.added, extras.head.removed};
    const size_t length = buffer.length;
    extras.head.added = extras.head.removed = 0;
    ++extras.running;
    // A callback that is added meanwhile has not seen the buffer as it was, so it is not called.
    evbuffer_cb_entry* const last = extras.callbacks.last();
    for (evbuffer_cb_entry* entry = extras.callbacks.first(); entry; entry = entry->next) {
        if (entry->enabled && !entry->removed) {
            if (entry->old_call)
                entry->old_call(&buffer, info.orig_size, length, entry->argument);
            else
                entry->call(&buffer, &info, entry->argument);
        }
        if (entry == last || buffer.freed)
            break;
    }
    if (--extras.running == 0 && extras.any_removed)
        sweep(extras);
}

void notify(evbuffer& buffer) {
    BufferExtras& extras = extras_of(buffer);
    if (extras.callbacks.empty() || buffer.freed) {
        extras.head.added = extras.head.removed = 0;
        return;
    }
    if (extras.head.added == 0 && extras.head.removed == 0)
        return;
    if (!extras.base) {
        run_callbacks(buffer, extras);
    } else if (!extras.waiting) {
        extras.waiting = true;
        ++buffer.refs;
        defer(*extras.base, extras.deferred, Turn::next, Counts::yes);
    }
}

// Gives the reference of the wait back when its guard's scope ends.
void stop_waiting(evbuffer& buffer, BufferExtras& extras) {
    if (extras.waiting) {
        extras.waiting = false;
        --buffer.refs;
    }
}

void release(evbuffer& buffer) {
    BufferExtras& extras = extras_of(buffer);
    if (extras.base)
        cancel_deferred(*extras.base, extras.deferred);
    while (evbuffer_cb_entry* entry = extras.callbacks.first()) {
        extras.callbacks.remove(entry);
        mem::release(entry);
    }
    mem::release(&extras);
}

BufferExtras& extras_of(event_callback& deferred) {
    return *reinterpret_cast<BufferExtras*>(reinterpret_cast<char*>(&deferred) -
                                            offsetof(BufferExtras, deferred));
}

void on_deferred(event_callback* self, void* argument) {
    BufferExtras& extras = extras_of(*self);
    BufferGuard guard(*extras.buffer);
    stop_waiting(*extras.buffer, extras);
    if (!argument)
        extras.base = nullptr;  // it goes, and with it what was to be told
    else if ((extras.head.added || extras.head.removed) && !extras.buffer->freed)
        run_callbacks(*extras.buffer, extras);
}

}  // namespace

BufferExtras* need_extras(evbuffer& buffer) {
    if (!buffer.extras) {
        auto* extras = mem::make<BufferExtras>();
        if (!extras)
            return nullptr;
        extras->head.notify = notify;
        extras->head.release = release;
        extras->buffer = &buffer;
        extras->callbacks.reset();
        buffer.extras = &extras->head;
    }
    return &extras_of(buffer);
}

evbuffer_cb_entry* add_callback(evbuffer& buffer, evbuffer_cb_func call, void* argument) {
    BufferExtras* const extras = need_extras(buffer);
    auto* entry = extras ? mem::make<evbuffer_cb_entry>() : nullptr;
    if (!entry)
        return nullptr;
    entry->call = call;
    entry->argument = argument;
    entry->enabled = true;
    extras->callbacks.push_back(entry);
    return entry;
}

void remove_callback(evbuffer& buffer, evbuffer_cb_entry& entry) {
    BufferExtras& extras = extras_of(buffer);
    entry.removed = true;
    extras.any_removed = true;
    if (!extras.running)
        sweep(extras);
}

void defer_callbacks(evbuffer& buffer, event_base* base) {
    BufferExtras& extras = extras_of(buffer);
    // A call that is on its way in another thread needs the buffer, and gives the reference back.
    if (extras.base && cancel_deferred(*extras.base, extras.deferred))
        stop_waiting(buffer, extras);
    extras.base = base;
    if (base)
        init_deferred(extras.deferred, on_deferred, &buffer, 0);
    notify(buffer);  // what was still to be told
}

}  // namespace evlet
