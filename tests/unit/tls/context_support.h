// SPDX-License-Identifier: BSD-3-Clause
// What the tests of contexts share. They are compiled once for each engine: context_with_*.cpp says
// which it is.
#pragma once

#include <errno.h>
#include <event2/bufferevent.h>
#include <evlet/tls.h>

#include <cstdio>
#include <memory>
#include <string>

#include "stream/socket_support.h"
#include "tls/tls_vectors.h"

namespace evlet_test {

struct EngineUnderTest {
    evlet_tls_context* (*client)();
    evlet_tls_context* (*server)();
    bool has_1_3;
    bool has_ktls;
    bool tells_servers_of_1_3;  // whether a session was resumed
    // Nothing was left where the next connection would find it.
    bool (*is_clean)();
    // Keeps a connection from TLS 1.3.
    void (*only_1_2)(bufferevent* bev);
};
extern const EngineUnderTest engine;

// Everything about contexts and connections that can fail for want of memory; true if all of it
// succeeded. What did not has to say so.
bool use_memory(event_base* base, const std::string& chain, const std::string& key,
                const std::string& ca);

inline std::string vector_path(const std::string& name) {
    return std::string(TLS_VECTORS) + "/" + name;
}

inline std::string vector(const std::string& name) {
    const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(vector_path(name).c_str(), "rb"), fclose);
    REQUIRE(file);
    std::string text(65536, '\0');
    text.resize(fread(text.data(), 1, text.size(), file.get()));
    return text;
}

// A context, freed at the end of the scope.
class Context {
public:
    explicit Context(evlet_tls_context* context) : context_(context) { REQUIRE(context_); }
    ~Context() {
        evlet_tls_context_free(context_);
        CHECK(engine.is_clean());
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    operator evlet_tls_context*() const { return context_; }
    [[nodiscard]] std::string error() const { return evlet_tls_context_get_error(context_); }
    [[nodiscard]] bool says(const std::string& part) const {
        INFO(error());
        return error().find(part) != std::string::npos;
    }
    [[nodiscard]] int set_certificate(const std::string& chain, const std::string& key,
                                      const char* password = nullptr) const {
        return evlet_tls_context_set_certificate(context_, chain.data(), chain.size(), key.data(),
                                                 key.size(), password);
    }
    [[nodiscard]] int add_ca(const std::string& pem) const {
        return evlet_tls_context_add_ca(context_, pem.data(), pem.size());
    }
    void show(const std::string& name) const {
        REQUIRE(set_certificate(vector(name + ".pem"), vector(name + ".key")) == 0);
    }
    void trust(const std::string& name) const { REQUIRE(add_ca(vector(name + ".pem")) == 0); }
    void free() { evlet_tls_context_free(std::exchange(context_, nullptr)); }

private:
    evlet_tls_context* context_;
};

struct Server : Context {
    explicit Server(const std::string& name = "server") : Context(engine.server()) { show(name); }
};

struct Client : Context {
    explicit Client(const std::string& ca = "ca") : Context(engine.client()) {
        if (!ca.empty())
            trust(ca);
    }
};

// A server and a client at the ends of a pair of sockets.
struct Meeting {
    Meeting(event_base* base, evlet_tls_context* server_context, evlet_tls_context* client_context,
            const char* name = "localhost", int options = 0)
        : base(base),
          server(evlet_tls_socket_new(base, sockets[0], server_context, nullptr, options)),
          client(evlet_tls_socket_new(base, sockets[1], client_context, name, options)) {
        server.enable(EV_READ | EV_WRITE);
        client.enable(EV_READ | EV_WRITE);
    }
    ~Meeting() { CHECK(engine.is_clean()); }
    static bool is_over(const SocketStream& end) {
        return end.saw(BEV_EVENT_CONNECTED) || failed(end);
    }
    static bool failed(const SocketStream& end) {
        for (const short what : end.events)
            if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF))
                return true;
        return false;
    }
    // Both shake hands and can talk to each other.
    bool succeeds() {
        // Who refuses need not tell the other (Mbed TLS does not always), which then waits.
        REQUIRE(run_until(base, [&] {
            return (is_over(server) && is_over(client)) || failed(server) || failed(client);
        }));
        if (failed(server) || failed(client))
            return false;
        client.write("ping");
        REQUIRE(run_until(base, [&] { return server.input_length() == 4 || failed(server); }));
        if (failed(server))
            return false;
        server.write("pong");
        return run_until(base, [&] { return client.input_length() == 4 || failed(client); }) &&
               client.input_length() == 4;
    }
    // The client refuses, and says why.
    std::string refusal() {
        REQUIRE(run_until(base, [&] { return is_over(client); }));
        CHECK(client.saw(BEV_EVENT_ERROR | BEV_EVENT_READING));
        CHECK_FALSE(client.saw(BEV_EVENT_CONNECTED));
        return error_of(client);
    }
    static std::string error_of(bufferevent* bev) {
        char text[200];
        return evlet_tls_get_error(bev, text, sizeof text);
    }
    event_base* base;
    SocketPair sockets;
    SocketStream server, client;
};

inline bool contains(const std::string& text, const std::string& part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

}  // namespace evlet_test
