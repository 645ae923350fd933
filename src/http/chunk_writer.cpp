// SPDX-License-Identifier: BSD-3-Clause
#include "http/chunk_writer.h"

#include "event2/buffer.h"

namespace evlet::http {

bool send_body(bufferevent* to, evbuffer* body, bool chunked) {
    if (!chunked)
        return bufferevent_write_buffer(to, body) == 0;
    char line[2 * sizeof(size_t) + 2];
    char* const end = line + sizeof line;
    char* at = end;
    *--at = '\n';
    *--at = '\r';
    for (size_t size = evbuffer_get_length(body); size; size >>= 4)
        *--at = "0123456789abcdef"[size & 15];
    return bufferevent_write(to, at, static_cast<size_t>(end - at)) == 0 &&
           bufferevent_write_buffer(to, body) == 0 && bufferevent_write(to, "\r\n", 2) == 0;
}

}  // namespace evlet::http
