// SPDX-License-Identifier: BSD-3-Clause
#include "rpc/hooks.h"

#include <string.h>

#include "event2/http.h"
#include "log/log.h"
#include "mem/mem.h"

namespace evlet::rpc {

// Behind it: `size` bytes of data, for any type, and the key with its NUL.
struct alignas(max_align_t) MetaEntry {
    MetaEntry* next;
    size_t size;
    const char* key;  // behind the data
};

namespace {

HookState& state_of(void* context) {
    return **static_cast<HookState**>(context);
}

void* data_of(MetaEntry& entry) {
    return &entry + 1;
}

Hook* next_hook(const HookOwner& owner, const HookState& state) {
    Hook* hook = owner.hooks[state.type];
    while (hook && hook->number <= state.number)
        hook = hook->next;
    return hook;
}

void pause(HookOwner& owner, HookState& state) {
    state.paused = true;
    state.next_paused = owner.paused;
    owner.paused = &state;
}

void go_on(HookOwner& owner, HookState& state) {
    int result = EVRPC_CONTINUE;
    ++owner.guards;
    ++state.busy;
    while (result == EVRPC_CONTINUE && !state.dropped && !owner.gone) {
        const Hook* const hook = next_hook(owner, state);
        if (!hook)
            break;
        state.number = hook->number;
        result = hook->call(state.context, state.request, state.message, hook->argument);
    }
    --state.busy;
    if (result == EVRPC_PAUSE && !state.dropped && !owner.gone) {
        pause(owner, state);
    } else {
        state.go_on(state.context, state,
                    result == EVRPC_CONTINUE ? EVRPC_CONTINUE : EVRPC_TERMINATE);
    }
    leave(owner);
}

}  // namespace

void leave(HookOwner& owner) {
    if (--owner.guards == 0 && owner.gone)
        mem::release(&owner);
}

void run_hooks(HookOwner& owner, HookState& state, EVRPC_HOOK_TYPE type) {
    state.type = type;
    state.number = 0;
    go_on(owner, state);
}

void forget_pause(HookOwner& owner, HookState& state) {
    if (!state.paused)
        return;
    state.paused = false;
    evrpc_hook_meta** link = &owner.paused;
    while (*link != &state)
        link = &(*link)->next_paused;
    *link = state.next_paused;
}

void free_hooks(HookOwner& owner) {
    for (Hook*& first : owner.hooks) {
        while (Hook* const hook = first) {
            first = hook->next;
            mem::release(hook);
        }
    }
}

void free_meta(HookState& state) {
    while (MetaEntry* const entry = state.entries) {
        state.entries = entry->next;
        mem::release(entry);
    }
}

}  // namespace evlet::rpc

using namespace evlet;
using namespace evlet::rpc;

extern "C" {

void* evrpc_add_hook(void* vbase, enum EVRPC_HOOK_TYPE hook_type,
                     int (*cb)(void*, struct evhttp_request*, struct evbuffer*, void*),
                     void* cb_arg) {
    auto& owner = *static_cast<HookOwner*>(vbase);
    Hook* const hook = mem::make<Hook>();
    if (!hook)
        return nullptr;
    hook->call = cb;
    hook->argument = cb_arg;
    hook->number = ++owner.last_number;
    Hook** link = &owner.hooks[hook_type == EVRPC_OUTPUT];
    while (*link)
        link = &(*link)->next;
    *link = hook;
    return hook;
}

int evrpc_remove_hook(void* vbase, enum EVRPC_HOOK_TYPE hook_type, void* handle) {
    auto& owner = *static_cast<HookOwner*>(vbase);
    for (Hook** link = &owner.hooks[hook_type == EVRPC_OUTPUT]; *link; link = &(*link)->next) {
        Hook* const hook = *link;
        if (hook == handle) {
            *link = hook->next;
            mem::release(hook);
            return 1;
        }
    }
    return 0;
}

int evrpc_resume_request(void* vbase, void* ctx, enum EVRPC_HOOK_RESULT res) {
    auto& owner = *static_cast<HookOwner*>(vbase);
    // `ctx` may point to what is no more: it is only compared.
    evrpc_hook_meta* state = owner.paused;
    while (state && state->context != ctx)
        state = state->next_paused;
    if (!state)
        return -1;
    if (res == EVRPC_PAUSE)
        return 0;
    forget_pause(owner, *state);
    if (res == EVRPC_CONTINUE)
        go_on(owner, *state);
    else
        state->go_on(ctx, *state, EVRPC_TERMINATE);
    return 0;
}

void evrpc_hook_add_meta(void* ctx, const char* key, const void* data, size_t data_size) {
    HookState& state = state_of(ctx);
    const size_t key_size = strlen(key) + 1;
    size_t size = 0;
    MetaEntry* entry = nullptr;
    if (!__builtin_add_overflow(data_size, key_size, &size) &&
        !__builtin_add_overflow(size, sizeof *entry, &size))
        entry = static_cast<MetaEntry*>(mem::allocate(size));
    if (!entry) {
        log::warnx("evrpc: no memory for the meta data of a hook");
        return;
    }
    auto* const place = static_cast<char*>(data_of(*entry));
    if (data_size)
        memcpy(place, data, data_size);
    memcpy(place + data_size, key, key_size);
    *entry = {state.entries, data_size, place + data_size};
    state.entries = entry;
}

int evrpc_hook_find_meta(void* ctx, const char* key, void** data, size_t* data_size) {
    for (MetaEntry* entry = state_of(ctx).entries; entry; entry = entry->next) {
        if (strcmp(entry->key, key) == 0) {
            *data = data_of(*entry);
            *data_size = entry->size;
            return 0;
        }
    }
    return -1;
}

struct evhttp_connection* evrpc_hook_get_connection(void* ctx) {
    const HookState& state = state_of(ctx);
    if (state.connection)
        return state.connection;
    return state.request ? evhttp_request_get_connection(state.request) : nullptr;
}

}  // extern "C"
