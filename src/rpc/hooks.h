// SPDX-License-Identifier: BSD-3-Clause
// Hooks: what an evrpc_base and an evrpc_pool have in common, and what hooks see of a call. Used by
// server.cpp and client.cpp.
//
// A call has a HookState. run_hooks() calls one hook after the other and then HookState::go_on, at
// once or, after a pause, out of evrpc_resume_request(); in between the call is in the list
// `paused` of its owner. Whatever a hook frees stays until the hook has returned: the owner by its
// guards, the call because it is `busy`.
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "event2/buffer.h"
#include "event2/rpc.h"

namespace evlet::rpc {

// Below "/.rpc." are the calls of a server.
inline constexpr char kPrefix[] = "/.rpc.";
constexpr size_t kPrefixSize = sizeof kPrefix - 1;

struct Hook {
    Hook* next;
    int (*call)(void*, evhttp_request*, evbuffer*, void*);
    void* argument;
    uint64_t number;  // they count up, so that the next one is found whatever was removed
};

// First in evrpc_base and evrpc_pool: the functions about hooks take either as a void*.
struct HookOwner {
    Hook* hooks[2];  // by EVRPC_HOOK_TYPE
    evrpc_hook_meta* paused;
    uint64_t last_number;
    unsigned guards;
    bool gone;  // freed by the program; the memory goes with the last guard
};

struct MetaEntry;

}  // namespace evlet::rpc

// What hooks see of a call. First in a call is a pointer to it, which is what they get as `ctx`.
struct evrpc_hook_meta {
    evlet::rpc::MetaEntry* entries;
    evhttp_connection* connection;  // on which a request is about to be made; or null
    evhttp_request* request;        // or null
    evbuffer* message;              // what hooks are called with
    // With EVRPC_CONTINUE or EVRPC_TERMINATE. A call that was dropped meanwhile is freed in it.
    void (*go_on)(void* context, evrpc_hook_meta& state, int result);
    void* context;
    evrpc_hook_meta* next_paused;
    uint64_t number;  // of the hook that was called last
    EVRPC_HOOK_TYPE type;
    unsigned busy;  // functions on the stack that will look at the call again
    bool dropped;   // its owner has let go of it: whoever is busy frees it
    bool paused;
};

namespace evlet::rpc {

using HookState = evrpc_hook_meta;

// Writes a message to an empty buffer. False without memory: what writes a generated message has
// written nothing then, as of one that has nothing set, and tells it by errno alone.
[[nodiscard]] inline bool marshal(void (*write)(evbuffer*, void*), evbuffer* to, void* message) {
    errno = 0;
    write(to, message);
    return evbuffer_get_length(to) > 0 || errno != ENOMEM;
}

// One guard less: an owner that the program has freed goes with the last.
void leave(HookOwner& owner);
// Calls the hooks of `type` and go_on(). Afterwards owner and call may be gone.
void run_hooks(HookOwner& owner, HookState& state, EVRPC_HOOK_TYPE type);
// Takes a call out of the list of those that are paused, if it is there.
void forget_pause(HookOwner& owner, HookState& state);
void free_hooks(HookOwner& owner);
void free_meta(HookState& state);

}  // namespace evlet::rpc
