// SPDX-License-Identifier: BSD-3-Clause
// Bytes that a buffer shows without owning a copy: the program's memory, another buffer's chains.
// Called by this room's shells with the locks of all buffers named held. None of these calls the
// buffers' callbacks; a failure leaves every buffer as it was.
#pragma once

#include "buffer/buffer.h"

namespace evlet {

// `count` bytes at `offset` of the program's memory. When the last buffer has let go of them,
// `cleanup` (may be null) gets the start of the memory; for no bytes at all, before this returns.
// After a failure it is not called.
Status add_reference(evbuffer& buffer, const void* memory, size_t offset, size_t count,
                     evbuffer_ref_cleanup_cb cleanup, void* cleanup_arg);

// All of `from`, which keeps it, to the end of `to`, which is another buffer. The storage lives
// until both have let go, in whatever order; neither sees what is added to the other afterwards.
Status add_multicast(evbuffer& to, const evbuffer& from);

// Copies of all pieces, of which some may be empty and some may lie in the buffer itself.
Status add_pieces(evbuffer& buffer, const evbuffer_iovec* pieces, int count, size_t* ret_added);

}  // namespace evlet
