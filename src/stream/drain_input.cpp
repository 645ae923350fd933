// SPDX-License-Identifier: BSD-3-Clause
// Taking a request out of the input so that its memory serves the reply.
#include "stream/stream.h"

namespace evlet {

void drain_input(bufferevent* bev, size_t count) {
    Stream& stream = as_stream(*bev);
    StreamGuard guard(stream);
    Chain* const gone = detach(stream.input, count);
    const bool handy = gone && !gone->next && gone->writable() && gone->capacity < kLargeChain;
    if (handy && !stream.output.spare) {
        gone->offset = gone->length = 0;
        stream.output.spare = gone;
    } else {
        release_chains(gone);
    }
    note_change(stream.input, 0, count);
}

}  // namespace evlet
