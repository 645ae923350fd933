// SPDX-License-Identifier: BSD-3-Clause
// Shaking hands: when it is reported, and what comes of peers that do not.
#include "tls_support.h"

using namespace evlet_test;

TLS_TEST("both_ends_hear_once_that_they_are_connected") {
    for (const Over over : every_transport())
        for (const int options : all_options()) {
            if (options & BEV_OPT_THREADSAFE)
                continue;
            Base base;
            TlsPair pair(base, with, over, options);
            pair.connect();
            settle(base);
            CHECK(pair.client.events == std::vector<short>{kConnected});
            CHECK(pair.server.events == std::vector<short>{kConnected});
            CHECK(with.client.is_clean());
        }
}

TLS_TEST("hands_are_shaken_although_nobody_reads") {
    Base base;
    for (const Over over : every_transport()) {
        TlsPair pair(base, with, over);
        bufferevent_disable(pair.client, EV_READ | EV_WRITE);
        bufferevent_disable(pair.server, EV_READ | EV_WRITE);
        pair.connect();
        CHECK(bufferevent_get_enabled(pair.client) == 0);
    }
}

TLS_TEST("what_was_written_before_arrives_after_the_handshake") {
    Base base;
    for (const Over over : every_transport()) {
        TlsPair pair(base, with, over);
        pair.client.write("from the client");
        pair.server.write("from the server");
        receive_exactly(base, pair.server, "from the client");
        receive_exactly(base, pair.client, "from the server");
        CHECK(pair.client.order.substr(0, 1) == "e");
        CHECK(pair.server.order.substr(0, 1) == "e");
    }
}

TLS_TEST("a_stream_is_born_writing_and_asks_nobody_to_read") {
    Base base;
    const RawPair raw;
    const SocketStream client(tls_on(base, with.client, Role::client, raw.fd[0]));
    const SocketStream server(tls_on(base, with.server, Role::server, raw.fd[1]));
    CHECK(bufferevent_get_enabled(client) == EV_WRITE);
    CHECK(bufferevent_get_enabled(server) == EV_WRITE);
    CHECK(bufferevent_getfd(client) == raw.fd[0]);
    CHECK(bufferevent_get_underlying(client) == nullptr);
    CHECK(bufferevent_get_base(client) == base.get());
}

TLS_TEST("connecting_is_reported_when_hands_have_been_shaken") {
    NEEDS(system_descriptors);
    Base base;
    for (const bool by_name : {false, true}) {
        Peer peer(Peer::listens, AF_INET);
        SocketStream client(tls_on(base, with.client, Role::client, -1));
        client.enable(EV_READ);
        client.write("hello");
        if (by_name)
            REQUIRE(bufferevent_socket_connect_hostname(client, nullptr, AF_INET, "127.0.0.1",
                                                        peer.port()) == 0);
        else
            REQUIRE(bufferevent_socket_connect(client, peer.address().get(),
                                               peer.address().length()) == 0);
        REQUIRE(run_until(base, [&] { return is_ready(peer.fd(), POLLIN, 0); }));
        Fd accepted = peer.accept();
        REQUIRE(evutil_make_socket_nonblocking(accepted) == 0);
        for (int i = 0; i < 10; ++i)
            pass(base);
        CHECK(client.events.empty());
        CHECK(bufferevent_getfd(client) >= 0);
        SocketStream server(tls_on(base, with.server, Role::server, accepted.release()));
        server.enable(EV_READ);
        receive_exactly(base, server, "hello");
        CHECK(client.events == std::vector<short>{kConnected});
    }
}

TLS_TEST("a_bound_descriptor_is_connected_by_name_before_hands_are_shaken") {
    NEEDS(system_descriptors);
    Base base;
    Peer peer(Peer::listens, AF_INET);
    const evutil_socket_t fd = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(evutil_make_socket_nonblocking(fd) == 0);
    sockaddr_in local = {};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0);
    SocketStream client(tls_on(base, with.client, Role::client, fd));
    client.enable(EV_READ);
    client.write("hello");
    REQUIRE(bufferevent_socket_connect_hostname(client, nullptr, AF_INET, "127.0.0.1",
                                                peer.port()) == 0);
    REQUIRE(run_until(base, [&] {
        return is_ready(peer.fd(), POLLIN, 0) || !client.events.empty();
    }));
    REQUIRE(client.events.empty());
    Fd accepted = peer.accept();
    REQUIRE(evutil_make_socket_nonblocking(accepted) == 0);
    SocketStream server(tls_on(base, with.server, Role::server, accepted.release()));
    server.enable(EV_READ);
    receive_exactly(base, server, "hello");
    CHECK(bufferevent_getfd(client) == fd);
    CHECK(client.events == std::vector<short>{kConnected});
}

TLS_TEST("a_refused_connection_is_an_error_and_the_next_may_succeed") {
    NEEDS(system_descriptors);
    Base base;
    const Peer nobody(Peer::refuses, AF_INET);
    SocketStream client(tls_on(base, with.client, Role::client, -1));
    REQUIRE(bufferevent_socket_connect(client, nobody.address().get(), nobody.address().length()) ==
            0);
    REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
    CHECK(client.events == std::vector<short>{BEV_EVENT_ERROR});
    CHECK(client.errors[0] == ECONNREFUSED);

    Peer peer(Peer::listens, AF_INET);
    REQUIRE(bufferevent_socket_connect(client, peer.address().get(), peer.address().length()) == 0);
    Fd accepted = peer.accept();
    REQUIRE(evutil_make_socket_nonblocking(accepted) == 0);
    SocketStream server(tls_on(base, with.server, Role::server, accepted.release()));
    REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
}

TLS_TEST("a_certificate_that_is_not_trusted_ends_the_handshake_on_both_sides") {
    Base base;
    for (const char* certificate : {"expired", "other", "self-signed", "server"}) {
        CAPTURE(certificate);
        const bool good = std::string(certificate) == "server";
        const RawPair raw;
        SocketStream client(tls_on(base, with.client, Role::careful_client, raw.fd[0]));
        SocketStream server(
            with.server.on_socket(base, raw.fd[1], with.server.make_server(certificate),
                                  BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE));
        client.enable(EV_READ);
        server.enable(EV_READ);
        REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
        CHECK(client.events[0] == (good ? kConnected : kReadError));
        if (!good)
            CHECK(with.client.error(client) != 0);
        client.free();
        REQUIRE(run_until(
            base, [&] { return !server.events.empty() && server.events.back() != kConnected; }));
        CHECK(with.client.is_clean());
        CHECK(with.server.is_clean());
    }
}

TLS_TEST("a_chain_of_rsa_certificates_is_shown_and_accepted") {
    Base base;
    const RawPair raw;
    SocketStream client(tls_on(base, with.client, Role::client, raw.fd[0]));
    SocketStream server(with.server.on_socket(base, raw.fd[1], with.server.make_server("rsa"),
                                              BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE));
    REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
}

TLS_TEST("bytes_that_are_no_tls_are_an_error_that_is_told_once") {
    Base base;
    for (const char* garbage :
         {"GET / HTTP/1.0\r\n\r\n", "\x16\x03\x01\xff\xff garbage behind a header",
          "\x15\x03\x03\x00\x02\x02\x28"}) {
        for (const bool accepts : {false, true}) {
            const RawPair raw;
            const Fd peer(raw.fd[1]);
            const TestEngine& engine = accepts ? with.server : with.client;
            SocketStream stream(
                tls_on(base, engine, accepts ? Role::server : Role::client, raw.fd[0]));
            stream.enable(EV_READ);
            REQUIRE(::send(peer, garbage, 7, MSG_NOSIGNAL) == 7);
            settle(base);
            send_some(peer, garbage + 7);
            shutdown(peer, SHUT_WR);
            REQUIRE(run_until(base, [&] { return !stream.events.empty(); }));
            settle(base);
            CHECK(stream.events == std::vector<short>{kReadError});
            CHECK(bufferevent_get_enabled(stream) == 0);
            CHECK(engine.is_clean());
            // Nothing more is done for it.
            stream.write("into the void");
            stream.enable(EV_READ | EV_WRITE);
            settle(base);
            CHECK(stream.events.size() == 1);
        }
    }
}

TLS_TEST("hands_may_be_shaken_again_where_tls_has_that") {
    Base base;
    for (const bool by_client : {true, false}) {
        CAPTURE(by_client);
        TlsPair pair(base, with, Over::sockets, 0, Role::old_client, Role::old_server);
        pair.connect();
        pair.client.write("before");
        receive_exactly(base, pair.server, "before");
        SocketStream& asks = by_client ? pair.client : pair.server;
        const TestEngine& engine = by_client ? with.client : with.server;
        REQUIRE(engine.renegotiate(asks) == 0);
        pair.server.write("meanwhile");
        receive_exactly(base, pair.client, "meanwhile");
        REQUIRE(run_until(base, [&] { return asks.events.size() == 2; }));
        CHECK(asks.events[1] == kConnected);
        const std::string behind = bytes_of_size(100000);
        pair.client.write(behind);
        receive_exactly(base, pair.server, behind);
        pair.server.write(behind);
        receive_exactly(base, pair.client, behind);
    }
}

TLS_TEST("connection_that_cannot_shake_hands_again_goes_on") {
    Base base;
    for (const bool by_client : {true, false}) {
        CAPTURE(by_client);
        TlsPair pair(base, with);
        pair.connect();
        const TestEngine& engine = by_client ? with.client : with.server;
        if (engine.renegotiate(by_client ? pair.client : pair.server) == 0)
            continue;  // it is not one of TLS 1.3
        pair.client.write("ping");
        receive_exactly(base, pair.server, "ping");
        pair.server.write("pong");
        receive_exactly(base, pair.client, "pong");
    }
}

TLS_TEST("hands_cannot_be_shaken_again_before_they_were_shaken_at_all") {
    Base base;
    const RawPair raw;
    const Fd peer(raw.fd[1]);
    const SocketStream stream(tls_on(base, with.client, Role::old_client, raw.fd[0]));
    CHECK(with.client.renegotiate(stream) == -1);
    const SocketStream plain(base, -1);
    CHECK(with.client.renegotiate(plain) == -1);
}

TLS_TEST("an_open_session_goes_on_where_it_was") {
    Base base;
    RawPair raw;
    void* client_session;
    {
        // Shaken by a bufferevent that is then freed without the session.
        client_session = with.client.make(Role::old_client);
        SocketStream client(
            with.client.on_socket(base, raw.fd[0], client_session, BUFFEREVENT_SSL_CONNECTING, 0));
        SocketStream server(tls_on(base, with.server, Role::old_server, raw.fd[1]));
        server.enable(EV_READ);
        REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
        client.free();
        SocketStream next(with.client.on_socket(base, raw.fd[0], client_session,
                                                BUFFEREVENT_SSL_OPEN, BEV_OPT_CLOSE_ON_FREE));
        next.enable(EV_READ);
        next.write("ping");
        receive_exactly(base, server, "ping");
        server.write("pong");
        receive_exactly(base, next, "pong");
        CHECK(next.events.empty());
    }
}
