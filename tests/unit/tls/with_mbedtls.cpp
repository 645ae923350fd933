// SPDX-License-Identifier: BSD-3-Clause
// Mbed TLS for the tests.
#include "with_mbedtls.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/debug.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if defined(MBEDTLS_PSA_CRYPTO_C)
#include <psa/crypto.h>
#endif

#include <map>

// From 3.0 on, fields have other names.
#if MBEDTLS_VERSION_MAJOR < 3
#define MBEDTLS_PRIVATE(field) field
#endif

namespace evlet_test {
namespace {

struct {
    const mbedtls_ssl_config* config;
    void (*call)(void*);
    void* argument;
} g_within;

struct Random {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context generator;
    Random() {
#if defined(MBEDTLS_PSA_CRYPTO_C)
        REQUIRE(psa_crypto_init() == PSA_SUCCESS);
#endif
        mbedtls_entropy_init(&entropy);
        mbedtls_ctr_drbg_init(&generator);
        REQUIRE(mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, nullptr, 0) == 0);
    }
    ~Random() {
        mbedtls_ctr_drbg_free(&generator);
        mbedtls_entropy_free(&entropy);
    }
};

Random& shared_random() {
    static Random random;
    return random;
}

struct Config {
    mbedtls_ssl_config config;
    mbedtls_x509_crt certificate, authority;
    mbedtls_pk_context key;

    Config(int endpoint, const char* shown) {
        mbedtls_ssl_config_init(&config);
        mbedtls_x509_crt_init(&certificate);
        mbedtls_x509_crt_init(&authority);
        mbedtls_pk_init(&key);
        REQUIRE(mbedtls_ssl_config_defaults(&config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                            MBEDTLS_SSL_PRESET_DEFAULT) == 0);
        mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &shared_random().generator);
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
        mbedtls_ssl_conf_dbg(&config, on_debug, &config);
        if (shown)
            show(vector_path(shown));
    }
    void show(const std::string& base) {
        REQUIRE(mbedtls_x509_crt_parse_file(&certificate, (base + ".pem").c_str()) == 0);
#if MBEDTLS_VERSION_MAJOR >= 3
        REQUIRE(mbedtls_pk_parse_keyfile(&key, (base + ".key").c_str(), nullptr,
                                         mbedtls_ctr_drbg_random, &shared_random().generator) == 0);
#else
        REQUIRE(mbedtls_pk_parse_keyfile(&key, (base + ".key").c_str(), nullptr) == 0);
#endif
        REQUIRE(mbedtls_ssl_conf_own_cert(&config, &certificate, &key) == 0);
    }
    static void on_debug(void* config, int, const char*, int, const char*) {
        if (g_within.call && g_within.config == config)
            g_within.call(g_within.argument);
    }
    ~Config() {
        mbedtls_ssl_config_free(&config);
        mbedtls_x509_crt_free(&certificate);
        mbedtls_x509_crt_free(&authority);
        mbedtls_pk_free(&key);
    }
    Config(const Config&) = delete;
    Config& operator=(const Config&) = delete;
};

mbedtls_ssl_config* config_of(Role role) {
    static std::map<Role, std::unique_ptr<Config>> configs;
    auto& config = configs[role];
    if (config)
        return &config->config;
    const bool serves = role == Role::server || role == Role::old_server;
    config = std::make_unique<Config>(serves ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                      serves ? "server" : nullptr);
    if (role == Role::old_client || role == Role::old_server) {
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
        mbedtls_ssl_conf_max_tls_version(&config->config, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
        mbedtls_ssl_conf_renegotiation(&config->config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
#endif
    }
    if (role == Role::careful_client) {
        REQUIRE(mbedtls_x509_crt_parse_file(&config->authority, vector_path("ca.pem").c_str()) ==
                0);
        mbedtls_ssl_conf_ca_chain(&config->config, &config->authority, nullptr);
        mbedtls_ssl_conf_authmode(&config->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    }
    return &config->config;
}

void* session_in(mbedtls_ssl_config* config, const char* host) {
    mbedtls_dyncontext* const session = bufferevent_mbedtls_dyncontext_new(config);
    REQUIRE(session);
    if (host)
        REQUIRE(mbedtls_ssl_set_hostname(session, host) == 0);
    return session;
}

void* make(Role role) {
    return session_in(config_of(role), role == Role::careful_client ? "localhost" : nullptr);
}

void* make_server(const char* certificate) {
    static std::map<std::string, std::unique_ptr<Config>> configs;
    auto& config = configs[certificate];
    if (!config)
        config = std::make_unique<Config>(MBEDTLS_SSL_IS_SERVER, certificate);
    return session_in(&config->config, nullptr);
}

const mbedtls_ssl_context* ssl_of(const void* session) {
    return static_cast<const mbedtls_ssl_context*>(session);
}

bool is_parted(const void* session) {
    return ssl_of(session)->MBEDTLS_PRIVATE(p_bio) == nullptr;
}

// It tells what it does if it was built so.
bool call_within(const void* session, void (*call)(void*), void* argument) {
    g_within = {session ? ssl_of(session)->MBEDTLS_PRIVATE(conf) : nullptr, call, argument};
#if defined(MBEDTLS_DEBUG_C)
    constexpr int kSteps = 2;
    mbedtls_debug_set_threshold(call ? kSteps : 0);
    return true;
#else
    return false;
#endif
}

evlet_tls_context* make_accepting_context() {
    evlet_tls_context* const made = evlet_tls_mbedtls_client_new();
    REQUIRE(made);
    REQUIRE(evlet_tls_context_dangerously_accept_any_peer(made) == 0);
    return made;
}

// It keeps no errors anywhere.
bool is_clean() {
    return true;
}

void leave_an_error() {}

}  // namespace

const TestEngine mbedtls_for_tests = {
    "mbedtls",
    make,
    [](void* session) {
        bufferevent_mbedtls_dyncontext_free(static_cast<mbedtls_dyncontext*>(session));
    },
    [](event_base* base, evutil_socket_t fd, void* session, bufferevent_ssl_state state,
       int options) {
        return bufferevent_mbedtls_socket_new(base, fd, static_cast<mbedtls_dyncontext*>(session),
                                              state, options);
    },
    [](event_base* base, bufferevent* below, void* session, bufferevent_ssl_state state,
       int options) {
        return bufferevent_mbedtls_filter_new(
            base, below, static_cast<mbedtls_dyncontext*>(session), state, options);
    },
    [](bufferevent* bev) -> void* { return bufferevent_mbedtls_get_ssl(bev); },
    bufferevent_get_mbedtls_error,
    bufferevent_mbedtls_renegotiate,
    bufferevent_mbedtls_get_allow_dirty_shutdown,
    bufferevent_mbedtls_set_allow_dirty_shutdown,
    is_clean,
    leave_an_error,
    make_server,
    is_parted,
    call_within,
    make_accepting_context,
};

}  // namespace evlet_test
