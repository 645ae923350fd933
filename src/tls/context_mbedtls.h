// SPDX-License-Identifier: BSD-3-Clause
// Between the contexts of Mbed TLS (2.28 and 3) and their connections (connection_mbedtls.cpp).
#pragma once

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include "base/shell.h"
#include "tls/context.h"

// From 3.0 on, fields have other names; this is how they are written for both.
#if MBEDTLS_VERSION_MAJOR < 3 && !defined(MBEDTLS_PRIVATE)
#define MBEDTLS_PRIVATE(field) field
#endif

#if defined(MBEDTLS_SSL_TICKET_C) && defined(MBEDTLS_SSL_SESSION_TICKETS)
#define EVLET_MBEDTLS_TICKETS 1
#else
#define EVLET_MBEDTLS_TICKETS 0
#endif

// A server's sessions have a field that only clients use, which holds a mark of ours.
#if EVLET_MBEDTLS_TICKETS && defined(MBEDTLS_SSL_CLI_C)
#define EVLET_MBEDTLS_MARKS_RESUMED 1
#else
#define EVLET_MBEDTLS_MARKS_RESUMED 0
#endif

// Before 3.6 it was an experiment.
#if MBEDTLS_VERSION_NUMBER >= 0x03060000 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
#define EVLET_MBEDTLS_TLS_1_3 1
#else
#define EVLET_MBEDTLS_TLS_1_3 0
#endif

// Whether clients can resume sessions of TLS 1.3.
#if EVLET_MBEDTLS_TLS_1_3 && defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
#define EVLET_MBEDTLS_TLS_1_3_TICKETS 1
#else
#define EVLET_MBEDTLS_TLS_1_3_TICKETS 0
#endif

namespace evlet {

struct MbedtlsContext : evlet_tls_context {
    mbedtls_ssl_config config;
    mbedtls_x509_crt chain;  // the own certificate first
    mbedtls_pk_context key;
    mbedtls_x509_crt* trusted;  // or null
    const char** offered;       // ALPN: what the configuration points to, or null
#if EVLET_MBEDTLS_TICKETS
    mbedtls_ssl_ticket_context tickets;
#endif
};

// The members of the same meaning of ContextEngine.
void* make_mbedtls_session(Connection& connection);
void free_mbedtls(void* session);
Text mbedtls_alpn(void* session);
const char* mbedtls_version(void* session);
int mbedtls_was_resumed(const Connection& connection);
bool mbedtls_ktls(void* session);
void explain_mbedtls(const Connection& connection, unsigned long error, char* ret_text, size_t room);
void* keep_mbedtls(void* session);
void use_mbedtls(Connection& connection, void* kept);
void free_kept_mbedtls(void* kept);

// What an error of Mbed TLS means, in a few words: its own table of them is larger than this library.
[[nodiscard]] const char* mbedtls_error_text(int error);

// Whether a certificate is of the host (certificate_names.cpp).
[[nodiscard]] bool certificate_is_of(const mbedtls_x509_crt& certificate, const HostName& name);

}  // namespace evlet
