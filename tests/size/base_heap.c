/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much heap an event_base with select costs. Linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free, so that every request of the library,
 * and nothing else while it is measured, passes through here. Sizes are what was asked for, without
 * the allocator's own overhead. Run by run.py, natively or under qemu; prints "key value" lines.
 * Exit 1 if something failed or stayed allocated.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

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

static void on_timer(evutil_socket_t fd, short what, void *argument) {
    (void)fd;
    (void)what;
    ++*(int *)argument;
}

/* A base that uses select, whatever else the library has. */
static struct event_base *select_base(void) {
    struct event_base *base;
    struct event_config *config = event_config_new();
    if (config == NULL)
        return NULL;
    if (event_config_avoid_method(config, "epoll") != 0 ||
        event_config_avoid_method(config, "poll") != 0) {
        event_config_free(config);
        return NULL;
    }
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

int main(void) {
    const struct timeval soon = {0, 1000};
    size_t before = live_bytes, before_blocks = live_blocks;
    size_t base_bytes, base_blocks, timer_bytes, most_bytes;
    struct event *timer;
    int fired = 0;
    struct event_base *base = select_base();

    if (base == NULL || strcmp(event_base_get_method(base), "select") != 0) {
        fprintf(stderr, "base_heap: no event_base with select\n");
        return 1;
    }
    base_bytes = live_bytes - before;
    base_blocks = live_blocks - before_blocks;

    timer = event_new(base, -1, 0, on_timer, &fired);
    if (timer == NULL || event_add(timer, &soon) != 0 || event_base_dispatch(base) != 1 ||
        fired != 1) {
        fprintf(stderr, "base_heap: the timer did not fire once\n");
        return 1;
    }
    timer_bytes = live_bytes - before - base_bytes;
    most_bytes = peak_bytes - before;
    event_free(timer);
    event_base_free(base);
    libevent_global_shutdown();

    if (live_bytes != before) {
        fprintf(stderr, "base_heap: %u bytes stayed allocated\n", (unsigned)(live_bytes - before));
        return 1;
    }
    printf("base_heap %u\n", (unsigned)base_bytes);
    printf("base_blocks %u\n", (unsigned)base_blocks);
    printf("timer_heap %u\n", (unsigned)timer_bytes);
    printf("peak_heap %u\n", (unsigned)most_bytes);
    return 0;
}
