// SPDX-License-Identifier: BSD-3-Clause
// Generated code that reads hostile bytes as a message. The first byte says how the bytes are cut
// into chains. What was read has to be complete, and to be the same message when it is written and
// read once more.
#include <event2/buffer.h>
#include <stdlib.h>

#include <string>

#include "messages.gen.h"

namespace {

void demand(bool condition) {
    if (!condition)
        abort();
}

std::string written(const every* message) {
    evbuffer* const buffer = evbuffer_new();
    every_marshal(buffer, message);
    std::string bytes(evbuffer_get_length(buffer), '?');
    evbuffer_remove(buffer, &bytes[0], bytes.size());
    evbuffer_free(buffer);
    return bytes;
}

// Whether `bytes`, in chains of `piece`, are a message, which is in `message` then.
bool read(every* message, const std::string& bytes, size_t piece) {
    evbuffer* const buffer = evbuffer_new();
    for (size_t at = 0; at < bytes.size();) {
        const size_t count = piece < bytes.size() - at ? piece : bytes.size() - at;
        demand(evbuffer_add_reference(buffer, bytes.data() + at, count, nullptr, nullptr) == 0);
        at += count;
    }
    const bool good = every_unmarshal(message, buffer) == 0;
    demand(!good || evbuffer_get_length(buffer) == 0);
    evbuffer_free(buffer);
    return good;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 1)
        return 0;
    const size_t piece = data[0] % 8 ? data[0] % 8 : SIZE_MAX;
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    every* const first = every_new();
    every* const second = every_new();
    if (read(first, bytes, piece)) {
        demand(every_complete(first) == 0);
        const std::string once = written(first);
        demand(read(second, once, SIZE_MAX));
        demand(written(second) == once);
    }
    // Whatever is in it, it can be cleared and used again.
    every_clear(first);
    demand(written(first).empty());
    every_free(first);
    every_free(second);
    return 0;
}
