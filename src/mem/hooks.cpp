// SPDX-License-Identifier: BSD-3-Clause
// Memory through functions the program may replace. Invariant: the three hooks are set together,
// before anything is allocated; a hook that is null means the port's function. A program that
// replaces only allocation and release (no reallocation) is served by the port's realloc, as
// libevent does, so such programs must hand out blocks the port's realloc understands.
#include <errno.h>

#include "event2/event.h"
#include "evlet/port_os.h"
#include "mem/mem.h"

namespace evlet::mem {
namespace {

struct Hooks {
    void* (*allocate)(size_t);
    void* (*resize)(void*, size_t);
    void (*release)(void*);
};
Hooks g_hooks;

}  // namespace

void* allocate(size_t size) {
    if (size == 0)
        return nullptr;
    void* block = g_hooks.allocate ? g_hooks.allocate(size) : evlet_port_alloc(size);
    if (!block)
        errno = ENOMEM;
    return block;
}

void* resize(void* block, size_t count, size_t size) {
    size_t total;
    void* grown = nullptr;
    if (!__builtin_mul_overflow(count, size, &total) && total != 0)
        grown = g_hooks.resize ? g_hooks.resize(block, total) : evlet_port_realloc(block, total);
    if (!grown)
        errno = ENOMEM;
    return grown;
}

void release(void* block) {
    if (!block)
        return;
    if (g_hooks.release)
        g_hooks.release(block);
    else
        evlet_port_free(block);
}

}  // namespace evlet::mem

extern "C" void event_set_mem_functions(void* (*malloc_fn)(size_t), void* (*realloc_fn)(void*, size_t),
                                        void (*free_fn)(void*)) {
    evlet::mem::g_hooks = {malloc_fn, realloc_fn, free_fn};
}
