// SPDX-License-Identifier: BSD-3-Clause
// Connections of OpenSSL's contexts.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/context_openssl.h"

namespace evlet {
namespace {

SSL* ssl_of(void* session) {
    return static_cast<SSL*>(session);
}

// Whom the certificate has to be of (RFC 9525): names of hosts and addresses in the subject's
// alternative names alone, "*" for a whole label.
bool expect(SSL* ssl, const Connection& connection) {
    const HostName& name = connection.name;
    X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(
        expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (name.address_size)
        return X509_VERIFY_PARAM_set1_ip(expected, name.address, name.address_size) == 1;
    return !name.text[0] || (X509_VERIFY_PARAM_set1_host(expected, name.text, 0) == 1 &&
                             SSL_set_tlsext_host_name(ssl, name.text) == 1);
}

}  // namespace

void* make_openssl_session(Connection& connection) {
    const auto& context = *static_cast<const OpensslContext*>(connection.context);
    ERR_clear_error();
    SSL* ssl = SSL_new(context.ctx);
    if (ssl && !context.is_server && !expect(ssl, connection)) {
        SSL_free(ssl);
        ssl = nullptr;
    }
    ERR_clear_error();
    return ssl;
}

void free_openssl(void* session) {
    SSL_free(ssl_of(session));
    ERR_clear_error();
}

Text openssl_alpn(void* session) {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_of(session), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

const char* openssl_version(void* session) {
    return SSL_is_init_finished(ssl_of(session)) ? SSL_get_version(ssl_of(session)) : nullptr;
}

int openssl_was_resumed(const Connection& connection) {
    SSL* const ssl = ssl_of(connection.session);
    return SSL_is_init_finished(ssl) ? SSL_session_reused(ssl) : -1;
}

bool openssl_ktls(void* session) {
    BIO* const bio = SSL_get_wbio(ssl_of(session));
    (void)bio;
#if defined(BIO_get_ktls_send)
    return bio && BIO_get_ktls_send(bio);
#else
    return false;
#endif
}

void explain_openssl(const Connection& connection, unsigned long error, char* ret_text, size_t room) {
    const long verdict = SSL_get_verify_result(ssl_of(connection.session));
    const char* const reason = error ? ERR_reason_error_string(error) : nullptr;
    const bool asks = connection.context->is_server ? connection.context->ask != Ask::none
                                                    : !connection.context->accepts_any;
    if (error && verdict != X509_V_OK && asks)
        evutil_snprintf(ret_text, room, "certificate refused: %s", X509_verify_cert_error_string(verdict));
    else if (reason)
        evutil_snprintf(ret_text, room, "%s", reason);
    else if (error)
        evutil_snprintf(ret_text, room, "error %lx of OpenSSL", error);
}

// A copy, since OpenSSL spoils the session of a connection that ends without a close_notify; only TLS
// 1.0 wanted that (RFC 5246 section 7.2.1).
void* keep_openssl(void* session) {
    SSL_SESSION* const current = SSL_get0_session(ssl_of(session));
    const bool good = current && SSL_SESSION_is_resumable(current);
    SSL_SESSION* const kept = good ? SSL_SESSION_dup(current) : nullptr;
    ERR_clear_error();
    return kept;
}

void use_openssl(Connection& connection, void* kept) {
    // Without it the handshake is a complete one.
    SSL_SESSION* const copy = SSL_SESSION_dup(static_cast<SSL_SESSION*>(kept));
    if (copy)
        (void)SSL_set_session(ssl_of(connection.session), copy);
    SSL_SESSION_free(copy);
    ERR_clear_error();
}

void free_kept_openssl(void* kept) {
    SSL_SESSION_free(static_cast<SSL_SESSION*>(kept));
}

}  // namespace evlet
