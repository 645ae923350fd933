// SPDX-License-Identifier: BSD-3-Clause
// What only OpenSSL has: descriptors of sessions, the kernel's TLS, and memory that can be refused
// inside the engine.
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "with_openssl.h"

using namespace evlet_test;

namespace {

// ---- OpenSSL's memory, from before its first allocation on ----

long g_refuse_in;  // 0: never
bool g_refused;

bool refuses() {
    if (!g_refuse_in || --g_refuse_in)
        return false;
    g_refused = true;
    return true;
}

void* allocate(size_t size, const char*, int) {
    return refuses() ? nullptr : malloc(size);
}

void* resize(void* block, size_t size, const char*, int) {
    return refuses() ? nullptr : realloc(block, size);
}

void release(void* block, const char*, int) {
    ::free(block);
}

const int g_installed = CRYPTO_set_mem_functions(allocate, resize, release);

SSL* ssl_of(bufferevent* bev) {
    return bufferevent_openssl_get_ssl(bev);
}

// A connection that may have no memory. Whether both ends shook hands and the bytes arrived.
bool connect_without(long nth) {
    Base base;
    const RawPair raw;
    SocketStream client(tls_on(base, openssl_for_tests, Role::client, raw.fd[0]));
    SocketStream server(tls_on(base, openssl_for_tests, Role::server, raw.fd[1]));
    client.enable(EV_READ);
    server.enable(EV_READ);
    client.write("hello");
    const auto is_over = [](const SocketStream& stream) {
        return !stream.events.empty() && stream.events.back() != kConnected;
    };
    g_refused = false;
    g_refuse_in = nth;
    bool done = false;
    for (int i = 0; i < 3000 && !done; ++i) {
        event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
        done = server.input_length() == 5 || is_over(client) || is_over(server);
    }
    g_refuse_in = 0;
    CHECK(done);
    return server.input_length() == 5;
}

}  // namespace

TEST_CASE("without_memory_at_an_allocation_of_openssl_a_connection_ends_and_leaves_no_error") {
    REQUIRE(g_installed == 1);
    REQUIRE(connect_without(0));
    const long step = takes_its_time() ? 1 : 41;
    for (long nth = 1; nth == 1 || g_refused; nth += step) {
        CAPTURE(nth);
        (void)connect_without(nth);
        CHECK(ERR_peek_error() == 0);
        REQUIRE(nth < 100000);
    }
    CHECK(connect_without(0));
}

TEST_CASE("without_memory_in_openssl_no_stream_is_made_and_everything_remains") {
    Base base;
    const RawPair raw;
    const Fd near(raw.fd[0]), far(raw.fd[1]);
    bool made = false;
    for (long nth = 1; !made; ++nth) {
        SSL* const ssl = static_cast<SSL*>(openssl_for_tests.make(Role::client));
        g_refuse_in = nth;
        bufferevent* const bev =
            bufferevent_openssl_socket_new(base, near, ssl, BUFFEREVENT_SSL_CONNECTING, 0);
        g_refuse_in = 0;
        made = bev != nullptr;
        if (bev)
            bufferevent_free(bev);
        CHECK(ERR_peek_error() == 0);
        SSL_free(ssl);
        REQUIRE(nth < 100);
    }
}

TEST_CASE("without_memory_in_openssl_no_filter_is_made_and_what_is_below_is_as_it_was") {
    for (const int options : {0, int(BEV_OPT_CLOSE_ON_FREE)}) {
        int failures = 0;
        for (bool made = false; !made; ++failures) {
            REQUIRE(failures < 100);
            Base base;
            SocketPair sockets;
            Underlying below(base, sockets[0]);
            void* const session = openssl_for_tests.make(Role::client);
            g_refuse_in = failures + 1;
            bufferevent* const bev = openssl_for_tests.on_stream(
                base, below, session, BUFFEREVENT_SSL_CONNECTING, options);
            g_refuse_in = 0;
            made = bev != nullptr;
            if (!bev) {
                CHECK(ERR_peek_error() == 0);
                if (!options)
                    CHECK(openssl_for_tests.is_parted(session));
                below.check_unchanged(base, sockets[1]);
            } else {
                bufferevent_free(bev);
            }
            if (bev && options)
                below.disown();
            if (!options)
                openssl_for_tests.free(session);
        }
        CHECK(failures > 1);
    }
}

TEST_CASE("a_session_knows_the_descriptor_of_its_bufferevent") {
    Base base;
    const RawPair raw;
    const Fd far(raw.fd[1]);
    const SocketStream client(tls_on(base, openssl_for_tests, Role::client, raw.fd[0]));
    CHECK(SSL_get_fd(ssl_of(client)) == raw.fd[0]);
}

TEST_CASE("the_descriptor_of_a_session_is_taken") {
    Base base;
    const RawPair raw;
    SSL* const ssl = static_cast<SSL*>(openssl_for_tests.make(Role::client));
    REQUIRE(SSL_set_fd(ssl, raw.fd[0]) == 1);
    SocketStream client(bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_CONNECTING,
                                                       BEV_OPT_CLOSE_ON_FREE));
    CHECK(bufferevent_getfd(client) == raw.fd[0]);
    SocketStream server(tls_on(base, openssl_for_tests, Role::server, raw.fd[1]));
    REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
}

TEST_CASE("a_descriptor_other_than_the_sessions_is_refused") {
    Base base;
    const RawPair raw;
    const Fd near(raw.fd[0]), far(raw.fd[1]);
    SSL* const ssl = static_cast<SSL*>(openssl_for_tests.make(Role::client));
    REQUIRE(SSL_set_fd(ssl, near) == 1);
    CHECK(bufferevent_openssl_socket_new(base, far, ssl, BUFFEREVENT_SSL_CONNECTING, 0) == nullptr);
    CHECK(errno == EINVAL);
    SSL_free(ssl);
}

TEST_CASE("a_session_without_close_on_free_goes_on_by_itself") {
    Base base;
    const RawPair raw;
    const Fd near(raw.fd[0]);
    SSL* const ssl = static_cast<SSL*>(openssl_for_tests.make(Role::old_client));
    SocketStream server(tls_on(base, openssl_for_tests, Role::old_server, raw.fd[1]));
    server.enable(EV_READ);
    {
        SocketStream client(
            bufferevent_openssl_socket_new(base, near, ssl, BUFFEREVENT_SSL_CONNECTING, 0));
        REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
    }
    CHECK(SSL_get_fd(ssl) == near);
    CHECK(SSL_write(ssl, "by hand", 7) == 7);
    receive_exactly(base, server, "by hand");
    SSL_free(ssl);
}

TEST_CASE("bytes_behind_a_session_ticket_arrive_at_once") {
    Base base;
    const RawPair raw;
    SSL* const ssl = static_cast<SSL*>(openssl_for_tests.make(Role::client));
    SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
    SocketStream client(openssl_for_tests.on_socket(base, raw.fd[0], ssl, BUFFEREVENT_SSL_CONNECTING,
                                                    BEV_OPT_CLOSE_ON_FREE));
    SocketStream server(tls_on(base, openssl_for_tests, Role::server, raw.fd[1]));
    client.enable(EV_READ);
    server.enable(EV_READ);
    server.on_event = [&](short) { server.write("hello"); };
    receive_exactly(base, client, "hello");
}

#if defined(SSL_OP_ENABLE_KTLS)
// Whether the kernel takes part depends on the machine; the bytes have to arrive in any case.
TEST_CASE("sessions_that_may_use_the_kernels_tls_pass_bulk_and_ends") {
    Base base;
    TcpPair tcp;
    void* sessions[2] = {openssl_for_tests.make(Role::client),
                         openssl_for_tests.make(Role::server)};
    for (void* const session : sessions)
        SSL_set_options(static_cast<SSL*>(session), SSL_OP_ENABLE_KTLS);
    SocketStream client(openssl_for_tests.on_socket(
        base, dup(tcp[0]), sessions[0], BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE));
    SocketStream server(openssl_for_tests.on_socket(
        base, dup(tcp[1]), sessions[1], BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE));
    tcp.close(0);
    tcp.close(1);
    client.enable(EV_READ);
    server.enable(EV_READ);
    const std::string sent = bytes_of_size(500000);
    client.write(sent);
    receive_exactly(base, server, sent);
    server.write(sent);
    receive_exactly(base, client, sent);
    // The end of the transport without one of TLS.
    SSL_set_quiet_shutdown(ssl_of(server), 1);
    server.free();
    REQUIRE(run_until(base, [&] { return client.events.size() == 2; }));
    CHECK(client.events[1] == kReadError);
    CHECK(ERR_peek_error() == 0);
}
#endif
