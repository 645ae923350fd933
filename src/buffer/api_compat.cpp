// SPDX-License-Identifier: BSD-3-Clause
// buffer_compat.h: the older spelling of searching and of reading lines.
#include "event2/buffer_compat.h"

#include "buffer/search.h"

using namespace evlet;

extern "C" {

char* evbuffer_readline(struct evbuffer* buf) {
    return evbuffer_readln(buf, nullptr, EVBUFFER_EOL_ANY);
}

unsigned char* evbuffer_find(struct evbuffer* buf, const unsigned char* what, size_t len) {
    const LockGuard guard(buf->lock);
    if (len == 0)
        return buf->length > 0 ? pull_up(*buf, 1) : nullptr;
    const ev_ssize_t found = search(*buf, what, len, 0, buf->length);
    if (found < 0)
        return nullptr;
    // All of it in one piece, so that the caller may compare or cut it.
    uint8_t* front = pull_up(*buf, static_cast<size_t>(found) + len);
    return front ? front + found : nullptr;
}

}  // extern "C"
