// SPDX-License-Identifier: BSD-3-Clause
// OpenSSL's queue of errors belongs to the thread: it is empty before each call, or the outcome
// could not be told, and empty after each failure, so that the next connection does not find what
// was not its own.
#include "tls/openssl.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>

#include "stream/socket.h"

namespace evlet {
namespace {

SSL* ssl_of(Stream& stream) {
    return static_cast<SSL*>(tls_of(stream).session);
}

// ---- A BIO over the transport ----

Stream& stream_of(BIO* bio) {
    return *static_cast<Stream*>(BIO_get_data(bio));
}

int bio_read(BIO* bio, char* ret_bytes, int size) {
    BIO_clear_retry_flags(bio);
    if (size <= 0)
        return 0;
    const ev_ssize_t count = receive_raw(stream_of(bio), ret_bytes, static_cast<size_t>(size));
    if (count == kTransportBlocks)
        BIO_set_retry_read(bio);
    return count < 0 ? -1 : static_cast<int>(count);
}

int bio_write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    if (size <= 0)
        return 0;
    const ev_ssize_t count = send_raw(stream_of(bio), bytes, static_cast<size_t>(size));
    if (count == kTransportBlocks)
        BIO_set_retry_write(bio);
    return count < 0 ? -1 : static_cast<int>(count);
}

long bio_control(BIO* bio, int command, long, void* argument) {
    Stream& stream = stream_of(bio);
    switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
    case BIO_CTRL_SET_CLOSE:
        return 1;
    case BIO_CTRL_EOF:
        return tls_of(stream).ended && !tls_of(stream).transport_error;
    case BIO_C_GET_FD: {
        const auto get = stream.shown.be_ops->get_fd;
        const auto fd = static_cast<int>(get(stream));
        if (argument)
            *static_cast<int*>(argument) = fd;
        return fd;
    }
    default:
        return 0;
    }
}

int bio_create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
}

// Made once, kept for good: sessions of several threads use it.
std::atomic<BIO_METHOD*> g_method;

BIO_METHOD* make_method() {
    const int index = BIO_get_new_index();
    BIO_METHOD* const method =
        index < 0 ? nullptr
                  : BIO_meth_new(index | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "evlet");
    if (method && BIO_meth_set_read(method, bio_read) && BIO_meth_set_write(method, bio_write) &&
        BIO_meth_set_ctrl(method, bio_control) && BIO_meth_set_create(method, bio_create))
        return method;
    BIO_meth_free(method);
    return nullptr;
}

BIO_METHOD* need_method() {
    BIO_METHOD* method = g_method.load(std::memory_order_acquire);
    if (method)
        return method;
    BIO_METHOD* const made = make_method();
    if (!made || g_method.compare_exchange_strong(method, made, std::memory_order_acq_rel))
        return made;
    BIO_meth_free(made);
    return method;
}

// The kernel encrypts by itself only for OpenSSL's own BIO. With that, a program has to ignore
// SIGPIPE.
bool wants_system_bio(Stream& stream) {
#if defined(SSL_OP_ENABLE_KTLS)
    return !tls_of(stream).underlying && (SSL_get_options(ssl_of(stream)) & SSL_OP_ENABLE_KTLS);
#else
    (void)stream;
    return false;
#endif
}

Status set_bio(Stream& stream) {
    Tls& tls = tls_of(stream);
    const bool system_bio = wants_system_bio(stream);
    BIO* bio = nullptr;
    if (system_bio) {
        bio = BIO_new_socket(static_cast<int>(socket_of(stream)), BIO_NOCLOSE);
    } else if (BIO_METHOD* const method = need_method()) {
        bio = BIO_new(method);
        if (bio)
            BIO_set_data(bio, &stream);
    }
    if (!bio)
        return Status::no_memory;
    SSL_set_bio(ssl_of(stream), bio, bio);
    tls.system_bio = system_bio;
    return Status::ok;
}

bool has_our_bio(Stream& stream) {
    BIO* const bio = SSL_get_rbio(ssl_of(stream));
    return bio && BIO_get_data(bio) == &stream;
}

// ---- Outcomes ----

void collect_errors(Stream& stream) {
    Tls& tls = tls_of(stream);
    while (const unsigned long error = ERR_get_error()) {
        add_tls_error(tls, static_cast<uint32_t>(error));
#if defined(SSL_R_UNEXPECTED_EOF_WHILE_READING)
        if (ERR_GET_LIB(error) == ERR_LIB_SSL &&
            ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
            tls.cut_off = true;
#endif
    }
}

// Of an SSL function that answers a positive number if all is well.
Step step_of(Stream& stream, int result) {
    if (result > 0)
        return Step::done;
    const int error_of_system = errno;
    switch (SSL_get_error(ssl_of(stream), result)) {
    case SSL_ERROR_WANT_READ:
        return Step::want_read;
    case SSL_ERROR_WANT_WRITE:
        return Step::want_write;
    case SSL_ERROR_ZERO_RETURN:
        return Step::closed;
    case SSL_ERROR_SYSCALL:
        if (tls_of(stream).system_bio && !ERR_peek_error()) {
            tls_of(stream).transport_error = result == 0 ? 0 : error_of_system;
            tls_of(stream).ended = tls_of(stream).transport_error == 0;
        }
        // How OpenSSL 1.1.1 tells of the end.
        tls_of(stream).cut_off =
            tls_of(stream).ended && !tls_of(stream).transport_error && !ERR_peek_error();
        break;
    case SSL_ERROR_SSL:
        break;
    default:  // a callback of the program wants to be called again
        ERR_clear_error();
        return Step::again;
    }
    collect_errors(stream);
    return Step::failed;
}

int clamp(size_t size) {
    return size < INT_MAX ? static_cast<int>(size) : INT_MAX;
}

// ---- The engine ----

Status begin(Stream& stream, bool anew) {
    SSL* const ssl = ssl_of(stream);
    ERR_clear_error();
    if (anew && SSL_clear(ssl) != 1) {
        ERR_clear_error();
        return Status::invalid;
    }
    if (anew) {
        SSL_set_verify_result(ssl, X509_V_OK);
        // A client of a context resumes what it was told to and nothing else.
        if (tls_of(stream).owner && tls_of(stream).initial == BUFFEREVENT_SSL_CONNECTING)
            (void)SSL_set_session(ssl, nullptr);
    }
    const Status set = set_bio(stream);
    if (failed(set)) {
        ERR_clear_error();
        return set;
    }
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A record and its header in one receive. The kernel's TLS needs them to be apart; and a
    // program that goes on with the session by itself may not know of bytes that were received
    // early.
    if (!tls_of(stream).system_bio && (stream.options & BEV_OPT_CLOSE_ON_FREE))
        SSL_set_read_ahead(ssl, 1);
    if (tls_of(stream).initial == BUFFEREVENT_SSL_CONNECTING)
        SSL_set_connect_state(ssl);
    else if (tls_of(stream).initial == BUFFEREVENT_SSL_ACCEPTING)
        SSL_set_accept_state(ssl);
    return Status::ok;
}

Step handshake(Stream& stream) {
    ERR_clear_error();
    return step_of(stream, SSL_do_handshake(ssl_of(stream)));
}

Step read(Stream& stream, void* ret_bytes, size_t room, size_t* ret_count) {
    ERR_clear_error();
    const int count = SSL_read(ssl_of(stream), ret_bytes, clamp(room));
    if (count > 0)
        *ret_count = static_cast<size_t>(count);
    return step_of(stream, count);
}

Step write(Stream& stream, const void* bytes, size_t count, size_t* ret_count) {
    ERR_clear_error();
    const int written = SSL_write(ssl_of(stream), bytes, clamp(count));
    if (written > 0)
        *ret_count = static_cast<size_t>(written);
    return step_of(stream, written);
}

size_t pending(Stream& stream) {
    const int count = SSL_pending(ssl_of(stream));
    return count > 0 ? static_cast<size_t>(count) : 0;
}

Status renegotiate(Stream& stream) {
    ERR_clear_error();
    if (SSL_renegotiate(ssl_of(stream)) == 1)
        return Status::ok;
    collect_errors(stream);
    return Status::unsupported;
}

bool is_negotiating(Stream& stream) {
    SSL* const ssl = ssl_of(stream);
    return SSL_renegotiate_pending(ssl) || SSL_in_init(ssl);
}

Step shutdown(Stream& stream) {
    ERR_clear_error();
    const int result = SSL_shutdown(ssl_of(stream));
    // 0: sent, and the peer has not answered yet, which is for reading to find.
    return result >= 0 ? Step::done : step_of(stream, result);
}

void release(Stream& stream) {
    SSL* const ssl = ssl_of(stream);
    if (stream.options & BEV_OPT_CLOSE_ON_FREE) {
        SSL_free(ssl);
    } else if (has_our_bio(stream)) {
        // The program may go on with the session on its socket.
        const evutil_socket_t fd = tls_of(stream).underlying ? -1 : socket_of(stream);
        BIO* const bio = fd < 0 ? nullptr : BIO_new_socket(static_cast<int>(fd), BIO_NOCLOSE);
        SSL_set_bio(ssl, bio, bio);
    }
    ERR_clear_error();
}

}  // namespace

const TlsEngine openssl_engine = {begin,       handshake,      read,     write,  pending,
                                  renegotiate, is_negotiating, shutdown, release};

evutil_socket_t descriptor_of(ssl_st* ssl) {
    BIO* const bio = SSL_get_wbio(ssl);
    int fd = -1;
    if (bio && BIO_find_type(bio, BIO_TYPE_DESCRIPTOR) && BIO_get_fd(bio, &fd) < 0)
        fd = -1;
    ERR_clear_error();
    return fd;
}

}  // namespace evlet
