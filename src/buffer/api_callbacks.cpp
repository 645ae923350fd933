// SPDX-License-Identifier: BSD-3-Clause
// The program's callbacks on changes of a buffer.
#include "base/shell.h"
#include "buffer/extras.h"
#include "event2/buffer_compat.h"

namespace evlet {
namespace {

int change_flags(evbuffer& buffer, evbuffer_cb_entry& entry, ev_uint32_t flags, bool on) {
    BufferGuard guard(buffer);
    if (flags & ~ev_uint32_t{EVBUFFER_CB_ENABLED})
        return to_result(Status::invalid);
    if (flags)
        entry.enabled = on;
    return 0;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

struct evbuffer_cb_entry* evbuffer_add_cb(struct evbuffer* buffer, evbuffer_cb_func callback,
                                          void* argument) {
    BufferGuard guard(*buffer);
    return add_callback(*buffer, callback, argument);
}

int evbuffer_remove_cb_entry(struct evbuffer* buffer, struct evbuffer_cb_entry* entry) {
    BufferGuard guard(*buffer);
    if (!buffer->extras || !entry || entry->removed)
        return to_result(Status::invalid);
    remove_callback(*buffer, *entry);
    return 0;
}

int evbuffer_remove_cb(struct evbuffer* buffer, evbuffer_cb_func callback, void* argument) {
    BufferGuard guard(*buffer);
    evbuffer_cb_entry* entry = buffer->extras ? extras_of(*buffer).callbacks.first() : nullptr;
    while (entry && (entry->removed || entry->old_call || entry->call != callback ||
                     entry->argument != argument))
        entry = entry->next;
    if (!entry)
        return to_result(Status::invalid);
    remove_callback(*buffer, *entry);
    return 0;
}

int evbuffer_cb_set_flags(struct evbuffer* buffer, struct evbuffer_cb_entry* entry,
                          ev_uint32_t flags) {
    return change_flags(*buffer, *entry, flags, true);
}

int evbuffer_cb_clear_flags(struct evbuffer* buffer, struct evbuffer_cb_entry* entry,
                            ev_uint32_t flags) {
    return change_flags(*buffer, *entry, flags, false);
}

int evbuffer_defer_callbacks(struct evbuffer* buffer, struct event_base* base) {
    BufferGuard guard(*buffer);
    if (!need_extras(*buffer))
        return to_result(Status::no_memory);
    defer_callbacks(*buffer, base);
    return 0;
}

void evbuffer_setcb(struct evbuffer* buffer, evbuffer_cb callback, void* argument) {
    BufferGuard guard(*buffer);
    if (buffer->extras) {
        BufferExtras& extras = extras_of(*buffer);
        for (evbuffer_cb_entry* entry = extras.callbacks.first(); entry;) {
            evbuffer_cb_entry* const next = entry->next;
            if (!entry->removed)
                remove_callback(*buffer, *entry);
            entry = next;
        }
    }
    if (!callback)
        return;
    evbuffer_cb_entry* const entry = add_callback(*buffer, nullptr, argument);
    if (entry)
        entry->old_call = callback;
}

}  // extern "C"
