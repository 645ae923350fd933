/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bufferevents over TLS (RFC 8446, RFC 5246): on a socket or on top of another bufferevent, with
 * OpenSSL (library event_openssl) or Mbed TLS (library event_mbedtls). The program makes the
 * engine's context and a session for each connection; Evlet moves its bytes.
 *
 *     SSL *ssl = SSL_new(ctx);
 *     SSL_set_tlsext_host_name(ssl, "example.org");
 *     SSL_set1_host(ssl, "example.org");
 *     bev = bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_CONNECTING,
 *                                          BEV_OPT_CLOSE_ON_FREE);
 *     bufferevent_socket_connect_hostname(bev, dns, AF_UNSPEC, "example.org", 443);
 *
 * What a certificate has to prove is the session's matter: nothing is verified that the program has
 * not asked the engine to verify.
 *
 * The handshake begins when there is a connection, whether or not reading is enabled, and ends with
 * BEV_EVENT_CONNECTED; what was put into the output before leaves then. A connection that ends with
 * TLS's own close (close_notify) is reported as BEV_EVENT_EOF | BEV_EVENT_READING; the program may
 * go on writing. One that ends without it may have been cut by anybody, and is reported as
 * BEV_EVENT_ERROR, see bufferevent_openssl_set_allow_dirty_shutdown(). Every other error of the
 * engine is BEV_EVENT_ERROR too, bufferevent_get_openssl_error() tells which, and if it was the
 * transport's, EVUTIL_SOCKET_ERROR() tells its number. A session that had an error is of no further
 * use: both directions are disabled.
 *
 * bufferevent_flush() of EV_WRITE with BEV_FINISHED sends the close behind what is in the output.
 * bufferevent_free() with BEV_OPT_CLOSE_ON_FREE sends it if the transport takes it at once.
 *
 * Watermarks, timeouts, rate limits and sizes of single reads and writes are of the program's
 * bytes, not of what TLS makes of them. While hands are shaken, the timeouts say how long the peer
 * may be silent. bufferevent_setfd() and bufferevent_replacefd() begin another connection with the
 * same session, in the state that was given first.
 *
 * Options are those of bufferevent_socket_new() and bufferevent_filter_new(). BEV_OPT_CLOSE_ON_FREE
 * hands the session over as well: it is freed with the bufferevent, and also when the function that
 * should have made one fails; the descriptor or underlying bufferevent is the caller's then.
 * Without it the session must not be used by others until the bufferevent is gone. Threads: as for
 * other bufferevents; callbacks that the program gave to the engine run with the bufferevent's lock
 * held. They may free the bufferevent; they cannot take bytes out of its input, which is -1, nor give
 * it another descriptor or have it connect, which is -1 with EINVAL.
 */
#ifndef EVENT2_BUFFEREVENT_SSL_H_INCLUDED_
#define EVENT2_BUFFEREVENT_SSL_H_INCLUDED_

#include <event2/bufferevent.h>
#include <event2/event-config.h>
#include <event2/util.h>
#include <event2/visibility.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a session is about to do. */
enum bufferevent_ssl_state {
    BUFFEREVENT_SSL_OPEN = 0,       /**< hands have been shaken already */
    BUFFEREVENT_SSL_CONNECTING = 1, /**< begin as a client */
    BUFFEREVENT_SSL_ACCEPTING = 2   /**< begin as a server */
};

/** Flag: the end of the transport without a close_notify is BEV_EVENT_EOF, not an error. For peers
 * that are known to do so and protocols that tell the end of a message by themselves. */
#define BUFFEREVENT_SSL_DIRTY_SHUTDOWN 1
/** Flag: small pieces of the output are always put together to records of 16 KiB before they are
 * sent, even where that copies much: fewer and larger writes. */
#define BUFFEREVENT_SSL_BATCH_WRITE 2

/** The flags of a bufferevent over TLS. EV_UINT64_MAX if it is another kind. */
EVENT2_EXPORT_SYMBOL ev_uint64_t bufferevent_ssl_get_flags(struct bufferevent *bev);
/** Sets flags besides those that are set. Returns what they were, or as above. */
EVENT2_EXPORT_SYMBOL ev_uint64_t bufferevent_ssl_set_flags(struct bufferevent *bev,
                                                           ev_uint64_t flags);
/** Clears the flags given. Returns what they were, or as above. */
EVENT2_EXPORT_SYMBOL ev_uint64_t bufferevent_ssl_clear_flags(struct bufferevent *bev,
                                                             ev_uint64_t flags);

#if defined(EVENT__HAVE_OPENSSL) || defined(EVLET_BUILD)
struct ssl_st; /* SSL of <openssl/ssl.h> */

/** Makes a bufferevent that talks TLS through another one, whose callbacks it takes over and whose
 * lock it shares. `base` is that of `underlying`. With BEV_OPT_CLOSE_ON_FREE `underlying` is freed
 * together with it. NULL on failure. */
EVENT2_EXPORT_SYMBOL struct bufferevent *
bufferevent_openssl_filter_new(struct event_base *base, struct bufferevent *underlying,
                               struct ssl_st *ssl, enum bufferevent_ssl_state state, int options);

/** Makes a bufferevent that talks TLS on a nonblocking stream socket. `fd` is -1 for one that is
 * connected or set later, or if the session has a descriptor already, which is taken then. With
 * BEV_OPT_CLOSE_ON_FREE the socket is closed together with it. NULL on failure. */
EVENT2_EXPORT_SYMBOL struct bufferevent *
bufferevent_openssl_socket_new(struct event_base *base, evutil_socket_t fd, struct ssl_st *ssl,
                               enum bufferevent_ssl_state state, int options);

/** Whether an end without close_notify counts as an end: 1 or 0; -1 if `bev` is no TLS. */
EVENT2_EXPORT_SYMBOL int bufferevent_openssl_get_allow_dirty_shutdown(struct bufferevent *bev);
/** Sets or clears BUFFEREVENT_SSL_DIRTY_SHUTDOWN. */
EVENT2_EXPORT_SYMBOL void bufferevent_openssl_set_allow_dirty_shutdown(struct bufferevent *bev,
                                                                       int allow_dirty_shutdown);

/** The session; NULL if `bev` has none of OpenSSL's. */
EVENT2_EXPORT_SYMBOL struct ssl_st *bufferevent_openssl_get_ssl(struct bufferevent *bev);

/** Has the session shake hands once more, which is reported as BEV_EVENT_CONNECTED again. TLS 1.3
 * has nothing of the kind. 0, or -1 if that is so, if the session is not open, or not OpenSSL's. */
EVENT2_EXPORT_SYMBOL int bufferevent_ssl_renegotiate(struct bufferevent *bev);

/** Takes an error out of those that the engine has told of this session, the latest first: what
 * ERR_error_string() explains, or 0 if there is none left. At most three are kept. */
EVENT2_EXPORT_SYMBOL unsigned long bufferevent_get_openssl_error(struct bufferevent *bev);
#endif

#if defined(EVENT__HAVE_MBEDTLS) || defined(EVLET_BUILD)
struct mbedtls_ssl_context; /* of <mbedtls/ssl.h>, likewise the next */
struct mbedtls_ssl_config;

/** A session in memory of its own, which BEV_OPT_CLOSE_ON_FREE can free. */
typedef struct mbedtls_ssl_context mbedtls_dyncontext;

/** A session with the configuration given, which has to outlive it. NULL without memory, or if the
 * configuration is not complete. */
EVENT2_EXPORT_SYMBOL mbedtls_dyncontext *
bufferevent_mbedtls_dyncontext_new(struct mbedtls_ssl_config *conf);
/** Frees a session that no bufferevent has; NULL is allowed. */
EVENT2_EXPORT_SYMBOL void bufferevent_mbedtls_dyncontext_free(mbedtls_dyncontext *ctx);

/** As bufferevent_openssl_filter_new(). Client or server, the configuration has to say the same as
 * `state`. */
EVENT2_EXPORT_SYMBOL struct bufferevent *
bufferevent_mbedtls_filter_new(struct event_base *base, struct bufferevent *underlying,
                               mbedtls_dyncontext *ssl, enum bufferevent_ssl_state state,
                               int options);

/** As bufferevent_openssl_socket_new(), but for descriptors that the session has. */
EVENT2_EXPORT_SYMBOL struct bufferevent *
bufferevent_mbedtls_socket_new(struct event_base *base, evutil_socket_t fd, mbedtls_dyncontext *ssl,
                               enum bufferevent_ssl_state state, int options);

/** As bufferevent_openssl_get_allow_dirty_shutdown(). */
EVENT2_EXPORT_SYMBOL int bufferevent_mbedtls_get_allow_dirty_shutdown(struct bufferevent *bev);
/** Sets or clears BUFFEREVENT_SSL_DIRTY_SHUTDOWN. */
EVENT2_EXPORT_SYMBOL void bufferevent_mbedtls_set_allow_dirty_shutdown(struct bufferevent *bev,
                                                                       int allow_dirty_shutdown);

/** The session; NULL if `bev` has none of Mbed TLS's. */
EVENT2_EXPORT_SYMBOL struct mbedtls_ssl_context *
bufferevent_mbedtls_get_ssl(struct bufferevent *bev);

/** As bufferevent_ssl_renegotiate(), if both sides' configurations allow it. */
EVENT2_EXPORT_SYMBOL int bufferevent_mbedtls_renegotiate(struct bufferevent *bev);

/** As bufferevent_get_openssl_error(): a (negative) MBEDTLS_ERR_* after a cast to int. */
EVENT2_EXPORT_SYMBOL unsigned long bufferevent_get_mbedtls_error(struct bufferevent *bev);
#endif

#ifdef __cplusplus
}
#endif

#endif
