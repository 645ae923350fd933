// SPDX-License-Identifier: BSD-3-Clause
// What the tests of files in buffers share: segments that count, and the ways they can be made.
#pragma once

#include <stdint.h>
#include <sys/wait.h>

#include "buffer_support.h"

namespace evlet_test {

constexpr unsigned kWays[] = {
    0,
    EVBUF_FS_DISABLE_MMAP,
    EVBUF_FS_DISABLE_SENDFILE,
    EVBUF_FS_DISABLE_MMAP | EVBUF_FS_DISABLE_SENDFILE,
    EVBUF_FS_DISABLE_LOCKING,
};

// What comes out of a socket that the buffer is written to.
inline std::string written(evbuffer* buffer, size_t chunk) {
    SocketPair pair;
    std::string result;
    char block[8192];
    for (int i = 0; i < 100000 && evbuffer_get_length(buffer) > 0; ++i) {
        const int size = evbuffer_write_atmost(buffer, pair[0], static_cast<ev_ssize_t>(chunk));
        REQUIRE((size > 0 || errno == EAGAIN));
        for (ssize_t got; (got = read(pair[1], block, sizeof block)) > 0;)
            result.append(block, static_cast<size_t>(got));
    }
    return result;
}

// A segment that knows whether it is gone.
class Segment {
public:
    Segment(int fd, ev_off_t offset, ev_off_t length, unsigned flags)
        : segment_(evbuffer_file_segment_new(fd, offset, length, flags)) {
        REQUIRE(segment_);
        evbuffer_file_segment_add_cleanup_cb(segment_, count, this);
    }
    ~Segment() { free(); }
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;
    operator evbuffer_file_segment*() const { return segment_; }
    void free() {
        if (segment_)
            evbuffer_file_segment_free(segment_);
        segment_ = nullptr;
    }

    int cleanups = 0;
    int told_flags = -1;

private:
    static void count(const evbuffer_file_segment*, int flags, void* self) {
        ++static_cast<Segment*>(self)->cleanups;
        static_cast<Segment*>(self)->told_flags = flags;
    }
    evbuffer_file_segment* segment_;
};

}  // namespace evlet_test
