// SPDX-License-Identifier: BSD-3-Clause
// Writing tagged data. A record is put together where it belongs or first, and then added in one
// call, so that nothing is written of a record that finds no memory.
#include <string.h>
#include <sys/time.h>

#include "buffer/buffer.h"
#include "event2/buffer.h"
#include "event2/tag.h"
#include "rpc/tag_wire.h"

using namespace evlet;
using namespace evlet::rpc;

namespace {

constexpr size_t kMostHeader = kMostTag + kMostInt;
// Payloads that are put together on the stack.
constexpr size_t kSmall = 128;

size_t put_header(uint8_t* at, uint32_t tag, uint32_t length) {
    const size_t size = put_tag(at, tag);
    return size + put_int(at + size, length);
}

// Whether `most` bytes may be written behind those of the buffer with nobody to be told of it: the
// common case, in which a record is put together where it belongs. The lock is held.
bool is_plain(const evbuffer& buffer, size_t most) {
    return !buffer.changed && !buffer.extras && !buffer.back_frozen && buffer.tail_room() >= most &&
           can_grow(buffer, most);
}

// Adds what `write` puts at a place of `most` bytes; it answers how many those are.
template <size_t most, class Write>
int add(evbuffer* buffer, const Write& write) {
    {
        const LockGuard guard(buffer->lock);
        if (is_plain(*buffer, most)) {
            const size_t size = write(buffer->last->end());
            buffer->last->length += size;
            buffer->length += size;
            return static_cast<int>(size);
        }
    }
    uint8_t bytes[most];
    const size_t size = write(bytes);
    return evbuffer_add(buffer, bytes, size) == 0 ? static_cast<int>(size) : -1;
}

void marshal_number(evbuffer* buffer, uint32_t tag, uint64_t number) {
    (void)add<kMostTag + 1 + kMostInt>(buffer, [&](uint8_t* at) {
        const size_t head = put_tag(at, tag);
        const size_t payload = put_int(at + head + 1, number);
        at[head] = static_cast<uint8_t>(payload);  // an integer below 16 is one byte, itself
        return head + 1 + payload;
    });
}

void marshal_bytes(evbuffer* buffer, uint32_t tag, const void* data, uint32_t size) {
    if (size > kSmall) {
        uint8_t header[kMostHeader];
        evbuffer_iovec pieces[] = {{header, put_header(header, tag, size)},
                                   {const_cast<void*>(data), size}};
        (void)evbuffer_add_iovec(buffer, pieces, 2);
        return;
    }
    (void)add<kMostHeader + kSmall>(buffer, [&](uint8_t* at) {
        const size_t header = put_header(at, tag, size);
        if (size)
            memcpy(at + header, data, size);
        return header + size;
    });
}

}  // namespace

extern "C" {

// No header declares these four, here as little as in libevent, whose libraries export them.
EVENT2_EXPORT_SYMBOL int evtag_encode_tag(struct evbuffer* evbuf, ev_uint32_t tag);

void evtag_init(void) {}

int evtag_encode_tag(struct evbuffer* evbuf, ev_uint32_t tag) {
    return add<kMostTag>(evbuf, [&](uint8_t* at) { return put_tag(at, tag); });
}

void evtag_encode_int(struct evbuffer* evbuf, ev_uint32_t number) {
    evtag_encode_int64(evbuf, number);
}

void evtag_encode_int64(struct evbuffer* evbuf, ev_uint64_t number) {
    (void)add<kMostInt>(evbuf, [&](uint8_t* at) { return put_int(at, number); });
}

void evtag_marshal(struct evbuffer* evbuf, ev_uint32_t tag, const void* data, ev_uint32_t len) {
    marshal_bytes(evbuf, tag, data, len);
}

void evtag_marshal_buffer(struct evbuffer* evbuf, ev_uint32_t tag, struct evbuffer* data) {
    const size_t size = evbuffer_get_length(data);
    if (size > UINT32_MAX || evbuf == data)
        return;
    uint8_t header[kMostHeader];
    const size_t header_size = put_header(header, tag, static_cast<uint32_t>(size));
    // In front of the payload there is nothing that could fail once the header is written.
    if (evbuffer_prepend(data, header, header_size) == 0 && evbuffer_add_buffer(evbuf, data) != 0)
        (void)evbuffer_drain(data, header_size);
}

void evtag_marshal_int(struct evbuffer* evbuf, ev_uint32_t tag, ev_uint32_t integer) {
    marshal_number(evbuf, tag, integer);
}

void evtag_marshal_int64(struct evbuffer* evbuf, ev_uint32_t tag, ev_uint64_t integer) {
    marshal_number(evbuf, tag, integer);
}

void evtag_marshal_string(struct evbuffer* buf, ev_uint32_t tag, const char* string) {
    const size_t size = strlen(string);
    if (size <= UINT32_MAX)
        marshal_bytes(buf, tag, string, static_cast<uint32_t>(size));
}

void evtag_marshal_timeval(struct evbuffer* evbuf, ev_uint32_t tag, struct timeval* tv) {
    // A time before 1970 is what 32 bits of it are: others than this library read it too.
    const auto seconds =
        tv->tv_sec < 0 ? static_cast<uint32_t>(tv->tv_sec) : static_cast<uint64_t>(tv->tv_sec);
    uint8_t payload[2 * kMostInt];
    const size_t first = put_int(payload, seconds);
    const size_t second = put_int(payload + first, static_cast<uint32_t>(tv->tv_usec));
    marshal_bytes(evbuf, tag, payload, static_cast<uint32_t>(first + second));
}

}  // extern "C"
