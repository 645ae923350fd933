// SPDX-License-Identifier: BSD-3-Clause
// A part of a file that buffers show. The program makes it once and may add it, or parts of it, to
// any number of buffers; it lives until the program and the last chain have let go.
//
// A chain over a segment has no storage until somebody looks at its bytes: then the whole segment
// is read, or mapped when it is large, once for all chains. A buffer that drains to a socket sends
// it from the file and never gets there. Every chain without storage is of this kind.
//
// Lock order: a buffer's lock before a segment's, which guards `contents` alone and is held by no
// call of the program. The rest does not change once the segment is in a buffer.
#pragma once

#include "base/ref_count.h"
#include "buffer/buffer.h"
#include "thread/lock.h"

struct evbuffer_file_segment {
    evlet::RefCount refs;  // the program's, and one for each chain
    unsigned flags;        // EVBUF_FS_*
    int fd;
    bool mapped;        // contents: a mapping, not a block of memory
    uint8_t* contents;  // `length` bytes, or null: not asked for yet
    ev_off_t offset;    // in the file
    ev_off_t length;
    evbuffer_file_segment_cleanup_cb cleanup;  // or null
    void* cleanup_arg;
    [[no_unique_address]] evlet::Mutex lock;
};

namespace evlet {

// Aligned for what follows a chain's header, also on 32-bit machines.
using FileOffset __attribute__((aligned(alignof(void*)))) = ev_off_t;

// What such a chain has behind its header.
struct FilePart {
    evbuffer_file_segment* segment;
    FileOffset start;  // of the chain's storage, in the segment
};

// The end of the file for a length of -1. nullptr with errno set; the descriptor is the caller's
// then, whatever the flags say.
[[nodiscard]] evbuffer_file_segment* make_segment(int fd, ev_off_t offset, ev_off_t length,
                                                  unsigned flags);
void release_segment(evbuffer_file_segment& segment);

// To the end of the buffer, without callbacks; to the end of the segment for a length of -1.
Status add_segment(evbuffer& buffer, evbuffer_file_segment& segment, ev_off_t offset,
                   ev_off_t length, size_t* ret_added);

// Another chain over the same bytes of the file, for a chain without storage. nullptr without
// memory. Inline, so that sharing other chains does not link the code for files.
[[nodiscard]] inline Chain* copy_file_chain(Chain& chain) {
    Chain* copy = make_special_chain(*chain.kind, sizeof(FilePart));
    if (!copy)
        return nullptr;
    const FilePart& part = extra_of<FilePart>(chain);
    extra_of<FilePart>(*copy) = part;
    part.segment->refs.add();
    copy->capacity = chain.capacity;
    copy->offset = chain.offset;
    copy->length = chain.length;
    return copy;
}

}  // namespace evlet
