// SPDX-License-Identifier: BSD-3-Clause
// Connections of Mbed TLS's contexts.
#include <mbedtls/oid.h>
#include <mbedtls/platform.h>

#include "event2/bufferevent_ssl.h"
#include "tls/context_mbedtls.h"

namespace evlet {
namespace {

mbedtls_ssl_context* ssl_of(void* session) {
    return static_cast<mbedtls_ssl_context*>(session);
}

// Mbed TLS looks at this behind the callback, and lets it pass where certificates are optional.
uint32_t flags_of_use_by_client(const mbedtls_x509_crt& certificate) {
    uint32_t flags = 0;
#if MBEDTLS_VERSION_MAJOR >= 3 || defined(MBEDTLS_X509_CHECK_KEY_USAGE)
    if (mbedtls_x509_crt_check_key_usage(&certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0)
        flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
#endif
#if MBEDTLS_VERSION_MAJOR >= 3 || defined(MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE)
    if (mbedtls_x509_crt_check_extended_key_usage(&certificate, MBEDTLS_OID_CLIENT_AUTH,
                                                  MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH)) != 0)
        flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
#endif
    return flags;
}

// Called for each certificate of the chain, the peer's own last. What `*ret_flags` says in the end is
// why the chain is refused.
int on_certificate(void* argument, mbedtls_x509_crt* certificate, int depth, uint32_t* ret_flags) {
    Connection& connection = *static_cast<Connection*>(argument);
    const evlet_tls_context& context = *connection.context;
    connection.was_verified = true;
    if (context.accepts_any) {
        *ret_flags = 0;
        return 0;
    }
    if (!context.is_server && depth == 0) {
        *ret_flags &= ~static_cast<uint32_t>(MBEDTLS_X509_BADCERT_CN_MISMATCH);
        if (!certificate_is_of(*certificate, connection.name))
            *ret_flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    }
    if (context.is_server && depth == 0)
        *ret_flags |= flags_of_use_by_client(*certificate);
    connection.verdict |= *ret_flags;
    // One that need not be shown has to be good nevertheless.
    const bool fatal = context.is_server && depth == 0 && connection.verdict;
    return fatal ? MBEDTLS_ERR_X509_CERT_VERIFY_FAILED : 0;
}

struct Reason {
    uint32_t flag;
    const char* text;
};

const Reason kReasons[] = {
    {MBEDTLS_X509_BADCERT_EXPIRED, "certificate has expired"},
    {MBEDTLS_X509_BADCERT_FUTURE, "certificate is not yet valid"},
    {MBEDTLS_X509_BADCERT_CN_MISMATCH, "certificate is of another name"},
    {MBEDTLS_X509_BADCERT_NOT_TRUSTED, "issuer is not trusted"},
    {MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, "certificate is not for this use"},
    {MBEDTLS_X509_BADCERT_KEY_USAGE, "certificate is not for this use"},
    {MBEDTLS_X509_BADCERT_BAD_KEY, "key is too weak"},
    {MBEDTLS_X509_BADCERT_BAD_MD, "signature is too weak"},
    {MBEDTLS_X509_BADCERT_BAD_PK, "kind of key is not accepted"},
    {MBEDTLS_X509_BADCERT_REVOKED, "certificate was revoked"},
};

const char* reason_of(uint32_t verdict) {
    for (const Reason& reason : kReasons) {
        if (verdict & reason.flag)
            return reason.text;
    }
    return "not accepted";
}

bool is_finished(mbedtls_ssl_context* ssl) {
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    return mbedtls_ssl_is_handshake_over(ssl) != 0;
#else
    return ssl->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_HANDSHAKE_OVER;
#endif
}

// In TLS 1.3 the server sends what it takes some time after the handshake, or never (RFC 8446 section
// 4.6.1); until then Mbed TLS gives out sessions that lead nowhere.
bool can_be_resumed(const mbedtls_ssl_context* ssl) {
#if EVLET_MBEDTLS_TLS_1_3
    if (mbedtls_ssl_get_version_number(ssl) == MBEDTLS_SSL_VERSION_TLS1_3) {
#if EVLET_MBEDTLS_TLS_1_3_TICKETS
        return ssl->MBEDTLS_PRIVATE(session)->MBEDTLS_PRIVATE(ticket_len) != 0;
#else
        return false;
#endif
    }
#endif
    (void)ssl;
    return true;
}

// A copy of the session; the connection can give another one afterwards, which it refuses from 3.0 on.
bool copy_session(mbedtls_ssl_context* ssl, mbedtls_ssl_session* ret_copy) {
    if (mbedtls_ssl_get_session(ssl, ret_copy) != 0)
        return false;
#if MBEDTLS_VERSION_MAJOR >= 3
    ssl->MBEDTLS_PRIVATE(session)->MBEDTLS_PRIVATE(exported) = 0;
#endif
    return true;
}

}  // namespace

void* make_mbedtls_session(Connection& connection) {
    auto& context = static_cast<MbedtlsContext&>(*connection.context);
    mbedtls_ssl_context* const ssl = bufferevent_mbedtls_dyncontext_new(&context.config);
    if (!ssl)
        return nullptr;
    mbedtls_ssl_set_verify(ssl, on_certificate, &connection);
    // An address is not told to the server (RFC 6066 section 3); from 3.6 on it has to be said that
    // there is no name.
    const char* const name = connection.name.text[0] ? connection.name.text : nullptr;
    if (context.is_server || mbedtls_ssl_set_hostname(ssl, name) == 0)
        return ssl;
    bufferevent_mbedtls_dyncontext_free(ssl);
    return nullptr;
}

void free_mbedtls(void* session) {
    bufferevent_mbedtls_dyncontext_free(ssl_of(session));
}

Text mbedtls_alpn(void* session) {
    const char* const name = mbedtls_ssl_get_alpn_protocol(ssl_of(session));
    return Text(name ? name : "");
}

const char* mbedtls_version(void* session) {
    return is_finished(ssl_of(session)) ? mbedtls_ssl_get_version(ssl_of(session)) : nullptr;
}

int mbedtls_was_resumed(const Connection& connection) {
    mbedtls_ssl_context* const ssl = ssl_of(connection.session);
    if (!is_finished(ssl))
        return -1;
    // A client's peer shows its certificate, unless both go on with an earlier session.
    if (!connection.context->is_server)
        return !connection.was_verified;
#if EVLET_MBEDTLS_MARKS_RESUMED
    // TLS 1.3 takes another way, on which the mark is lost.
    const mbedtls_ssl_session* const session = ssl->MBEDTLS_PRIVATE(session);
    if (session && strcmp(mbedtls_ssl_get_version(ssl), "TLSv1.2") == 0)
        return session->MBEDTLS_PRIVATE(ticket_lifetime) != 0;
#endif
    return -1;
}

bool mbedtls_ktls(void*) {
    return false;
}

void explain_mbedtls(const Connection& connection, unsigned long error, char* ret_text, size_t room) {
    if (!error)
        return;
    const int code = static_cast<int>(error);
    // What a certificate may be used for is looked at behind the callback.
    uint32_t verdict = mbedtls_ssl_get_verify_result(ssl_of(connection.session));
    if (verdict == UINT32_MAX)  // there is none
        verdict = 0;
    verdict |= connection.verdict;
    verdict &= ~static_cast<uint32_t>(MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY);
    if (verdict)
        evutil_snprintf(ret_text, room, "certificate refused: %s", reason_of(verdict));
    else
        evutil_snprintf(ret_text, room, "%s (-0x%04x)", mbedtls_error_text(code),
                        static_cast<unsigned>(-code));
}

void* keep_mbedtls(void* session) {
    mbedtls_ssl_context* const ssl = ssl_of(session);
    if (!is_finished(ssl) || !can_be_resumed(ssl))
        return nullptr;
    auto* const kept =
        static_cast<mbedtls_ssl_session*>(mbedtls_calloc(1, sizeof(mbedtls_ssl_session)));
    if (!kept)
        return nullptr;
    mbedtls_ssl_session_init(kept);
    if (copy_session(ssl, kept))
        return kept;
    free_kept_mbedtls(kept);
    return nullptr;
}

void use_mbedtls(Connection& connection, void* kept) {
    // Without it the handshake is a complete one.
    (void)mbedtls_ssl_set_session(ssl_of(connection.session),
                                  static_cast<const mbedtls_ssl_session*>(kept));
}

void free_kept_mbedtls(void* kept) {
    mbedtls_ssl_session_free(static_cast<mbedtls_ssl_session*>(kept));
    mbedtls_free(kept);
}

}  // namespace evlet
