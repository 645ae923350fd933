// SPDX-License-Identifier: BSD-3-Clause
// What the files of this room that all streams link tell each other.
#pragma once

#include "base/hidden.h"
#include "stream/stream.h"

namespace evlet {

// BufferChanged of the two buffers (direction.cpp).
EVLET_HIDDEN void input_changed(evbuffer& buffer, size_t added, size_t removed);
EVLET_HIDDEN void output_changed(evbuffer& buffer, size_t added, size_t removed);
// The loop calls for Stream::due (callbacks.cpp).
EVLET_HIDDEN void on_due(event_callback* self, void* argument);

// Ends an attempt to connect by name, if there is one.
inline void cancel_naming(Stream& stream) {
    if (stream.extras && stream.extras->naming)
        stream.extras->naming_kind->cancel(*stream.extras->naming);
}

}  // namespace evlet
