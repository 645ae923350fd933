/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory from the kernel's heap, which has no realloc and tells nobody how long a block is: so a
 * word in front of each block says it, in a header that keeps the heap's alignment. It holds what
 * the block has room for, which can be more than was asked for last.
 *
 * A firmware with a heap of its own defines all three functions, and this file is not linked.
 */
#include <errno.h>
#include <string.h>

#include "freertos_internal.h"

#define HEADER (sizeof(size_t) > portBYTE_ALIGNMENT ? sizeof(size_t) : (size_t)portBYTE_ALIGNMENT)
/* Kernels before 10.4.3 add to sizes without looking. */
#define MOST (SIZE_MAX / 2)

static size_t *room_of(void *block) {
    return (size_t *)(void *)((char *)block - HEADER);
}

void *evlet_port_alloc(size_t size) {
    char *whole = size <= MOST ? pvPortMalloc(HEADER + size) : NULL;
    if (whole == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    *(size_t *)(void *)whole = size;
    return whole + HEADER;
}

void evlet_port_free(void *block) {
    if (block != NULL) {
        vPortFree(room_of(block));
    }
}

void *evlet_port_realloc(void *block, size_t size) {
    void *moved;
    size_t room;
    if (block == NULL) {
        return evlet_port_alloc(size);
    }
    room = *room_of(block);
    if (size <= room && size >= room / 2) {
        return block;
    }
    moved = evlet_port_alloc(size);
    if (moved == NULL) {
        return size <= room ? block : NULL; /* less always fits */
    }
    memcpy(moved, block, size < room ? size : room);
    evlet_port_free(block);
    return moved;
}
