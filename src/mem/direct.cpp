// SPDX-License-Identifier: BSD-3-Clause
// Memory straight from the port: the build without event_set_mem_functions (no-mem-hooks).
#include <errno.h>

#include "evlet/port_os.h"
#include "mem/mem.h"

namespace evlet::mem {

void* allocate(size_t size) {
    if (size == 0)
        return nullptr;
    void* block = evlet_port_alloc(size);
    if (!block)
        errno = ENOMEM;
    return block;
}

void* resize(void* block, size_t count, size_t size) {
    size_t total;
    void* grown = nullptr;
    if (!__builtin_mul_overflow(count, size, &total) && total != 0)
        grown = evlet_port_realloc(block, total);
    if (!grown)
        errno = ENOMEM;
    return grown;
}

void release(void* block) {
    evlet_port_free(block);
}

}  // namespace evlet::mem
