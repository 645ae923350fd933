/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS without the engine's own API: contexts, which hold the settings of connections, and
 * bufferevents made from them. The same calls serve OpenSSL (library event_openssl) and Mbed TLS
 * (library event_mbedtls); only the four constructors of contexts name one. A program pays for the
 * engine that it links.
 *
 *     struct evlet_tls_context *tls = evlet_tls_openssl_client_new();
 *     if (!tls || evlet_tls_context_add_system_ca(tls) != 0)
 *         ...;
 *     bev = evlet_tls_socket_new(base, -1, tls, "example.org", BEV_OPT_CLOSE_ON_FREE);
 *     bufferevent_socket_connect_hostname(bev, dns, AF_UNSPEC, "example.org", 443);
 *
 * HTTPS, a server and a client:
 *
 *     evhttp_set_bevcb(http, evlet_tls_bevcb, server_tls);
 *     conn = evhttp_connection_base_bufferevent_new(base, dns, bev, "example.org", 443);
 *
 * A client verifies the server's certificate, its chain (RFC 5280) and its name (RFC 9525), unless
 * evlet_tls_context_dangerously_accept_any_peer() was called. TLS 1.2 is the least version; there is
 * no renegotiation. Everything of event2/bufferevent_ssl.h goes for the bufferevents.
 *
 * An int result is 0 for success and -1 for failure, with errno set: ENOMEM, EINVAL, or ENOTSUP for
 * what the engine cannot; evlet_tls_context_get_error() says more. A failed call changes nothing,
 * except that of several CA certificates some may have been added.
 *
 * Threads: a context is set up by one thread. After that any number of threads may make connections
 * with it (Mbed TLS: if it was built with MBEDTLS_THREADING_C) and free theirs.
 */
#ifndef EVLET_TLS_H_INCLUDED_
#define EVLET_TLS_H_INCLUDED_

#include <event2/util.h>
#include <event2/visibility.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bufferevent;
struct event_base;

/** The settings of connections. */
struct evlet_tls_context;

/*
 * ---- Contexts ----
 */

/** A context for one side, with OpenSSL. NULL: out of memory. */
EVENT2_EXPORT_SYMBOL struct evlet_tls_context *evlet_tls_openssl_client_new(void);
EVENT2_EXPORT_SYMBOL struct evlet_tls_context *evlet_tls_openssl_server_new(void);

/** The same with Mbed TLS. NULL: out of memory, or the system has no random bytes. */
EVENT2_EXPORT_SYMBOL struct evlet_tls_context *evlet_tls_mbedtls_client_new(void);
EVENT2_EXPORT_SYMBOL struct evlet_tls_context *evlet_tls_mbedtls_server_new(void);

/** Count one more owner, who has to call evlet_tls_context_free() too. Returns the context. */
EVENT2_EXPORT_SYMBOL
struct evlet_tls_context *evlet_tls_context_ref(struct evlet_tls_context *context);

/** One owner less. Each connection and each kept session is an owner of its own, so a program may
 *  free a context that it needs no more while they live. NULL is allowed. */
EVENT2_EXPORT_SYMBOL void evlet_tls_context_free(struct evlet_tls_context *context);

/** What made the latest failed call of this context fail, as a sentence for people; "" if none
 *  has. Valid until the next call. */
EVENT2_EXPORT_SYMBOL
const char *evlet_tls_context_get_error(const struct evlet_tls_context *context);

/*
 * All of the following set a context up. From the first connection on they fail: for other settings
 * make another context; connections keep theirs.
 */

/**
 * The certificate to be shown to the peer, and its private key: a server needs one, a client only for
 * servers that ask. `chain`: PEM, the own certificate first, then those of the authorities between it
 * and the root. `key`: PEM; `password`: what it is encrypted with, or NULL. Neither needs a NUL behind
 * it, and neither is used afterwards. A context has one certificate: a second call fails, and so does
 * a key that belongs to another.
 */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_set_certificate(struct evlet_tls_context *context, const void *chain,
                                      size_t chain_size, const void *key, size_t key_size,
                                      const char *password);

/** The same from files, which may be one and the same. */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_set_certificate_files(struct evlet_tls_context *context,
                                            const char *chain_path, const char *key_path,
                                            const char *password);

/** Trust these authorities, PEM, besides those of earlier calls. A client without any trusts
 *  nobody. Bytes that are no certificate make it fail. */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_add_ca(struct evlet_tls_context *context, const void *pem, size_t size);
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_add_ca_file(struct evlet_tls_context *context, const char *path);

/** Trust the authorities that the system trusts. OpenSSL: its default file and directory, for which
 *  the environment may name others (SSL_CERT_FILE, SSL_CERT_DIR), whether or not there is anything;
 *  Mbed TLS: the first of the files that systems keep, of which it skips what it cannot read; without
 *  one it fails. */
EVENT2_EXPORT_SYMBOL int evlet_tls_context_add_system_ca(struct evlet_tls_context *context);

/**
 * The protocols that may be spoken inside (RFC 7301), the best first, separated by commas, such as
 * "h2,http/1.1"; each has 1 to 255 bytes. A client offers them. A server takes the first of its own
 * that the client offers, and ends the handshake if that offers none of them; with a client that
 * offers nothing it speaks without. A second call fails.
 */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_set_alpn(struct evlet_tls_context *context, const char *protocols);

enum evlet_tls_version {
    EVLET_TLS_1_2 = 0x0303, /**< RFC 5246 */
    EVLET_TLS_1_3 = 0x0304  /**< RFC 8446 */
};

/** The least version, EVLET_TLS_1_2 at first. -1 with ENOTSUP: the engine has no TLS 1.3, as Mbed TLS
 *  before 3.6. */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_set_min_version(struct evlet_tls_context *context,
                                      enum evlet_tls_version version);

enum evlet_tls_client_certificates {
    EVLET_TLS_CLIENT_NONE = 0,     /**< clients are not asked, as at first */
    EVLET_TLS_CLIENT_OPTIONAL = 1, /**< a client may have none, but no bad one */
    EVLET_TLS_CLIENT_REQUIRED = 2  /**< a client without one is refused */
};

/** Whether a server asks its clients for certificates, which the authorities of
 *  evlet_tls_context_add_ca() have to vouch for. -1 with EINVAL: a client's context. */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_set_client_certificates(struct evlet_tls_context *context,
                                              enum evlet_tls_client_certificates ask);

/** Have a client talk to ANYBODY who answers: neither the chain nor the name of a certificate is
 *  looked at, so that whoever sits on the way can read and change everything. For tests. */
EVENT2_EXPORT_SYMBOL
int evlet_tls_context_dangerously_accept_any_peer(struct evlet_tls_context *context);

/** Leave the encryption of records to the kernel where it can (Linux, kTLS); off at first. It is
 *  used on sockets, if the kernel knows the cipher agreed upon, and nothing else changes if not; but the
 *  engine writes to the socket by itself then, so that the program has to ignore SIGPIPE.
 *  -1 with ENOTSUP: this engine, or this build of it, has nothing of the kind. */
EVENT2_EXPORT_SYMBOL int evlet_tls_context_set_ktls(struct evlet_tls_context *context, int on);

/*
 * ---- Bufferevents ----
 */

/**
 * A bufferevent over TLS on a stream socket. `fd`: the nonblocking socket, connected, or -1:
 * bufferevent_socket_connect(), bufferevent_socket_connect_hostname() or bufferevent_setfd() follow.
 * `name`, for a client: whom the certificate has to be of, a host name or an IP address as text; a
 * host name is told to the server too (SNI, RFC 6066). Wildcards of certificates stand for one whole
 * label, the left-most. It may be NULL only for clients that accept any peer; a server's is ignored.
 * `options`: BEV_OPT_*, where BEV_OPT_CLOSE_ON_FREE is about the socket alone: what the engine needs
 * is freed with the bufferevent in any case.
 *
 * BEV_EVENT_CONNECTED comes when the handshake has succeeded, BEV_EVENT_ERROR if it has not. A
 * bufferevent that is given another descriptor, or connected again, shakes hands and verifies
 * anew. NULL: out of memory or, with EINVAL, a wrong name or a server without a certificate; `fd` is
 * the caller's. evlet_tls_context_get_error() says more before the first connection only: the context
 * may be in use by other threads then.
 */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evlet_tls_socket_new(struct event_base *base, evutil_socket_t fd,
                                         struct evlet_tls_context *context, const char *name,
                                         int options);

/** The same on another bufferevent, which is connected, and freed with it if BEV_OPT_CLOSE_ON_FREE
 *  says so. NULL: as above; `underlying` is the caller's. */
EVENT2_EXPORT_SYMBOL
struct bufferevent *evlet_tls_filter_new(struct event_base *base, struct bufferevent *underlying,
                                         struct evlet_tls_context *context, const char *name,
                                         int options);

/** For evhttp_set_bevcb() and evhttp_bound_set_bevcb(), which make a server HTTPS with it: `context`
 *  is a server's struct evlet_tls_context, which has to outlive the listening. Where it fails the
 *  connection is closed: it is never served in clear text. */
EVENT2_EXPORT_SYMBOL struct bufferevent *evlet_tls_bevcb(struct event_base *base, void *context);

/*
 * What is asked of a bufferevent that was made above. Of another, or before the handshake, the
 * answer is NULL or -1.
 */

/** The protocol agreed upon (RFC 7301); NULL: none. Valid as long as the bufferevent. */
EVENT2_EXPORT_SYMBOL const char *evlet_tls_get_alpn(struct bufferevent *bev);

/** "TLSv1.2" or "TLSv1.3". */
EVENT2_EXPORT_SYMBOL const char *evlet_tls_get_version(struct bufferevent *bev);

/** 1: the session of an earlier connection was resumed; 0: it is a new one; -1 also for servers with
 *  Mbed TLS and TLS 1.3, which does not tell. */
EVENT2_EXPORT_SYMBOL int evlet_tls_was_resumed(struct bufferevent *bev);

/** 1: what is sent is encrypted by the kernel, see evlet_tls_context_set_ktls(); else 0. */
EVENT2_EXPORT_SYMBOL int evlet_tls_uses_ktls(struct bufferevent *bev);

/** What made the handshake or the connection fail, for people: why the certificate was refused, what
 *  the engine says, or the transport's error. Called in the event callback or later, until the next
 *  connection begins. Of an attempt to connect that fails it says nothing: errno in the event callback
 *  and bufferevent_socket_get_dns_error() do. Writes at most `size` bytes with a NUL. Returns `text`,
 *  "" in it if nothing has failed. */
EVENT2_EXPORT_SYMBOL
const char *evlet_tls_get_error(struct bufferevent *bev, char *text, size_t size);

/*
 * ---- Sessions of clients ----
 */

/** What a client needs to resume a session, which saves the costly part of a handshake (RFC 8446
 *  section 2.2, RFC 5077). */
struct evlet_tls_session;

/** Keep the session of a client's connection. With TLS 1.3 servers send what it takes some time after
 *  the handshake: call it when the first data has come, or at the end. The caller frees it. NULL: there
 *  is nothing to be resumed (yet), or out of memory. */
EVENT2_EXPORT_SYMBOL struct evlet_tls_session *evlet_tls_session_keep(struct bufferevent *bev);

/** Have a client's bufferevent try to resume `session` in the handshakes that follow; if the server
 *  knows it no more they are complete ones. NULL: do not any more. -1 with EINVAL while
 *  hands are being shaken, which begins when a descriptor is given or the connection is made: make the
 *  bufferevent with -1 and set the descriptor after this; one made on another bufferevent shakes hands
 *  from the start. The certificate was verified when the session began, hence -1 too if that was with
 *  another context or for another name. The session stays the caller's and may be freed at once. */
EVENT2_EXPORT_SYMBOL
int evlet_tls_session_use(struct bufferevent *bev, struct evlet_tls_session *session);

/** NULL is allowed. */
EVENT2_EXPORT_SYMBOL void evlet_tls_session_free(struct evlet_tls_session *session);

#ifdef __cplusplus
}
#endif

#endif
