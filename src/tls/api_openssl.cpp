// SPDX-License-Identifier: BSD-3-Clause
// Bufferevents over OpenSSL: shells over tls/session.h.
#include <openssl/ssl.h>

#include "base/shell.h"
#include "tls/openssl.h"

using namespace evlet;

namespace {

// With BEV_OPT_CLOSE_ON_FREE the session was handed over, whatever comes of it.
bufferevent* made_or_freed(bufferevent* bev, ssl_st* ssl, int options) {
    if (!bev && (options & BEV_OPT_CLOSE_ON_FREE)) {
        const int error = errno;
        SSL_free(ssl);
        errno = error;
    }
    return bev;
}

// The program closes the descriptor that it gave to the session, or the bufferevent does.
void keep_open(ssl_st* ssl) {
    BIO* const bio = SSL_get_wbio(ssl);
    if (bio)
        (void)BIO_set_close(bio, BIO_NOCLOSE);
}

}  // namespace

extern "C" {

struct bufferevent* bufferevent_openssl_filter_new(struct event_base*,
                                                   struct bufferevent* underlying,
                                                   struct ssl_st* ssl,
                                                   enum bufferevent_ssl_state state, int options) {
    bufferevent* bev = nullptr;
    if (underlying && ssl)
        bev = make_tls_on_stream(*underlying, {&openssl_engine, ssl, state, options, nullptr});
    else
        (void)to_result(Status::invalid);
    return made_or_freed(bev, ssl, options);
}

struct bufferevent* bufferevent_openssl_socket_new(struct event_base* base, evutil_socket_t fd,
                                                   struct ssl_st* ssl,
                                                   enum bufferevent_ssl_state state, int options) {
    const evutil_socket_t present = ssl ? descriptor_of(ssl) : -1;
    bufferevent* bev = nullptr;
    if (!ssl || (fd >= 0 && present >= 0 && fd != present)) {
        (void)to_result(Status::invalid);
    } else {
        if (present >= 0)
            keep_open(ssl);
        bev =
            make_tls_on_socket(base, fd < 0 ? present : fd, {&openssl_engine, ssl, state, options, nullptr});
    }
    return made_or_freed(bev, ssl, options);
}

int bufferevent_openssl_get_allow_dirty_shutdown(struct bufferevent* bev) {
    return allows_dirty_shutdown(*bev);
}

void bufferevent_openssl_set_allow_dirty_shutdown(struct bufferevent* bev, int allow) {
    allow_dirty_shutdown(*bev, allow != 0);
}

struct ssl_st* bufferevent_openssl_get_ssl(struct bufferevent* bev) {
    const Tls* const tls = find_tls(*bev, openssl_engine);
    return tls ? static_cast<ssl_st*>(tls->session) : nullptr;
}

int bufferevent_ssl_renegotiate(struct bufferevent* bev) {
    return renegotiate(*bev, openssl_engine);
}

unsigned long bufferevent_get_openssl_error(struct bufferevent* bev) {
    return take_tls_error(*bev, openssl_engine);
}

}  // extern "C"
