// SPDX-License-Identifier: BSD-3-Clause
#include <mbedtls/net_sockets.h>
#include <mbedtls/pem.h>

#include "tls/context_mbedtls.h"

namespace evlet {
namespace {

struct ErrorText {
    int error;
    const char* text;
};

// What programs and their users can do something about.
const ErrorText kErrors[] = {
    {MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, "the peer refused (fatal alert)"},
    {MBEDTLS_ERR_SSL_CONN_EOF, "the peer ended the connection without saying so"},
    {MBEDTLS_ERR_SSL_INVALID_RECORD, "the peer does not speak TLS"},
    {MBEDTLS_ERR_SSL_ALLOC_FAILED, "out of memory"},
    {MBEDTLS_ERR_SSL_INVALID_MAC, "the data were changed on their way"},
#if MBEDTLS_VERSION_MAJOR < 3
    {MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN, "no cipher in common"},
    {MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE, "the client has shown no certificate"},
    {MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO, "no version or protocol in common"},
    {MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, "no version in common"},
#else
    {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, "no cipher in common"},
    {MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE, "the client has shown no certificate"},
    {MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL, "no application protocol in common"},
    {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, "no version in common"},
#endif
    {MBEDTLS_ERR_NET_RECV_FAILED, "receiving failed"},
    {MBEDTLS_ERR_NET_SEND_FAILED, "sending failed"},
    {MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, "certificate refused"},
    {MBEDTLS_ERR_X509_ALLOC_FAILED, "out of memory"},
    {MBEDTLS_ERR_X509_FILE_IO_ERROR, "the file cannot be read"},
    {MBEDTLS_ERR_PK_ALLOC_FAILED, "out of memory"},
    {MBEDTLS_ERR_PK_FILE_IO_ERROR, "the file cannot be read"},
    {MBEDTLS_ERR_PK_PASSWORD_REQUIRED, "a password is needed"},
    {MBEDTLS_ERR_PK_PASSWORD_MISMATCH, "the password is wrong"},
    {MBEDTLS_ERR_PK_TYPE_MISMATCH, "another kind of key"},
    {MBEDTLS_ERR_PEM_ALLOC_FAILED, "out of memory"},
    {MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT, "no PEM"},
};

}  // namespace

const char* mbedtls_error_text(int error) {
    for (const ErrorText& known : kErrors) {
        if (known.error == error)
            return known.text;
    }
    // The rest is about what is inside of a certificate or a message.
    return -error >= 0x1000 ? "malformed or not supported" : "not acceptable";
}

}  // namespace evlet
