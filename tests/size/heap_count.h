/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts the heap of a program that is linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free, so that every request of the library,
 * and nothing else while it is measured, passes through here. Sizes are what was asked for, without
 * the allocator's own overhead. For one source file a program.
 */
#ifndef EVLET_SIZE_HEAP_COUNT_H
#define EVLET_SIZE_HEAP_COUNT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

/* In front of every block; as wide as the strictest alignment. */
union header {
    size_t size;
    max_align_t align;
};

static size_t live_bytes;
static size_t live_blocks;
static size_t peak_bytes;

static void account(size_t size) {
    live_bytes += size;
    live_blocks++;
    if (live_bytes > peak_bytes)
        peak_bytes = live_bytes;
}

void *__wrap_malloc(size_t size) {
    union header *block;
    if (size > SIZE_MAX - sizeof(*block))
        return NULL;
    block = __real_malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    account(size);
    return block + 1;
}

void *__wrap_calloc(size_t count, size_t size) {
    void *block;
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    block = __wrap_malloc(count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

void __wrap_free(void *block) {
    union header *whole = block;
    if (whole == NULL)
        return;
    whole--;
    live_bytes -= whole->size;
    live_blocks--;
    __real_free(whole);
}

void *__wrap_realloc(void *block, size_t size) {
    union header *whole = block;
    size_t old_size;
    if (whole == NULL)
        return __wrap_malloc(size);
    if (size > SIZE_MAX - sizeof(*whole))
        return NULL;
    whole--;
    old_size = whole->size;
    whole = __real_realloc(whole, sizeof(*whole) + size);
    if (whole == NULL)
        return NULL;
    live_bytes -= old_size;
    live_blocks--;
    whole->size = size;
    account(size);
    return whole + 1;
}

#endif
