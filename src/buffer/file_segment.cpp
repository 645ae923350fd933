// SPDX-License-Identifier: BSD-3-Clause
// How a segment's bytes come to those who look at them. Touching a mapping beyond the end of a
// file that was cut off meanwhile kills a process (SIGBUS), so small segments are read into memory,
// where nothing can happen to them, and large ones mapped only while the file is as long as they
// claim. A program whose large files are cut off while in use sets EVBUF_FS_DISABLE_MMAP; sending
// is safe either way, because the kernel then answers with an error.
#include "buffer/file_segment.h"

#include <errno.h>

#include "buffer/fd_io_files.h"
#include "mem/mem.h"

namespace evlet {

namespace {

// Up to here reading costs no more than a mapping and its page faults.
constexpr ev_off_t kMostRead = 64 * 1024;

// Whether the file still has what the segment shows, as far as anybody can tell.
[[nodiscard]] Status check_size(const evbuffer_file_segment& segment) {
    const ev_off_t size = file_size(segment.fd);
    if (size >= segment.offset && size - segment.offset >= segment.length)
        return Status::ok;
    if (size >= 0)
        errno = EIO;
    return Status::system;
}

[[nodiscard]] Status map(evbuffer_file_segment& segment) {
    const Status status = check_size(segment);
    if (failed(status))
        return status;
    segment.contents = map_file(segment.fd, segment.offset, static_cast<size_t>(segment.length));
    segment.mapped = segment.contents != nullptr;
    return Status::ok;
}

[[nodiscard]] Status read(evbuffer_file_segment& segment) {
    const auto length = static_cast<size_t>(segment.length);
    auto* block = static_cast<uint8_t*>(mem::allocate(length));
    if (!block)
        return Status::no_memory;
    const Status status = read_file(segment.fd, segment.offset, block, length);
    if (failed(status))
        mem::release(block);
    else
        segment.contents = block;
    return status;
}

// Makes the contents readable, for a segment that is not empty.
[[nodiscard]] Status load_segment(evbuffer_file_segment& segment) {
    const LockGuard guard(segment.lock);
    if (segment.contents)
        return Status::ok;
    if (static_cast<uint64_t>(segment.length) > kMostBytes)
        return Status::no_memory;
    if (segment.length > kMostRead && !(segment.flags & EVBUF_FS_DISABLE_MMAP)) {
        const Status status = map(segment);
        if (failed(status) || segment.contents)
            return status;
    }
    return read(segment);
}

// ---- Chains -------------------------------------------------------------------------------------

void release_part(Chain& chain) {
    release_segment(*extra_of<FilePart>(chain).segment);
}

Status load_part(Chain& chain) {
    const FilePart& part = extra_of<FilePart>(chain);
    const Status status = load_segment(*part.segment);
    if (!failed(status))
        chain.storage = part.segment->contents + part.start;
    else if (status == Status::no_memory)
        errno = ENOMEM;
    return status;
}

ev_ssize_t send_part(Chain& chain, evutil_socket_t fd, size_t most) {
    const FilePart& part = extra_of<FilePart>(chain);
    const evbuffer_file_segment& segment = *part.segment;
    const size_t count = chain.length < most ? chain.length : most;
    const auto start =
        static_cast<ev_off_t>(segment.offset + part.start + static_cast<ev_off_t>(chain.offset));
    bool impossible = false;
    const ev_ssize_t sent = send_file(fd, segment.fd, start, count, &impossible);
    if (!impossible)
        return sent;
    if (failed(load_part(chain)))
        return -1;
    return send_bytes(fd, chain.begin(), count);
}

constexpr ChainKind kFilePart = {release_part, load_part, send_part};

// Resolves a length of -1; false if the range is not within `available` bytes.
[[nodiscard]] bool clip(ev_off_t available, ev_off_t offset, ev_off_t& length) {
    if (offset < 0 || offset > available || length < -1)
        return false;
    if (length == -1)
        length = static_cast<ev_off_t>(available - offset);
    return length <= available - offset;
}

// May this buffer have a chain whose bytes are still in the file?
[[nodiscard]] bool sends_files(const evbuffer& buffer, const evbuffer_file_segment& segment) {
    return buffer.drains_to_fd && !(segment.flags & EVBUF_FS_DISABLE_SENDFILE);
}

}  // namespace

evbuffer_file_segment* make_segment(int fd, ev_off_t offset, ev_off_t length, unsigned flags) {
    const ev_off_t size = file_size(fd);
    if (size < 0)
        return nullptr;
    if (!clip(size, offset, length)) {
        errno = EINVAL;
        return nullptr;
    }
    auto* segment = mem::make<evbuffer_file_segment>();
    if (!segment)
        return nullptr;
    segment->refs.init();
    segment->fd = fd;
    segment->offset = offset;
    segment->length = length;
    // Failures from here on leave the descriptor open.
    Status status = Status::ok;
    if (!(flags & EVBUF_FS_DISABLE_LOCKING))
        status = segment->lock.init(Mutex::plain);
    segment->flags = flags & ~static_cast<unsigned>(EVBUF_FS_CLOSE_ON_FREE);
    if (!failed(status) && (flags & EVBUF_FS_DISABLE_SENDFILE) && length > 0)
        status = load_segment(*segment);
    if (failed(status)) {
        release_segment(*segment);
        if (status == Status::no_memory)
            errno = ENOMEM;
        return nullptr;
    }
    segment->flags = flags;
    return segment;
}

void release_segment(evbuffer_file_segment& segment) {
    if (!segment.refs.drop())
        return;
    if (segment.mapped)
        unmap_file(segment.contents, static_cast<size_t>(segment.length));
    else
        mem::release(segment.contents);
    if (segment.flags & EVBUF_FS_CLOSE_ON_FREE)
        close_file(segment.fd);
    if (segment.cleanup)
        segment.cleanup(&segment, static_cast<int>(segment.flags), segment.cleanup_arg);
    segment.lock.destroy();
    mem::release(&segment);
}

Status add_segment(evbuffer& buffer, evbuffer_file_segment& segment, ev_off_t offset,
                   ev_off_t length, size_t* ret_added) {
    if (!clip(segment.length, offset, length))
        return Status::invalid;
    if (static_cast<uint64_t>(length) > kMostBytes ||
        !can_grow(buffer, static_cast<size_t>(length)))
        return Status::no_memory;
    if (length > 0) {
        Chain* chain = make_special_chain(kFilePart, sizeof(FilePart));
        if (!chain)
            return Status::no_memory;
        segment.refs.add();
        extra_of<FilePart>(*chain) = {&segment, offset};
        chain->capacity = chain->length = static_cast<size_t>(length);
        // Errors show here, where the program expects them, rather than when the bytes are due.
        const Status status =
            sends_files(buffer, segment) ? check_size(segment) : load_part(*chain);
        if (failed(status)) {
            release_chain(chain);
            return status;
        }
        link_back(buffer, chain);
    }
    *ret_added = static_cast<size_t>(length);
    return Status::ok;
}

}  // namespace evlet
