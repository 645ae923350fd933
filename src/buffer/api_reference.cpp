// SPDX-License-Identifier: BSD-3-Clause
// Adding bytes by reference, from another buffer, and from a vector.
#include "base/shell.h"
#include "buffer/reference.h"

using namespace evlet;

extern "C" {

int evbuffer_add_reference_with_offset(struct evbuffer* buf, const void* data, size_t offset,
                                       size_t datlen, evbuffer_ref_cleanup_cb cleanupfn,
                                       void* cleanupfn_arg) {
    const BufferGuard guard(*buf);
    if (buf->back_frozen)
        return to_result(Status::invalid);
    const Status status = add_reference(*buf, data, offset, datlen, cleanupfn, cleanupfn_arg);
    if (!failed(status) && datlen > 0)
        note_change(*buf, datlen, 0);
    return to_result(status);
}

int evbuffer_add_reference(struct evbuffer* buf, const void* data, size_t datlen,
                           evbuffer_ref_cleanup_cb cleanupfn, void* cleanupfn_arg) {
    return evbuffer_add_reference_with_offset(buf, data, 0, datlen, cleanupfn, cleanupfn_arg);
}

int evbuffer_add_buffer_reference(struct evbuffer* outbuf, struct evbuffer* inbuf) {
    if (outbuf == inbuf)
        return to_result(Status::invalid);
    // The lower address first, so that two calls with swapped arguments cannot wait for each other.
    const bool out_first = outbuf < inbuf;
    const BufferGuard first(out_first ? *outbuf : *inbuf);
    const BufferGuard second(out_first ? *inbuf : *outbuf);
    if (outbuf->back_frozen)
        return to_result(Status::invalid);
    const size_t added = inbuf->length;
    const Status status = add_multicast(*outbuf, *inbuf);
    if (!failed(status) && added > 0)
        note_change(*outbuf, added, 0);
    return to_result(status);
}

size_t evbuffer_add_iovec(struct evbuffer* buf, struct evbuffer_iovec* vec, int n_vec) {
    const BufferGuard guard(*buf);
    size_t added = 0;
    const Status status = buf->back_frozen ? Status::invalid : add_pieces(*buf, vec, n_vec, &added);
    if (failed(status)) {
        (void)to_result(status);
        return 0;
    }
    if (added > 0)
        note_change(*buf, added, 0);
    return added;
}

}  // extern "C"
