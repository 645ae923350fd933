// SPDX-License-Identifier: BSD-3-Clause
#include "http/head_writer.h"

#include <string.h>

#include "event2/buffer.h"

namespace evlet::http {

void HeadWriter::flush() {
    if (size_ && !failed_)
        failed_ = bufferevent_write(to_, bytes_, size_) != 0;
    size_ = 0;
}

void HeadWriter::put(Text text) {
    if (text.size > sizeof bytes_ - size_) {
        flush();
        if (text.size > sizeof bytes_) {
            failed_ = failed_ || bufferevent_write(to_, text.data, text.size) != 0;
            return;
        }
    }
    memcpy(bytes_ + size_, text.data, text.size);
    size_ += text.size;
}

void HeadWriter::put(const char* text) {
    put(Text(text));
}

void HeadWriter::put_number(int64_t value) {
    char digits[20];
    char* at = digits + sizeof digits;
    do {
        *--at = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value);
    put({at, static_cast<size_t>(digits + sizeof digits - at)});
}

void HeadWriter::put_field(const char* name, const char* value) {
    put(name);
    put(": ");
    put(value);
    put("\r\n");
}

bool HeadWriter::finish(evbuffer* body) {
    put("\r\n");
    const size_t size = body ? evbuffer_get_length(body) : 0;
    if (size && size <= sizeof bytes_ - size_) {
        const int taken = evbuffer_remove(body, bytes_ + size_, size);
        if (taken > 0)
            size_ += static_cast<size_t>(taken);
    }
    flush();
    return !failed_ && (!body || bufferevent_write_buffer(to_, body) == 0);
}

}  // namespace evlet::http
