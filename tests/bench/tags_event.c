/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tagged data, built for Evlet and for libevent: a message of five records (numbers of 32 and 64
 * bits, a text, a time, 100 bytes) is written into a buffer, or read from one. An operation is one
 * message; there are 64 in the buffer at most. Variants: "encode", and "decode", to which it belongs
 * that the bytes come into the buffer.
 */
#include "bench.h"

#include <event2/buffer.h>
#include <event2/tag.h>
#include <sys/time.h>

#define MESSAGES 64
#define BLOB 100

static const char *const variant_names[] = {"encode", "decode", NULL};

static void encode(struct evbuffer *buffer, uint32_t number) {
    static const unsigned char blob[BLOB] = {1};
    struct timeval time = {1700000000, 0};

    time.tv_usec = number % 1000000;
    evtag_marshal_int(buffer, 1, number * 2654435761u);
    evtag_marshal_int64(buffer, 2, (ev_uint64_t)number << 30);
    evtag_marshal_string(buffer, 3, "temperature of the cellar");
    evtag_marshal_timeval(buffer, 200, &time);
    evtag_marshal(buffer, 5, blob, BLOB);
}

static void decode(struct evbuffer *buffer) {
    unsigned char blob[BLOB];
    ev_uint32_t number, tag;
    ev_uint64_t large;
    struct timeval time;
    char *text;

    if (evtag_peek(buffer, &tag) == -1 || evtag_unmarshal_int(buffer, 1, &number) == -1 ||
        evtag_peek(buffer, &tag) == -1 || evtag_unmarshal_int64(buffer, 2, &large) == -1 ||
        evtag_peek(buffer, &tag) == -1 || evtag_unmarshal_string(buffer, 3, &text) == -1 ||
        evtag_peek(buffer, &tag) == -1 || evtag_unmarshal_timeval(buffer, 200, &time) == -1 ||
        evtag_peek(buffer, &tag) == -1 || evtag_unmarshal_fixed(buffer, 5, blob, BLOB) == -1) {
        fprintf(stderr, "a message was not read\n");
        exit(1);
    }
    free(text);
}

int main(int count, char **arguments) {
    int variant = 0;
    const uint64_t operations = bench_arguments(count, arguments, variant_names, &variant);
    struct evbuffer *buffer = evbuffer_new();
    struct bench_moment start;
    unsigned char *bytes;
    size_t size;
    uint64_t i;

    if (buffer == NULL)
        bench_fail("evbuffer_new");
    evtag_init();
    for (i = 0; i < MESSAGES; ++i)
        encode(buffer, (uint32_t)i);
    size = evbuffer_get_length(buffer);
    bytes = malloc(size);
    if (bytes == NULL || evbuffer_remove(buffer, bytes, size) != (int)size)
        bench_fail("evbuffer_remove");
    start = bench_now();
    for (i = 0; i < operations; ++i) {
        if (variant == 0) {
            encode(buffer, (uint32_t)i);
            if (i % MESSAGES == MESSAGES - 1)
                evbuffer_drain(buffer, evbuffer_get_length(buffer));
        } else {
            if (i % MESSAGES == 0 && evbuffer_add(buffer, bytes, size) != 0)
                bench_fail("evbuffer_add");
            decode(buffer);
        }
    }
    bench_report(operations, start);
    free(bytes);
    evbuffer_free(buffer);
    return 0;
}
