// SPDX-License-Identifier: BSD-3-Clause
// Bufferevents over Mbed TLS: shells over tls/session.h; sessions in memory of their own.
#include <mbedtls/ssl.h>

#include "base/shell.h"
#include "mem/mem.h"
#include "tls/mbedtls.h"

using namespace evlet;

namespace {

// With BEV_OPT_CLOSE_ON_FREE the session was handed over, whatever comes of it.
bufferevent* made_or_freed(bufferevent* bev, mbedtls_dyncontext* ssl, int options) {
    if (!bev && (options & BEV_OPT_CLOSE_ON_FREE)) {
        const int error = errno;
        bufferevent_mbedtls_dyncontext_free(ssl);
        errno = error;
    }
    return bev;
}

}  // namespace

extern "C" {

mbedtls_dyncontext* bufferevent_mbedtls_dyncontext_new(struct mbedtls_ssl_config* conf) {
    auto* const ssl = mem::make<mbedtls_ssl_context>();
    if (!ssl)
        return nullptr;
    mbedtls_ssl_init(ssl);
    if (mbedtls_ssl_setup(ssl, conf) == 0)
        return ssl;
    bufferevent_mbedtls_dyncontext_free(ssl);
    return nullptr;
}

void bufferevent_mbedtls_dyncontext_free(mbedtls_dyncontext* ctx) {
    if (!ctx)
        return;
    mbedtls_ssl_free(ctx);
    mem::release(ctx);
}

struct bufferevent* bufferevent_mbedtls_filter_new(struct event_base*,
                                                   struct bufferevent* underlying,
                                                   mbedtls_dyncontext* ssl,
                                                   enum bufferevent_ssl_state state, int options) {
    bufferevent* bev = nullptr;
    if (underlying && ssl)
        bev = make_tls_on_stream(*underlying, {&mbedtls_engine, ssl, state, options, nullptr});
    else
        (void)to_result(Status::invalid);
    return made_or_freed(bev, ssl, options);
}

struct bufferevent* bufferevent_mbedtls_socket_new(struct event_base* base, evutil_socket_t fd,
                                                   mbedtls_dyncontext* ssl,
                                                   enum bufferevent_ssl_state state, int options) {
    bufferevent* bev = nullptr;
    if (ssl)
        bev = make_tls_on_socket(base, fd, {&mbedtls_engine, ssl, state, options, nullptr});
    else
        (void)to_result(Status::invalid);
    return made_or_freed(bev, ssl, options);
}

int bufferevent_mbedtls_get_allow_dirty_shutdown(struct bufferevent* bev) {
    return allows_dirty_shutdown(*bev);
}

void bufferevent_mbedtls_set_allow_dirty_shutdown(struct bufferevent* bev, int allow) {
    allow_dirty_shutdown(*bev, allow != 0);
}

struct mbedtls_ssl_context* bufferevent_mbedtls_get_ssl(struct bufferevent* bev) {
    const Tls* const tls = find_tls(*bev, mbedtls_engine);
    return tls ? static_cast<mbedtls_ssl_context*>(tls->session) : nullptr;
}

int bufferevent_mbedtls_renegotiate(struct bufferevent* bev) {
    return renegotiate(*bev, mbedtls_engine);
}

unsigned long bufferevent_get_mbedtls_error(struct bufferevent* bev) {
    return static_cast<unsigned long>(static_cast<int32_t>(take_tls_error(*bev, mbedtls_engine)));
}

}  // extern "C"
