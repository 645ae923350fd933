// SPDX-License-Identifier: BSD-3-Clause
// Files and parts of files.
#include "base/shell.h"
#include "buffer/file_segment.h"

using namespace evlet;

extern "C" {

struct evbuffer_file_segment* evbuffer_file_segment_new(int fd, ev_off_t offset, ev_off_t length,
                                                        unsigned flags) {
    return make_segment(fd, offset, length, flags);
}

void evbuffer_file_segment_free(struct evbuffer_file_segment* seg) {
    if (seg)
        release_segment(*seg);
}

void evbuffer_file_segment_add_cleanup_cb(struct evbuffer_file_segment* seg,
                                          evbuffer_file_segment_cleanup_cb cb, void* arg) {
    seg->cleanup = cb;
    seg->cleanup_arg = arg;
}

int evbuffer_add_file_segment(struct evbuffer* buf, struct evbuffer_file_segment* seg,
                              ev_off_t offset, ev_off_t length) {
    const BufferGuard guard(*buf);
    size_t added = 0;
    const Status status =
        buf->back_frozen ? Status::invalid : add_segment(*buf, *seg, offset, length, &added);
    if (!failed(status) && added > 0)
        note_change(*buf, added, 0);
    return to_result(status);
}

int evbuffer_add_file(struct evbuffer* buf, int fd, ev_off_t offset, ev_off_t length) {
    evbuffer_file_segment* segment = make_segment(fd, offset, length, EVBUF_FS_CLOSE_ON_FREE);
    if (!segment)
        return -1;
    const int result = evbuffer_add_file_segment(buf, segment, 0, -1);
    // After a failure nobody else has the segment, and the descriptor stays the caller's.
    if (result != 0)
        segment->flags = 0;
    release_segment(*segment);
    return result;
}

}  // extern "C"
