// SPDX-License-Identifier: BSD-3-Clause
// OpenSSL for the tests.
#include "with_openssl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace evlet_test {
namespace {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

Context make_context(const char* certificate) {
    Context context(SSL_CTX_new(TLS_method()));
    REQUIRE(context);
    if (certificate) {
        const std::string base = vector_path(certificate);
        REQUIRE(SSL_CTX_use_certificate_chain_file(context.get(), (base + ".pem").c_str()) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey_file(context.get(), (base + ".key").c_str(),
                                            SSL_FILETYPE_PEM) == 1);
    }
    return context;
}

SSL* session_in(SSL_CTX* context) {
    SSL* const ssl = SSL_new(context);
    REQUIRE(ssl);
    return ssl;
}

// Contexts are read from files once.
SSL_CTX* context_of(Role role) {
    static const Context contexts[] = {make_context(nullptr), make_context("server"),
                                       make_context(nullptr), make_context("server"),
                                       make_context(nullptr)};
    SSL_CTX* const context = contexts[static_cast<int>(role)].get();
    if (role == Role::old_client || role == Role::old_server)
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
#if defined(SSL_OP_ALLOW_CLIENT_RENEGOTIATION)
    if (role == Role::old_server)
        SSL_CTX_set_options(context, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
#endif
    if (role == Role::careful_client) {
        REQUIRE(SSL_CTX_load_verify_locations(context, vector_path("ca.pem").c_str(), nullptr) ==
                1);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    return context;
}

void* make(Role role) {
    return session_in(context_of(role));
}

void* make_server(const char* certificate) {
    return session_in(make_context(certificate).get());
}

// OpenSSL's own BIO is of no bufferevent.
bool is_parted(const void* session) {
    BIO* const bio = SSL_get_rbio(static_cast<const SSL*>(session));
    return !bio || BIO_method_type(bio) == BIO_TYPE_SOCKET;
}

struct {
    void (*call)(void*);
    void* argument;
} g_within;

// It tells of each record, in either direction, while it has it in its hands.
bool call_within(const void* session, void (*call)(void*), void* argument) {
    g_within = {call, argument};
    if (session) {
        SSL_set_msg_callback(static_cast<SSL*>(const_cast<void*>(session)),
                             [](int, int, int, const void*, size_t, SSL*, void*) {
                                 if (g_within.call)
                                     g_within.call(g_within.argument);
                             });
    }
    return true;
}

evlet_tls_context* make_accepting_context() {
    evlet_tls_context* const made = evlet_tls_openssl_client_new();
    REQUIRE(made);
    REQUIRE(evlet_tls_context_dangerously_accept_any_peer(made) == 0);
    return made;
}

bool is_clean() {
    return ERR_peek_error() == 0;
}

void leave_an_error() {
    ERR_put_error(ERR_LIB_USER, 0, 1, __FILE__, __LINE__);
}

}  // namespace

const TestEngine openssl_for_tests = {
    "openssl",
    make,
    [](void* session) { SSL_free(static_cast<SSL*>(session)); },
    [](event_base* base, evutil_socket_t fd, void* session, bufferevent_ssl_state state,
       int options) {
        return bufferevent_openssl_socket_new(base, fd, static_cast<SSL*>(session), state, options);
    },
    [](event_base* base, bufferevent* below, void* session, bufferevent_ssl_state state,
       int options) {
        return bufferevent_openssl_filter_new(base, below, static_cast<SSL*>(session), state,
                                              options);
    },
    [](bufferevent* bev) -> void* { return bufferevent_openssl_get_ssl(bev); },
    bufferevent_get_openssl_error,
    bufferevent_ssl_renegotiate,
    bufferevent_openssl_get_allow_dirty_shutdown,
    bufferevent_openssl_set_allow_dirty_shutdown,
    is_clean,
    leave_an_error,
    make_server,
    is_parted,
    call_within,
    make_accepting_context,
};

}  // namespace evlet_test
