// SPDX-License-Identifier: BSD-3-Clause
// What both doors share: everything that is made of allocate() and release().
#include <string.h>

#include "mem/mem.h"

namespace evlet::mem {

void* allocate_zeroed(size_t size) {
    void* block = allocate(size);
    if (block)
        memset(block, 0, size);
    return block;
}

char* duplicate(const char* text) {
    const size_t size = strlen(text) + 1;
    void* copy = allocate(size);
    if (copy)
        memcpy(copy, text, size);
    return static_cast<char*>(copy);
}

}  // namespace evlet::mem

// For event_pthreads and other libraries of Evlet's that are loaded beside event_core.
extern "C" {
__attribute__((visibility("default"))) void* evlet_mem_allocate(size_t size);
__attribute__((visibility("default"))) void evlet_mem_release(void* block);

void* evlet_mem_allocate(size_t size) {
    return evlet::mem::allocate(size);
}

void evlet_mem_release(void* block) {
    evlet::mem::release(block);
}
}
