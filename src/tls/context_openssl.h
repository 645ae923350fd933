// SPDX-License-Identifier: BSD-3-Clause
// Between the contexts of OpenSSL and their connections (connection_openssl.cpp).
#pragma once

#include "base/shell.h"
#include "tls/context.h"

struct ssl_ctx_st;

namespace evlet {

struct OpensslContext : evlet_tls_context {
    ssl_ctx_st* ctx;
    unsigned char* wire;  // ALPN as it is sent, or null
    unsigned wire_size;
};

// The members of the same meaning of ContextEngine.
void* make_openssl_session(Connection& connection);
void free_openssl(void* session);
Text openssl_alpn(void* session);
const char* openssl_version(void* session);
int openssl_was_resumed(const Connection& connection);
bool openssl_ktls(void* session);
void explain_openssl(const Connection& connection, unsigned long error, char* ret_text, size_t room);
void* keep_openssl(void* session);
void use_openssl(Connection& connection, void* kept);
void free_kept_openssl(void* kept);

}  // namespace evlet
