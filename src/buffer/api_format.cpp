// SPDX-License-Identifier: BSD-3-Clause
// Formatted text. A file of its own: it brings the C library's printf along.
#include "base/shell.h"
#include "buffer/format.h"

using namespace evlet;

extern "C" {

int evbuffer_add_vprintf(struct evbuffer* buf, const char* fmt, va_list ap) {
    const BufferGuard guard(*buf);
    size_t added = 0;
    const Status status = buf->back_frozen ? Status::invalid : add_formatted(*buf, fmt, ap, &added);
    if (failed(status))
        return to_result(status);
    if (added > 0)
        note_change(*buf, added, 0);
    return static_cast<int>(added);
}

int evbuffer_add_printf(struct evbuffer* buf, const char* fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    const int added = evbuffer_add_vprintf(buf, fmt, ap);
    va_end(ap);
    return added;
}

}  // extern "C"
