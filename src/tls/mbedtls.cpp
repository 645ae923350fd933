// SPDX-License-Identifier: BSD-3-Clause
#include "tls/mbedtls.h"

#include <limits.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

// From 3.0 on, fields have other names; this is how they are written for both.
#if MBEDTLS_VERSION_MAJOR < 3
#define MBEDTLS_PRIVATE(field) field
#endif

namespace evlet {
namespace {

mbedtls_ssl_context* ssl_of(Stream& stream) {
    return static_cast<mbedtls_ssl_context*>(tls_of(stream).session);
}

// As mbedtls_ssl_write() sees it, which else goes on with the handshake first.
bool is_finished(const mbedtls_ssl_context& ssl) {
    return ssl.MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_HANDSHAKE_OVER;
}

// The same for a step, which is told apart from those before it.
mbedtls_ssl_context* ssl_for_step(Stream& stream) {
    tls_of(stream).starved = false;
    return ssl_of(stream);
}

// ---- The transport ----

int clamp(size_t size) {
    return size < INT_MAX ? static_cast<int>(size) : INT_MAX;
}

int on_send(void* argument, const unsigned char* bytes, size_t size) {
    const ev_ssize_t count =
        send_raw(*static_cast<Stream*>(argument), bytes, static_cast<size_t>(clamp(size)));
    if (count >= 0)
        return static_cast<int>(count);
    return count == kTransportBlocks ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_NET_SEND_FAILED;
}

int on_receive(void* argument, unsigned char* ret_bytes, size_t room) {
    const ev_ssize_t count =
        receive_raw(*static_cast<Stream*>(argument), ret_bytes, static_cast<size_t>(clamp(room)));
    if (count >= 0)
        return static_cast<int>(count);
    tls_of(*static_cast<Stream*>(argument)).starved = count == kTransportBlocks;
    return count == kTransportBlocks ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
}

// ---- Outcomes ----

// Of a function that answers 0 or more if all is well. Where 0 bytes mean the end of the transport,
// that is known already.
Step step_of(Stream& stream, int result) {
    switch (result) {
    case MBEDTLS_ERR_SSL_WANT_READ:
        // Said also behind a message that was not data, whatever has come after it.
        return tls_of(stream).starved ? Step::want_read : Step::again;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return Step::want_write;
    case MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS:
    case MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS:
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
    case MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET:  // of reading, writing and shaking hands
#endif
        return Step::again;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
        return Step::closed;
    case MBEDTLS_ERR_SSL_CONN_EOF:
        tls_of(stream).cut_off = true;
        break;
    default:
        break;
    }
    if (result >= 0)
        return Step::done;
    add_tls_error(tls_of(stream), static_cast<uint32_t>(result));
    return Step::failed;
}

// ---- The engine ----

Status begin(Stream& stream, bool anew) {
    mbedtls_ssl_context* const ssl = ssl_of(stream);
    if (anew && mbedtls_ssl_session_reset(ssl) != 0)
        return Status::no_memory;
    mbedtls_ssl_set_bio(ssl, &stream, on_send, on_receive, nullptr);
    return Status::ok;
}

Step handshake(Stream& stream) {
    return step_of(stream, mbedtls_ssl_handshake(ssl_for_step(stream)));
}

Step read(Stream& stream, void* ret_bytes, size_t room, size_t* ret_count) {
    const int count =
        mbedtls_ssl_read(ssl_for_step(stream), static_cast<unsigned char*>(ret_bytes), room);
    if (count == 0) {
        tls_of(stream).cut_off = true;
        return Step::failed;
    }
    if (count > 0)
        *ret_count = static_cast<size_t>(count);
    return step_of(stream, count);
}

// Mbed TLS has one place for what waits to be sent. While there is something, mbedtls_ssl_write() and
// mbedtls_ssl_close_notify() only send that, and take it for what they were called for. But it may be
// an alert that a read answered with; and a read may have sent the record that they had made.

bool something_waits(Stream& stream) {
    return ssl_of(stream)->MBEDTLS_PRIVATE(out_left) != 0;
}

bool record_has_left(Stream& stream) {
    Tls& tls = tls_of(stream);
    if (!tls.record_made || something_waits(stream))
        return false;
    tls.record_made = false;
    return true;
}

// Done: what waits, if anything does, is the record that was made. A handshake sees to itself.
Step send_what_is_before(Stream& stream) {
    if (tls_of(stream).record_made || !something_waits(stream) || !is_finished(*ssl_of(stream)))
        return Step::done;
    return step_of(stream, mbedtls_ssl_close_notify(ssl_of(stream)));
}

void note_record(Stream& stream, int result) {
    tls_of(stream).record_made =
        result == MBEDTLS_ERR_SSL_WANT_WRITE && is_finished(*ssl_of(stream));
}

Step write(Stream& stream, const void* bytes, size_t count, size_t* ret_count) {
    mbedtls_ssl_context* const ssl = ssl_for_step(stream);
    if (record_has_left(stream)) {
        const int most = mbedtls_ssl_get_max_out_record_payload(ssl);
        *ret_count = most > 0 && count > static_cast<size_t>(most) ? static_cast<size_t>(most) : count;
        return Step::done;
    }
    const Step sent = send_what_is_before(stream);
    if (sent != Step::done)
        return sent;
    const int written = mbedtls_ssl_write(ssl, static_cast<const unsigned char*>(bytes), count);
    note_record(stream, written);
    if (written > 0)
        *ret_count = static_cast<size_t>(written);
    return step_of(stream, written);
}

size_t pending(Stream& stream) {
    return mbedtls_ssl_get_bytes_avail(ssl_of(stream));
}

#if defined(MBEDTLS_SSL_RENEGOTIATION)
Status renegotiate(Stream& stream) {
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    // Mbed TLS would try, and break a connection of TLS 1.3.
    if (mbedtls_ssl_get_version_number(ssl_of(stream)) > MBEDTLS_SSL_VERSION_TLS1_2)
        return Status::unsupported;
#endif
    const Step step = step_of(stream, mbedtls_ssl_renegotiate(ssl_for_step(stream)));
    return step == Step::failed || step == Step::closed ? Status::unsupported : Status::ok;
}

// Values of renego_status that no public header has.
constexpr int kInProgress = 1;
constexpr int kPending = 3;

bool is_negotiating(Stream& stream) {
    const int status = ssl_of(stream)->MBEDTLS_PRIVATE(renego_status);
    return status == kInProgress || status == kPending;
}
#else
Status renegotiate(Stream&) {
    return Status::unsupported;
}

bool is_negotiating(Stream&) {
    return false;
}
#endif

Step shutdown(Stream& stream) {
    if (record_has_left(stream))
        return Step::done;
    const Step sent = send_what_is_before(stream);
    if (sent != Step::done)
        return sent;
    const int result = mbedtls_ssl_close_notify(ssl_for_step(stream));
    note_record(stream, result);
    return step_of(stream, result);
}

void release(Stream& stream) {
    mbedtls_ssl_context* const ssl = ssl_of(stream);
    if (stream.options & BEV_OPT_CLOSE_ON_FREE)
        bufferevent_mbedtls_dyncontext_free(ssl);
    else
        mbedtls_ssl_set_bio(ssl, nullptr, nullptr, nullptr, nullptr);
}

}  // namespace

const TlsEngine mbedtls_engine = {begin,       handshake,      read,     write,  pending,
                                  renegotiate, is_negotiating, shutdown, release};

}  // namespace evlet
