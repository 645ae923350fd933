// SPDX-License-Identifier: BSD-3-Clause
// Contexts of Mbed TLS (2.28 and 3).
#include "tls/context_mbedtls.h"

#include <mbedtls/pem.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>

#include "event2/util.h"
#include "mem/mem.h"
#include "tls/mbedtls.h"

#if defined(MBEDTLS_USE_PSA_CRYPTO) || EVLET_MBEDTLS_TLS_1_3
#include <psa/crypto.h>
#define EVLET_MBEDTLS_PSA 1
#else
#define EVLET_MBEDTLS_PSA 0
#endif

namespace evlet {
namespace {

constexpr uint32_t kTicketSeconds = 24 * 60 * 60;

// Where systems keep whom they trust.
const char* const kSystemFiles[] = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

MbedtlsContext& own(evlet_tls_context& context) {
    return static_cast<MbedtlsContext&>(context);
}

// The port's random bytes, which are there or end the program.
int random_bytes(void*, unsigned char* ret_bytes, size_t size) {
    evutil_secure_rng_get_bytes(ret_bytes, size);
    return 0;
}

bool is_no_memory(int error) {
    return error == MBEDTLS_ERR_X509_ALLOC_FAILED || error == MBEDTLS_ERR_PK_ALLOC_FAILED ||
           error == MBEDTLS_ERR_PEM_ALLOC_FAILED || error == MBEDTLS_ERR_SSL_ALLOC_FAILED;
}

Status fail_mbedtls(evlet_tls_context& context, const char* what, int error) {
    return fail_context(context, is_no_memory(error) ? Status::no_memory : Status::invalid, what,
                        mbedtls_error_text(error));
}

// Text from memory with the NUL behind it that Mbed TLS wants; wiped when it goes.
class PemText {
public:
    PemText() = default;
    ~PemText() {
        if (bytes_)
            mbedtls_platform_zeroize(bytes_, size_);
        mem::release(bytes_);
    }
    PemText(const PemText&) = delete;
    PemText& operator=(const PemText&) = delete;
    // 0, or an error of Mbed TLS.
    int load(const Pem& pem) {
        if (pem.size == SIZE_MAX)
            return MBEDTLS_ERR_PEM_ALLOC_FAILED;
        bytes_ = static_cast<unsigned char*>(mem::allocate(pem.size + 1));
        if (!bytes_)
            return MBEDTLS_ERR_PEM_ALLOC_FAILED;
        if (pem.size)
            memcpy(bytes_, pem.bytes, pem.size);
        bytes_[pem.size] = 0;
        size_ = pem.size + 1;
        return 0;
    }
    [[nodiscard]] const unsigned char* bytes() const { return bytes_; }
    [[nodiscard]] size_t size() const { return size_; }

private:
    unsigned char* bytes_ = nullptr;
    size_t size_ = 0;
};

void destroy(evlet_tls_context& shared) {
    MbedtlsContext& context = own(shared);
    mbedtls_ssl_config_free(&context.config);
    mbedtls_x509_crt_free(&context.chain);
    mbedtls_pk_free(&context.key);
    if (context.trusted) {
        mbedtls_x509_crt_free(context.trusted);
        mbedtls_free(context.trusted);
    }
#if EVLET_MBEDTLS_TICKETS
    if (context.is_server)
        mbedtls_ssl_ticket_free(&context.tickets);
#endif
    mem::release(context.offered);
    mem::release(&context);
}

// Files are Mbed TLS's to read, if it was built to.
#if defined(MBEDTLS_FS_IO)
int parse_certificate_file(mbedtls_x509_crt& first, const char* path) {
    return mbedtls_x509_crt_parse_file(&first, path);
}

int parse_key_file(mbedtls_pk_context& key, const char* path, const char* password) {
#if MBEDTLS_VERSION_MAJOR < 3
    return mbedtls_pk_parse_keyfile(&key, path, password);
#else
    return mbedtls_pk_parse_keyfile(&key, path, password, random_bytes, nullptr);
#endif
}
#else
int parse_certificate_file(mbedtls_x509_crt&, const char*) {
    return MBEDTLS_ERR_PK_FILE_IO_ERROR;
}

int parse_key_file(mbedtls_pk_context&, const char*, const char*) {
    return MBEDTLS_ERR_PK_FILE_IO_ERROR;
}
#endif

// As Mbed TLS does it: above 0, so many of the certificates are broken.
int parse_certificates(mbedtls_x509_crt& first, const Pem& pem) {
    if (pem.path)
        return parse_certificate_file(first, pem.path);
    PemText text;
    const int loaded = text.load(pem);
    return loaded ? loaded : mbedtls_x509_crt_parse(&first, text.bytes(), text.size());
}

int parse_chain(MbedtlsContext& context, const Pem& pem) {
    const int parsed = parse_certificates(context.chain, pem);
    return parsed > 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT : parsed;
}

int parse_key(MbedtlsContext& context, const Pem& pem, const char* password) {
    if (pem.path)
        return parse_key_file(context.key, pem.path, password);
    PemText text;
    const int loaded = text.load(pem);
    if (loaded)
        return loaded;
    const auto* const secret = reinterpret_cast<const unsigned char*>(password);
    const size_t size = password ? strlen(password) : 0;
#if MBEDTLS_VERSION_MAJOR < 3
    return mbedtls_pk_parse_key(&context.key, text.bytes(), text.size(), secret, size);
#else
    return mbedtls_pk_parse_key(&context.key, text.bytes(), text.size(), secret, size, random_bytes,
                                nullptr);
#endif
}

int check_pair(MbedtlsContext& context) {
#if MBEDTLS_VERSION_MAJOR < 3
    return mbedtls_pk_check_pair(&context.chain.pk, &context.key);
#else
    return mbedtls_pk_check_pair(&context.chain.pk, &context.key, random_bytes, nullptr);
#endif
}

Status set_certificate(evlet_tls_context& shared, const Pem& chain, const Pem& key,
                       const char* password) {
    MbedtlsContext& context = own(shared);
    const char* what = "certificate";
    int error = parse_chain(context, chain);
    if (!error) {
        what = "private key";
        error = parse_key(context, key, password);
    }
    if (!error) {
        what = "the private key does not fit the certificate";
        error = check_pair(context);
    }
    if (!error) {
        what = "certificate";
        error = mbedtls_ssl_conf_own_cert(&context.config, &context.chain, &context.key);
    }
    if (!error)
        return Status::ok;
    mbedtls_x509_crt_free(&context.chain);
    mbedtls_pk_free(&context.key);
    return fail_mbedtls(context, what, error);
}

// Certificates in memory of their own, as they hang behind each other; an error of Mbed TLS, or how
// many of them are broken.
int parse_trusted(const Pem& pem, mbedtls_x509_crt** ret_first) {
    auto* const first = static_cast<mbedtls_x509_crt*>(mbedtls_calloc(1, sizeof(mbedtls_x509_crt)));
    if (!first)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    mbedtls_x509_crt_init(first);
    const int parsed = parse_certificates(*first, pem);
    if (parsed >= 0) {
        *ret_first = first;
        return parsed;
    }
    mbedtls_x509_crt_free(first);
    mbedtls_free(first);
    return parsed;
}

void trust(MbedtlsContext& context, mbedtls_x509_crt* first) {
    mbedtls_x509_crt** end = &context.trusted;
    while (*end)
        end = &(*end)->next;
    *end = first;
    mbedtls_ssl_conf_ca_chain(&context.config, context.trusted, nullptr);
}

Status add_ca(evlet_tls_context& context, const Pem& pem) {
    mbedtls_x509_crt* first = nullptr;
    int error = parse_trusted(pem, &first);
    if (error > 0) {
        mbedtls_x509_crt_free(first);
        mbedtls_free(first);
        error = MBEDTLS_ERR_X509_INVALID_FORMAT;
    }
    if (error)
        return fail_mbedtls(context, "CA certificate", error);
    trust(own(context), first);
    return Status::ok;
}

Status add_system_ca(evlet_tls_context& context) {
    int error = MBEDTLS_ERR_PK_FILE_IO_ERROR;
    for (const char* const path : kSystemFiles) {
        mbedtls_x509_crt* first = nullptr;
        error = parse_trusted({path, nullptr, 0}, &first);
        if (error >= 0) {
            trust(own(context), first);
            return Status::ok;
        }
        if (error != MBEDTLS_ERR_PK_FILE_IO_ERROR)
            break;
    }
    return fail_mbedtls(context, "the system's CA certificates", error);
}

Status set_alpn(evlet_tls_context& shared, const char* protocols) {
    MbedtlsContext& context = own(shared);
    size_t count = 1;
    for (const char* one = protocols; one; one = next_protocol(one))
        ++count;
    auto* const offered = static_cast<const char**>(mem::allocate_zeroed(count * sizeof(char*)));
    if (!offered)
        return fail_context(context, Status::no_memory, "out of memory");
    count = 0;
    for (const char* one = protocols; one; one = next_protocol(one))
        offered[count++] = one;
    const int error = mbedtls_ssl_conf_alpn_protocols(&context.config, offered);
    if (error) {
        mem::release(offered);
        return fail_mbedtls(context, "ALPN", error);
    }
    context.offered = offered;
    return Status::ok;
}

Status set_min_version(evlet_tls_context& context, evlet_tls_version version) {
    if (version == EVLET_TLS_1_3 && !EVLET_MBEDTLS_TLS_1_3)
        return fail_context(context, Status::unsupported,
                            "this Mbed TLS has no TLS 1.3: it is before 3.6, or was built without");
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    mbedtls_ssl_conf_min_tls_version(&own(context).config, version == EVLET_TLS_1_3
                                                               ? MBEDTLS_SSL_VERSION_TLS1_3
                                                               : MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(&own(context).config, MBEDTLS_SSL_MAJOR_VERSION_3,
                                 MBEDTLS_SSL_MINOR_VERSION_3);
#endif
    return Status::ok;
}

// The callback of connections decides what becomes of a certificate that is not good.
void set_verification(evlet_tls_context& context) {
    int mode = MBEDTLS_SSL_VERIFY_REQUIRED;
    if (context.is_server && context.ask == Ask::none)
        mode = MBEDTLS_SSL_VERIFY_NONE;
    else if (context.is_server ? context.ask == Ask::optional : context.accepts_any)
        mode = MBEDTLS_SSL_VERIFY_OPTIONAL;
    mbedtls_ssl_conf_authmode(&own(context).config, mode);
}

Status set_ktls(evlet_tls_context& context, bool on) {
    return on ? fail_context(context, Status::unsupported, "Mbed TLS knows nothing of kTLS")
              : Status::ok;
}

const ContextEngine mbedtls_contexts = {
    &mbedtls_engine,  destroy,          set_certificate,
    add_ca,           add_system_ca,    set_alpn,
    set_min_version,  set_verification, set_ktls,
    make_mbedtls_session, free_mbedtls, mbedtls_alpn,
    mbedtls_version,  mbedtls_was_resumed,
    mbedtls_ktls,     explain_mbedtls,  keep_mbedtls,
    use_mbedtls,      free_kept_mbedtls};

// nullptr unless all goes well.
MbedtlsContext* make_context(bool is_server) {
    if (evutil_secure_rng_init() != 0)
        return nullptr;
#if EVLET_MBEDTLS_PSA
    if (psa_crypto_init() != PSA_SUCCESS)
        return nullptr;
#endif
    auto* const context = mem::make<MbedtlsContext>();
    if (!context)
        return nullptr;
    init_context(*context, mbedtls_contexts, is_server);
    mbedtls_ssl_config_init(&context->config);
    mbedtls_x509_crt_init(&context->chain);
    mbedtls_pk_init(&context->key);
#if EVLET_MBEDTLS_TICKETS
    mbedtls_ssl_ticket_init(&context->tickets);
#endif
    const int error = mbedtls_ssl_config_defaults(
        &context->config, is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (error) {
        destroy(*context);
        (void)to_result(Status::no_memory);
        return nullptr;
    }
    mbedtls_ssl_conf_rng(&context->config, random_bytes, nullptr);
#if EVLET_MBEDTLS_TLS_1_3_TICKETS && defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED)
    // Unasked, a client throws away what it could resume.
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        &context->config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
    (void)set_min_version(*context, EVLET_TLS_1_2);
#if MBEDTLS_VERSION_NUMBER >= 0x03020000 && !EVLET_MBEDTLS_TLS_1_3
    mbedtls_ssl_conf_max_tls_version(&context->config, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
    set_verification(*context);
    return context;
}

#if EVLET_MBEDTLS_TICKETS
int parse_ticket(void* tickets, mbedtls_ssl_session* ret_session, unsigned char* ticket, size_t size) {
    const int error = mbedtls_ssl_ticket_parse(tickets, ret_session, ticket, size);
#if EVLET_MBEDTLS_MARKS_RESUMED
    if (!error)
        ret_session->MBEDTLS_PRIVATE(ticket_lifetime) = kTicketSeconds;
#endif
    return error;
}
#endif

// Sessions that clients resume, of which the server keeps nothing.
bool give_tickets(MbedtlsContext& context) {
#if EVLET_MBEDTLS_TICKETS
    const int error = mbedtls_ssl_ticket_setup(&context.tickets, random_bytes, nullptr,
                                               MBEDTLS_CIPHER_AES_256_GCM, kTicketSeconds);
    if (error)
        return false;
    mbedtls_ssl_conf_session_tickets_cb(&context.config, mbedtls_ssl_ticket_write,
                                        parse_ticket, &context.tickets);
#endif
    (void)context;
    return true;
}

}  // namespace
}  // namespace evlet

using namespace evlet;

extern "C" {

struct evlet_tls_context* evlet_tls_mbedtls_client_new(void) {
    return make_context(false);
}

struct evlet_tls_context* evlet_tls_mbedtls_server_new(void) {
    MbedtlsContext* const context = make_context(true);
    if (!context || give_tickets(*context))
        return context;
    evlet_tls_context_free(context);
    (void)to_result(Status::no_memory);
    return nullptr;
}

}  // extern "C"
