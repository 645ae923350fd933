/* SPDX-License-Identifier: BSD-3-Clause */
/* The generated code, whose memory is counted and fails when failing_messages.h says so. */
#include "failing_messages.h"

#include <stdlib.h>

long messages_until_failure;
long messages_outstanding;

static int fails(void) {
    return messages_until_failure > 0 && --messages_until_failure == 0;
}

static void *counted(void *block) {
    if (block != NULL)
        messages_outstanding++;
    return block;
}

static void *test_malloc(size_t size) {
    return fails() ? NULL : counted(malloc(size));
}

static void *test_calloc(size_t count, size_t size) {
    return fails() ? NULL : counted(calloc(count, size));
}

static void *test_realloc(void *block, size_t size) {
    void *larger = fails() ? NULL : realloc(block, size);
    if (larger != NULL && block == NULL)
        messages_outstanding++;
    return larger;
}

static void test_free(void *block) {
    if (block != NULL)
        messages_outstanding--;
    free(block);
}

#define malloc test_malloc
#define calloc test_calloc
#define realloc test_realloc
#define free test_free
#include "messages.gen.c"
