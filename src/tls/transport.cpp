// SPDX-License-Identifier: BSD-3-Clause
// How an engine's records travel: through the socket, or the buffers of the underlying bufferevent.
#include <errno.h>

#include "net/connecting.h"
#include "stream/socket.h"
#include "tls/engine.h"

namespace evlet {
namespace {

// So much may wait in the output of the underlying: its peer is slow then, and what the program
// wrote waits unencrypted, where watermarks count it.
constexpr size_t kMostUnsent = 64 * 1024;

ev_ssize_t result_of(Tls& tls, ev_ssize_t count) {
    if (count >= 0)
        return count;
    if (last_error_is_again())
        return kTransportBlocks;
    // Alerts that cannot be sent any more are not what ended it.
    if (!tls.ended && !tls.transport_error)
        tls.transport_error = last_error();
    return kTransportFailed;
}

ev_ssize_t receive_below(Tls& tls, void* ret_bytes, size_t room) {
    evbuffer& input = tls.underlying->input;
    if (!input.length && !tls.ended)
        return kTransportBlocks;
    if (!input.length)
        return tls.transport_error ? kTransportFailed : 0;
    const ev_ssize_t count = copy_out(input, 0, ret_bytes, room);
    if (count <= 0) {
        tls.transport_error = errno;
        return kTransportFailed;
    }
    drain(input, static_cast<size_t>(count));
    note_change(input, 0, static_cast<size_t>(count));
    return count;
}

ev_ssize_t send_below(Tls& tls, const void* bytes, size_t count) {
    Stream& underlying = *tls.underlying;
    evbuffer& output = underlying.output;
    const size_t high = underlying.shown.wm_write.high;
    const size_t most = high && high < kMostUnsent ? high : kMostUnsent;
    if (underlying.freed && !tls.transport_error)
        tls.transport_error = ENOTCONN;
    if (tls.transport_error)
        return kTransportFailed;
    if (output.length >= most)
        return kTransportBlocks;
    if (count > most - output.length)
        count = most - output.length;
    if (failed(append(output, bytes, count))) {
        tls.transport_error = ENOMEM;
        return kTransportFailed;
    }
    note_change(output, count, 0);
    return static_cast<ev_ssize_t>(count);
}

}  // namespace

ev_ssize_t receive_raw(Stream& stream, void* ret_bytes, size_t room) {
    Tls& tls = tls_of(stream);
    const ev_ssize_t count =
        tls.underlying ? receive_below(tls, ret_bytes, room)
                       : result_of(tls, receive_bytes(socket_of(stream), ret_bytes, room));
    if (count == 0)
        tls.ended = true;
    return count;
}

ev_ssize_t send_raw(Stream& stream, const void* bytes, size_t count) {
    Tls& tls = tls_of(stream);
    return tls.underlying ? send_below(tls, bytes, count)
                          : result_of(tls, send_bytes(socket_of(stream), bytes, count));
}

}  // namespace evlet
