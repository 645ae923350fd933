/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A heap in memory that the firmware gives. Blocks lie one behind the other, each begins with a
 * word that says how long it is, and the last one is a word that ends them:
 *
 *     | size+flags | payload ............................ | size+flags | ...
 *     | size+flags | next | previous | ............. size | size+flags | ...      when free
 *
 * Invariants: sizes are multiples of ALIGN and payloads are aligned to it; kUsed says that a block
 * is taken, kBeforeUsed that the one before it is, and only if not, that one's size stands in its
 * last word; no two free blocks lie side by side; the free ones are in one ring around `ring`.
 *
 * Allocation takes the smallest free block that is large enough, which keeps large ones whole over
 * the months that a device runs, and what is left of it stays free. Freeing takes a bounded time.
 */
#include <errno.h>
#include <string.h>

#include <evlet/port_os.h>

#include "evlet_baremetal.h"

typedef size_t word;

struct link {
    struct link *next, *previous;
};

struct block {
    word head;
    struct link link; /* only while free */
};

enum { kUsed = 1, kBeforeUsed = 2, kFlags = 3 };
#define ALIGN (2 * sizeof(word))
#define LEAST (4 * sizeof(word))
#define MOST (SIZE_MAX / 2)

static struct {
    struct link ring;
    char *first; /* block */
    size_t size, used, most_used;
} arena;

static size_t size_of(const struct block *block) {
    return block->head & ~(word)kFlags;
}

static struct block *at(void *place) {
    return (struct block *)place;
}

static struct block *behind(struct block *block) {
    return at((char *)block + size_of(block));
}

static word *last_word(struct block *block) {
    return (word *)(void *)behind(block) - 1;
}

static struct block *block_of_link(struct link *link) {
    return at((char *)link - offsetof(struct block, link));
}

static void *payload(struct block *block) {
    return &block->link;
}

static struct block *block_of(void *memory) {
    return block_of_link(memory);
}

static void take_out(struct block *block) {
    block->link.next->previous = block->link.previous;
    block->link.previous->next = block->link.next;
}

/* Makes `size` bytes at `block` free, joined with nothing; the flag of its front neighbour is kept.
 */
static void put_in(struct block *block, size_t size) {
    block->head = size | (block->head & kBeforeUsed);
    *last_word(block) = size;
    behind(block)->head &= ~(word)kBeforeUsed;
    block->link.next = arena.ring.next;
    block->link.previous = &arena.ring;
    arena.ring.next->previous = &block->link;
    arena.ring.next = &block->link;
}

/* The size of a block for `size` bytes; 0 for more than there can be. */
static size_t block_size(size_t size) {
    if (size > MOST) {
        return 0;
    }
    size = (size + sizeof(word) + ALIGN - 1) & ~(ALIGN - 1);
    return size < LEAST ? LEAST : size;
}

/* Marks `size` bytes of a block of at least that many as taken, and frees the rest. `block` is in
 * no ring, and what lies behind it is not free. */
static void occupy(struct block *block, size_t size) {
    size_t rest = size_of(block) - size;
    if (rest < LEAST) {
        block->head |= kUsed;
        behind(block)->head |= kBeforeUsed;
        return;
    }
    block->head = size | (block->head & kBeforeUsed) | kUsed;
    behind(block)->head = kBeforeUsed;
    put_in(behind(block), rest);
}

static void count(size_t more, size_t less) {
    arena.used += more - less;
    if (arena.used > arena.most_used) {
        arena.most_used = arena.used;
    }
}

void evlet_baremetal_arena(void *memory, size_t size) {
    /* The first payload is aligned, and so the word in front of it is the last of its unit. */
    uintptr_t first = ((uintptr_t)memory + sizeof(word) + ALIGN - 1) / ALIGN * ALIGN - sizeof(word);
    size_t lost = first - (uintptr_t)memory;
    struct block *block = at((void *)first);
    memset(&arena, 0, sizeof arena);
    arena.ring.next = arena.ring.previous = &arena.ring;
    if (memory == NULL || size > MOST || size < lost + LEAST + sizeof(word)) {
        return;
    }
    arena.first = (char *)block;
    arena.size = (size - lost - sizeof(word)) & ~(ALIGN - 1);
    block->head = arena.size | kBeforeUsed;
    behind(block)->head = kUsed;
    put_in(block, arena.size);
}

void *evlet_port_alloc(size_t size) {
    struct block *best = NULL;
    struct link *link;
    size_t wanted = block_size(size);
    /* The ring is not there before the firmware has named the arena. */
    for (link = arena.ring.next; wanted != 0 && link != NULL && link != &arena.ring;
         link = link->next) {
        struct block *block = block_of_link(link);
        if (size_of(block) >= wanted && (best == NULL || size_of(block) < size_of(best))) {
            best = block;
            if (size_of(block) == wanted) {
                break;
            }
        }
    }
    if (best == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    take_out(best);
    occupy(best, wanted);
    count(size_of(best), 0);
    return payload(best);
}

void evlet_port_free(void *memory) {
    struct block *block, *next;
    size_t size;
    if (memory == NULL) {
        return;
    }
    block = block_of(memory);
    next = behind(block);
    size = size_of(block);
    count(0, size);
    if (!(next->head & kUsed)) {
        size += size_of(next);
        take_out(next);
    }
    if (!(block->head & kBeforeUsed)) {
        word before = *((word *)(void *)block - 1);
        block = at((char *)block - before);
        size += before;
        take_out(block);
    }
    put_in(block, size);
}

/* Makes a block `wanted` bytes long where it lies. 0 if what lies behind it is in the way. */
static int resize_in_place(struct block *block, size_t wanted) {
    struct block *next = behind(block);
    size_t old = size_of(block);
    size_t whole = old + (next->head & kUsed ? 0 : size_of(next));
    if (whole < wanted) {
        return 0;
    }
    if (whole != old) {
        take_out(next);
        block->head += whole - old;
    }
    occupy(block, wanted);
    count(size_of(block), old);
    return 1;
}

void *evlet_port_realloc(void *memory, size_t size) {
    size_t wanted = block_size(size), old;
    void *moved;
    if (memory == NULL) {
        return evlet_port_alloc(size);
    }
    if (wanted != 0 && resize_in_place(block_of(memory), wanted)) {
        return memory;
    }
    moved = evlet_port_alloc(size);
    if (moved != NULL) {
        /* It did not fit, so the new block is the larger one. */
        old = size_of(block_of(memory)) - sizeof(word);
        memcpy(moved, memory, old);
        evlet_port_free(memory);
    }
    return moved;
}

void evlet_baremetal_arena_state(struct evlet_baremetal_memory *ret_memory) {
    struct link *link;
    size_t largest = 0;
    for (link = arena.ring.next; link != NULL && link != &arena.ring; link = link->next) {
        size_t size = size_of(block_of_link(link)) - sizeof(word);
        largest = size > largest ? size : largest;
    }
    ret_memory->size = arena.size;
    ret_memory->used = arena.used;
    ret_memory->most_used = arena.most_used;
    ret_memory->largest_free = largest;
}

/* How many links the ring has, or -1 if one does not point back. */
static long links_in_ring(void) {
    struct link *link = &arena.ring;
    long links = 0;
    do {
        if (link->next->previous != link) {
            return -1;
        }
        link = link->next;
        links++;
    } while (link != &arena.ring);
    return links - 1;
}

int evlet_baremetal_arena_is_whole(void) {
    struct block *block = at(arena.first);
    size_t left = arena.size, used = 0;
    long free_blocks = 0;
    word before_used = kBeforeUsed;
    if (arena.first == NULL) {
        return 1;
    }
    for (; left != 0; left -= size_of(block), block = behind(block)) {
        size_t size = size_of(block);
        if (size < LEAST || size > left || size % ALIGN ||
            (block->head & kBeforeUsed) != before_used) {
            return 0;
        }
        if (block->head & kUsed) {
            used += size;
            before_used = kBeforeUsed;
            continue;
        }
        if (before_used == 0 || *last_word(block) != size) {
            return 0;
        }
        free_blocks++;
        before_used = 0;
    }
    return block->head == (kUsed | before_used) && used == arena.used &&
           links_in_ring() == free_blocks;
}
