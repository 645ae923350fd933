// SPDX-License-Identifier: BSD-3-Clause
// Writes a head to a bufferevent in as few pieces as it takes, without formatted output. Called by
// reply.cpp and by the client.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "event2/bufferevent.h"

namespace evlet::http {

class HeadWriter {
public:
    explicit HeadWriter(bufferevent* to) : to_(to) {}
    HeadWriter(const HeadWriter&) = delete;
    HeadWriter& operator=(const HeadWriter&) = delete;

    void put(Text text);
    void put(const char* text);
    void put_number(int64_t value);
    // "name: value" and the end of the line.
    void put_field(const char* name, const char* value);
    // The empty line. A body, or null, that is small goes along; it is taken out of its buffer
    // then. False if anything failed, for want of memory: what was written is of no use.
    [[nodiscard]] bool finish(evbuffer* body);

private:
    void flush();

    bufferevent* to_;
    size_t size_ = 0;
    bool failed_ = false;
    char bytes_[320];
};

}  // namespace evlet::http
