// SPDX-License-Identifier: BSD-3-Clause
// Contexts: what api_context.cpp and api_secure.cpp, which know no engine, and the contexts of each
// engine tell each other. An engine is reached through the table of the context alone, so that a
// program links the one that it names.
//
// Owners of a context: the program, every Connection, every kept session. A context is changed only
// while it is not `used`, by one thread; after that it is read.
#pragma once

#include <stddef.h>

#include <atomic>

#include "base/ref_count.h"
#include "base/status.h"
#include "base/text.h"
#include "event2/util.h"
#include "evlet/tls.h"
#include "tls/host_name.h"
#include "tls/session.h"

struct bufferevent;
struct event_base;

namespace evlet {

struct ContextEngine;
struct Connection;

// Where PEM comes from: a file, or memory if `path` is null.
struct Pem {
    const char* path;
    const void* bytes;
    size_t size;
};

enum class Ask : unsigned char { none, optional, required };

}  // namespace evlet

struct evlet_tls_context {
    const evlet::ContextEngine* engine;
    char* protocols;  // ALPN: each with a NUL behind it, and one more at the end; or null
    evlet::RefCount owners;
    std::atomic<bool> used;
    bool is_server;
    bool accepts_any;
    bool has_certificate;
    evlet::Ask ask;
    char error[120];
};

struct evlet_tls_session {
    evlet_tls_context* context;
    void* kept;  // the engine's
    evlet::RefCount owners;
    evlet::HostName name;
};

namespace evlet {

// What a bufferevent has beside its Tls if a context made it.
struct Connection {
    TlsOwner owner;  // first: the core hands this out
    evlet_tls_context* context;
    void* session;              // of the engine; the bufferevent frees it if `lent` is false
    evlet_tls_session* resume;  // or null
    uint32_t verdict;           // Mbed TLS: flags of the certificates seen
    bool lent;
    bool was_verified;  // Mbed TLS: the peer has shown a certificate, so nothing was resumed
    HostName name;
};

struct ContextEngine {
    const TlsEngine* tls;
    void (*destroy)(evlet_tls_context& context);
    // These leave a text in the context on failure.
    Status (*set_certificate)(evlet_tls_context& context, const Pem& chain, const Pem& key,
                              const char* password);
    Status (*add_ca)(evlet_tls_context& context, const Pem& pem);
    Status (*add_system_ca)(evlet_tls_context& context);
    // `protocols` as they are in the context, which gets them on success.
    Status (*set_alpn)(evlet_tls_context& context, const char* protocols);
    Status (*set_min_version)(evlet_tls_context& context, evlet_tls_version version);
    // `ask` and `accepts_any` have changed.
    void (*set_verification)(evlet_tls_context& context);
    Status (*set_ktls)(evlet_tls_context& context, bool on);
    // A session for a connection, whose context and name are set. nullptr without memory.
    void* (*make_session)(Connection& connection);
    void (*free_session)(void* session);
    // Of an open connection.
    Text (*alpn)(void* session);
    const char* (*version)(void* session);
    int (*was_resumed)(const Connection& connection);
    bool (*uses_ktls)(void* session);
    // Why the peer's certificate was refused, or nullptr.
    void (*explain)(const Connection& connection, unsigned long error, char* ret_text, size_t room);
    void* (*keep)(void* session);
    void (*use)(Connection& connection, void* kept);
    void (*free_kept)(void* kept);
};

// Remembers why a call fails, and returns `status`.
Status fail_context(evlet_tls_context& context, Status status, const char* what,
                    const char* why = nullptr);

// Everything that contexts of an engine have in common, set up; false without memory.
void init_context(evlet_tls_context& context, const ContextEngine& engine, bool is_server);

// What follows a protocol in the list of a context; nullptr behind the last.
[[nodiscard]] inline const char* next_protocol(const char* protocol) {
    protocol += strlen(protocol) + 1;
    return *protocol ? protocol : nullptr;
}

}  // namespace evlet
