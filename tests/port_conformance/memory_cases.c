/* SPDX-License-Identifier: BSD-3-Clause */
/* Allocation. */
#include <string.h>

#include "conformance.h"

union most_aligned {
    long long number;
    long double real;
    void *pointer;
    void (*function)(void);
};
struct alignment_probe {
    char before;
    union most_aligned probe;
};
#define ALIGNMENT offsetof(struct alignment_probe, probe)

static void blocks_are_aligned_writable_and_apart(void) {
    enum { COUNT = 64 };
    unsigned char *blocks[COUNT];
    size_t i, allocated;

    for (allocated = 0; allocated < COUNT; allocated++) {
        blocks[allocated] = evlet_port_alloc(allocated * 7 + 1);
        if (blocks[allocated] == NULL) {
            break;
        }
        memset(blocks[allocated], (int)allocated, allocated * 7 + 1);
    }
    CHECK(allocated == COUNT);
    for (i = 0; i < allocated; i++) {
        CHECK((uintptr_t)blocks[i] % ALIGNMENT == 0);
        CHECK(all_bytes_are(blocks[i], i * 7 + 1, (unsigned char)i));
        evlet_port_free(blocks[i]);
    }
}

static void realloc_keeps_the_contents(void) {
    unsigned char *block = evlet_port_realloc(NULL, 10), *moved;
    NEED(block != NULL);
    memset(block, 0x5a, 10);
    moved = evlet_port_realloc(block, 2000);
    CHECK(moved != NULL);
    block = moved != NULL ? moved : block;
    CHECK(all_bytes_are(block, 10, 0x5a));
    moved = evlet_port_realloc(block, 4);
    CHECK(moved != NULL);
    block = moved != NULL ? moved : block;
    CHECK(all_bytes_are(block, 4, 0x5a));
    evlet_port_free(block);
}

static void too_much_is_refused_and_changes_nothing(void) {
    const size_t too_much = (size_t)-1 - 64; /* and a header of the heap's must not wrap it */
    unsigned char *block = evlet_port_alloc(16);
    NEED(block != NULL);
    memset(block, 0xa5, 16);
    CHECK(evlet_port_alloc(too_much) == NULL);
    CHECK(evlet_port_realloc(block, too_much) == NULL);
    CHECK(all_bytes_are(block, 16, 0xa5));
    evlet_port_free(block);
}

static void freeing_null_does_nothing(void) {
    evlet_port_free(NULL);
    evlet_port_free(NULL);
}

void memory_cases(void) {
    CASE(blocks_are_aligned_writable_and_apart);
    CASE(realloc_keeps_the_contents);
    CASE(too_much_is_refused_and_changes_nothing);
    CASE(freeing_null_does_nothing);
}
