// SPDX-License-Identifier: BSD-3-Clause
// The one door to memory for every room. hooks.cpp lets the program replace the functions
// (event_set_mem_functions); direct.cpp, chosen with the option no-mem-hooks, goes straight to
// the port. Any of the allocating calls may answer nullptr with errno set to ENOMEM.
#pragma once

#include <stddef.h>

#include "base/shared.h"

#include <type_traits>

namespace evlet::mem {

// `size` bytes, uninitialised; size 0 answers nullptr without an error.
[[nodiscard]] EVLET_SHARED void* allocate(size_t size);
// As allocate(), zeroed.
[[nodiscard]] EVLET_SHARED void* allocate_zeroed(size_t size);
// Resizes to `count` elements of `size` bytes each; a product that overflows is out of memory.
// The old block stays valid on failure.
[[nodiscard]] EVLET_SHARED void* resize(void* block, size_t count, size_t size);
// A copy of a C string.
[[nodiscard]] EVLET_SHARED char* duplicate(const char* text);
// nullptr is allowed.
EVLET_SHARED void release(void* block);

// A zeroed object of a type that needs no constructor.
template <class T>
[[nodiscard]] T* make() {
    static_assert(std::is_trivially_destructible_v<T>, "mem::make never runs destructors");
    return static_cast<T*>(allocate_zeroed(sizeof(T)));
}

}  // namespace evlet::mem
