// SPDX-License-Identifier: BSD-3-Clause
// Between the core of TLS, which knows events and buffers, and an engine, which knows TLS. An
// engine is a table of functions; the core calls them with the stream's lock held, one at a time.
// The engine moves its records through the transport below, never blocks, and keeps nothing of its
// own but the session that the program made.
#pragma once

#include "stream/stream.h"
#include "tls/session.h"

namespace evlet {

// What came of a call of an engine.
enum class Step : unsigned char {
    done,
    want_read,   // again when the transport has received something: it had nothing to give
    want_write,  // again when the transport takes bytes
    again,       // soon: it has got further, or waits for something else
    closed,      // the peer sent its close_notify
    failed,      // for good; errors were added, or the transport's end or error is in the session
};

struct TlsEngine {
    // A connection begins, in the state Tls::initial; `anew` if the session had one before. Takes
    // the transport. Fails with the session as it was.
    Status (*begin)(Stream& stream, bool anew);
    Step (*handshake)(Stream& stream);
    // Decrypted bytes, at least one if done.
    Step (*read)(Stream& stream, void* ret_bytes, size_t room, size_t* ret_count);
    // Some of the bytes, at least one if done. After want_read and want_write it has to be called
    // with the same bytes again, which may have moved.
    Step (*write)(Stream& stream, const void* bytes, size_t count, size_t* ret_count);
    // How many decrypted bytes it holds for sure.
    size_t (*pending)(Stream& stream);
    // Asks for another handshake, which reading and handshake() carry out. Invalid if that cannot
    // be.
    Status (*renegotiate)(Stream& stream);
    // Whether that handshake is still to come or going on.
    bool (*is_negotiating)(Stream& stream);
    // Sends a close_notify.
    Step (*shutdown)(Stream& stream);
    // The stream goes: frees the session if that is the stream's, else parts it from the transport.
    // Called without the lock.
    void (*release)(Stream& stream);
};

// Around each step: the program's callbacks in an engine may free the stream, but not begin anew.
class InEngine {
public:
    explicit InEngine(Stream& stream) : stream_(stream) { stream_.occupied = 1; }
    ~InEngine() { stream_.occupied = 0; }
    InEngine(const InEngine&) = delete;
    InEngine& operator=(const InEngine&) = delete;

private:
    Stream& stream_;
};

// Remembers an error that the engine told; the first three count.
void add_tls_error(Tls& tls, uint32_t error);

// ---- The transport (transport.cpp) ----

// Results besides the number of bytes; 0 from receiving is the end.
constexpr ev_ssize_t kTransportBlocks = -1;
constexpr ev_ssize_t kTransportFailed = -2;

[[nodiscard]] ev_ssize_t receive_raw(Stream& stream, void* ret_bytes, size_t room);
[[nodiscard]] ev_ssize_t send_raw(Stream& stream, const void* bytes, size_t count);

}  // namespace evlet
