// SPDX-License-Identifier: BSD-3-Clause
// Contexts of OpenSSL (1.1.1 and 3). The queue of errors is empty before what may fail, and after.
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "mem/mem.h"
#include "tls/context_openssl.h"
#include "tls/openssl.h"

namespace evlet {
namespace {

// One ticket: a client that makes several connections at once keeps the one that it got.
constexpr size_t kTickets = 1;
const unsigned char kSessionContext[] = "evlet";

SSL_CTX* ctx_of(const evlet_tls_context& context) {
    return static_cast<const OpensslContext&>(context).ctx;
}

// Fails with what OpenSSL says.
Status fail_openssl(evlet_tls_context& context, const char* what) {
    const unsigned long error = ERR_peek_last_error();
    const char* const why = error ? ERR_reason_error_string(error) : nullptr;
    const Status status =
        ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE ? Status::no_memory : Status::invalid;
    (void)fail_context(context, status, what, why ? why : "out of memory or not readable");
    ERR_clear_error();
    return status;
}

BIO* open_pem(const Pem& pem) {
    if (pem.path)
        return BIO_new_file(pem.path, "r");
    if (pem.size > INT_MAX)
        return nullptr;
    return BIO_new_mem_buf(pem.size ? pem.bytes : "", static_cast<int>(pem.size));
}

// Nobody is asked for a password at a terminal.
int give_password(char* ret_text, int room, int, void* argument) {
    const auto* const password = static_cast<const char*>(argument);
    const size_t size = password ? strlen(password) : 0;
    if (!password || size > static_cast<size_t>(room))
        return -1;
    memcpy(ret_text, password, size);
    return static_cast<int>(size);
}

// The latest failure is that there was no further certificate.
bool is_end() {
    const unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

// All certificates, one at least; nullptr on failure, which is in the queue.
STACK_OF(X509) * read_certificates(const Pem& pem) {
    BIO* const bio = open_pem(pem);
    STACK_OF(X509)* const all = bio ? sk_X509_new_null() : nullptr;
    bool good = all != nullptr;
    while (good) {
        X509* const one = PEM_read_bio_X509(bio, nullptr, give_password, nullptr);
        if (!one) {
            good = is_end() && sk_X509_num(all) > 0;
            break;
        }
        if (!sk_X509_push(all, one)) {
            X509_free(one);
            good = false;
        }
    }
    BIO_free(bio);
    if (good) {
        ERR_clear_error();
        return all;
    }
    sk_X509_pop_free(all, X509_free);
    return nullptr;
}

EVP_PKEY* read_key(const Pem& pem, const char* password) {
    BIO* const bio = open_pem(pem);
    EVP_PKEY* const key =
        bio ? PEM_read_bio_PrivateKey(bio, nullptr, give_password, const_cast<char*>(password))
            : nullptr;
    BIO_free(bio);
    return key;
}

void destroy(evlet_tls_context& shared) {
    auto& context = static_cast<OpensslContext&>(shared);
    SSL_CTX_free(context.ctx);
    ERR_clear_error();
    mem::release(context.wire);
    mem::release(&context);
}

Status set_certificate(evlet_tls_context& context, const Pem& chain, const Pem& key,
                       const char* password) {
    ERR_clear_error();
    STACK_OF(X509)* const certificates = read_certificates(chain);
    if (!certificates)
        return fail_openssl(context, "certificate");
    EVP_PKEY* const own_key = read_key(key, password);
    Status status = Status::ok;
    if (!own_key) {
        status = fail_openssl(context, "private key");
    } else {
        X509* const own = sk_X509_shift(certificates);
        if (X509_check_private_key(own, own_key) != 1)
            status = fail_openssl(context, "the private key does not fit the certificate");
        else if (SSL_CTX_use_cert_and_key(ctx_of(context), own, own_key, certificates, 1) != 1)
            status = fail_openssl(context, "certificate");
        X509_free(own);
    }
    EVP_PKEY_free(own_key);
    sk_X509_pop_free(certificates, X509_free);
    ERR_clear_error();  // which is not empty after every success
    return status;
}

Status add_ca(evlet_tls_context& context, const Pem& pem) {
    ERR_clear_error();
    STACK_OF(X509)* const certificates = read_certificates(pem);
    if (!certificates)
        return fail_openssl(context, "CA certificate");
    X509_STORE* const store = SSL_CTX_get_cert_store(ctx_of(context));
    bool good = true;
    for (int i = 0; good && i < sk_X509_num(certificates); ++i) {
        X509* const one = sk_X509_value(certificates, i);
        good = X509_STORE_add_cert(store, one) == 1 &&
               (!context.is_server || SSL_CTX_add_client_CA(ctx_of(context), one) == 1);
    }
    const Status status = good ? Status::ok : fail_openssl(context, "CA certificate");
    sk_X509_pop_free(certificates, X509_free);
    ERR_clear_error();
    return status;
}

Status add_system_ca(evlet_tls_context& context) {
    ERR_clear_error();
    if (SSL_CTX_set_default_verify_paths(ctx_of(context)) != 1)
        return fail_openssl(context, "the system's CA certificates");
    ERR_clear_error();
    return Status::ok;
}

int select_protocol(SSL*, const unsigned char** ret_name, unsigned char* ret_size,
                    const unsigned char* offered, unsigned size, void* argument) {
    const auto& context = *static_cast<const OpensslContext*>(argument);
    unsigned char* name = nullptr;
    if (SSL_select_next_proto(&name, ret_size, context.wire, context.wire_size, offered, size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *ret_name = name;
    return SSL_TLSEXT_ERR_OK;
}

Status set_alpn(evlet_tls_context& shared, const char* protocols) {
    auto& context = static_cast<OpensslContext&>(shared);
    size_t size = 0;
    for (const char* one = protocols; one; one = next_protocol(one))
        size += 1 + strlen(one);
    auto* const wire = static_cast<unsigned char*>(mem::allocate(size));
    if (!wire)
        return fail_context(context, Status::no_memory, "out of memory");
    unsigned char* at = wire;
    for (const char* one = protocols; one; one = next_protocol(one)) {
        const size_t length = strlen(one);
        *at++ = static_cast<unsigned char>(length);
        memcpy(at, one, length);
        at += length;
    }
    ERR_clear_error();
    const auto wire_size = static_cast<unsigned>(size);
    // It answers 0 for success.
    if (!context.is_server && SSL_CTX_set_alpn_protos(context.ctx, wire, wire_size) != 0) {
        mem::release(wire);
        return fail_openssl(context, "ALPN");
    }
    context.wire = wire;
    context.wire_size = wire_size;
    if (context.is_server)
        SSL_CTX_set_alpn_select_cb(context.ctx, select_protocol, &context);
    ERR_clear_error();
    return Status::ok;
}

Status set_min_version(evlet_tls_context& context, evlet_tls_version version) {
    ERR_clear_error();
    const int wanted = version == EVLET_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(ctx_of(context), wanted) == 1)
        return Status::ok;
    (void)fail_openssl(context, "this OpenSSL does not offer the version");
    return Status::unsupported;
}

void set_verification(evlet_tls_context& context) {
    int mode = SSL_VERIFY_NONE;
    if (context.is_server ? context.ask != Ask::none : !context.accepts_any)
        mode = SSL_VERIFY_PEER;
    if (context.is_server && context.ask == Ask::required)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx_of(context), mode, nullptr);
}

Status set_ktls(evlet_tls_context& context, bool on) {
#if defined(SSL_OP_ENABLE_KTLS) && !defined(OPENSSL_NO_KTLS)
    if (on)
        SSL_CTX_set_options(ctx_of(context), SSL_OP_ENABLE_KTLS);
    else
        SSL_CTX_clear_options(ctx_of(context), SSL_OP_ENABLE_KTLS);
    return Status::ok;
#else
    return on ? fail_context(context, Status::unsupported, "this OpenSSL was built without kTLS")
              : Status::ok;
#endif
}

bool set_up(const OpensslContext& context) {
    SSL_CTX* const ctx = context.ctx;
    // Records' buffers are given back while nothing is on its way; a connection that rests is small.
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Clients keep what there is to keep (tickets); a server holds no sessions for them.
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    set_verification(const_cast<OpensslContext&>(context));
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_num_tickets(ctx, kTickets) == 1 &&
           SSL_CTX_set_session_id_context(ctx, kSessionContext, sizeof kSessionContext - 1) == 1;
}

const ContextEngine openssl_contexts = {
    &openssl_engine, destroy,          set_certificate,      add_ca,
    add_system_ca,   set_alpn,         set_min_version,      set_verification,
    set_ktls,        make_openssl_session, free_openssl,     openssl_alpn,
    openssl_version, openssl_was_resumed,  openssl_ktls,     explain_openssl,
    keep_openssl,    use_openssl,      free_kept_openssl};

evlet_tls_context* make_context(bool is_server) {
    auto* const context = mem::make<OpensslContext>();
    if (!context)
        return nullptr;
    init_context(*context, openssl_contexts, is_server);
    ERR_clear_error();
    context->ctx = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    const bool good = context->ctx && set_up(*context);
    ERR_clear_error();
    if (good)
        return context;
    destroy(*context);
    (void)to_result(Status::no_memory);
    return nullptr;
}

}  // namespace
}  // namespace evlet

extern "C" {

struct evlet_tls_context* evlet_tls_openssl_client_new(void) {
    return evlet::make_context(false);
}

struct evlet_tls_context* evlet_tls_openssl_server_new(void) {
    return evlet::make_context(true);
}

}  // extern "C"
