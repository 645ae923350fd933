/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts the heap of a library of libevent's API: heap_count() makes it allocate through the
 * functions here. Sizes are what was asked for, without the allocator's own overhead.
 */
#ifndef EVLET_BENCH_HEAP_H
#define EVLET_BENCH_HEAP_H

#include <event2/event.h>
#include <stddef.h>

#include "bench.h"
#include "heap_figures.h"

/* In front of every block; as wide as the strictest alignment. */
union heap_header {
    size_t size;
    max_align_t align;
};

static struct heap_figures *heap_counted;

static void *heap_resize(void *block, size_t size) {
    union heap_header *whole = block != NULL ? (union heap_header *)block - 1 : NULL;
    const size_t before = whole != NULL ? whole->size : 0;

    whole = realloc(whole, sizeof *whole + size);
    if (whole == NULL)
        bench_fail("realloc");
    whole->size = size;
    heap_counted->live_bytes += size - before;
    ++heap_counted->requests;
    if (heap_counted->live_bytes > heap_counted->peak_bytes)
        heap_counted->peak_bytes = heap_counted->live_bytes;
    return whole + 1;
}

static void *heap_allocate(size_t size) {
    return heap_resize(NULL, size);
}

static void heap_free(void *block) {
    union heap_header *whole = block;
    if (whole == NULL)
        return;
    --whole;
    heap_counted->live_bytes -= whole->size;
    free(whole);
}

/* What the program has had allocated since there were `before` requests is its own, no cost of what
 * is measured. */
static inline void heap_aside(size_t before) {
    if (heap_counted != NULL)
        heap_counted->programs += heap_counted->requests - before;
}

static inline size_t heap_requests(void) {
    return heap_counted != NULL ? heap_counted->requests : 0;
}

/* Before anything else of the library is called. `figures` may be in shared memory. */
static void heap_count(struct heap_figures *figures) {
    heap_counted = figures;
    event_set_mem_functions(heap_allocate, heap_resize, heap_free);
}

#endif
