// SPDX-License-Identifier: BSD-3-Clause
// One bufferevent and session for several connections, one after the other.
#include "tls_support.h"

using namespace evlet_test;

TLS_TEST("another_descriptor_begins_another_connection_with_the_same_session") {
    Base base;
    SocketStream client(tls_on(base, with.client, Role::client, -1));
    client.enable(EV_READ);
    for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        client.events.clear();
        const RawPair raw;
        REQUIRE(bufferevent_replacefd(client, raw.fd[0]) == 0);
        CHECK(bufferevent_getfd(client) == raw.fd[0]);
        SocketStream server(tls_on(base, with.server, Role::server, raw.fd[1]));
        server.enable(EV_READ);
        REQUIRE(run_until(base, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
        client.write("ping");
        receive_exactly(base, server, "ping");
        server.write("pong");
        receive_exactly(base, client, "pong");
        if (i == 1) {
            // An end that was reported in between changes nothing.
            server.free();
            REQUIRE(run_until(base, [&] { return client.saw(kReadEof); }));
            client.enable(EV_READ);
        }
    }
}

TLS_TEST("a_session_that_failed_may_serve_another_connection") {
    Base base;
    const RawPair first;
    SocketStream server(tls_on(base, with.server, Role::server, first.fd[0]));
    server.enable(EV_READ);
    const Fd peer(first.fd[1]);
    send_some(peer, "this is no handshake at all");
    REQUIRE(run_until(base, [&] { return !server.events.empty(); }));
    CHECK(server.events[0] == kReadError);

    const RawPair second;
    REQUIRE(bufferevent_replacefd(server, second.fd[0]) == 0);
    server.enable(EV_READ | EV_WRITE);
    SocketStream client(tls_on(base, with.client, Role::client, second.fd[1]));
    client.write("better");
    receive_exactly(base, server, "better");
    CHECK(with.server.error(server) == 0);
}

TLS_TEST("replacing_closes_the_old_descriptor_and_setting_does_not") {
    NEEDS(system_descriptors);
    Base base;
    const RawPair one, two;
    const Fd far_one(one.fd[1]), far_two(two.fd[1]);
    const SocketStream client(tls_on(base, with.client, Role::client, one.fd[0]));
    settle(base);
    REQUIRE(bufferevent_setfd(client, two.fd[0]) == 0);
    CHECK(is_open(one.fd[0]));
    const Fd left(one.fd[0]);
    REQUIRE(bufferevent_replacefd(client, -1) == 0);
    CHECK(!is_open(two.fd[0]));
    CHECK(bufferevent_getfd(client) == -1);
    settle(base);
}

TLS_TEST("a_descriptor_may_be_replaced_in_the_callback_that_reads") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    const RawPair raw;
    SocketStream next(tls_on(base, with.client, Role::client, raw.fd[1]));
    pair.server.on_read = [&] {
        CHECK(pair.server.take() == "and goodbye");
        REQUIRE(bufferevent_replacefd(pair.server, raw.fd[0]) == 0);
    };
    pair.client.write("and goodbye");
    bufferevent_flush(pair.client, EV_WRITE, BEV_FINISHED);
    REQUIRE(run_until(base, [&] { return pair.server.reads == 1; }));
    next.write("hello");
    receive_exactly(base, pair.server, "hello");
    // The end of the first connection is not told as that of the second.
    CHECK(!pair.server.saw(kReadEof));
}

TLS_TEST("a_filter_takes_another_descriptor_below") {
    NEEDS(system_descriptors);
    Base base;
    const RawPair one, two;
    const Fd far(one.fd[1]);
    SocketStream client(tls_over(base, with.client, Role::client,
                                 bufferevent_socket_new(base, one.fd[0], BEV_OPT_CLOSE_ON_FREE)));
    settle(base);
    REQUIRE(bufferevent_setfd(client, two.fd[0]) == 0);
    const Fd left(one.fd[0]);
    CHECK(bufferevent_getfd(client) == two.fd[0]);
    evbuffer_drain(bufferevent_get_output(bufferevent_get_underlying(client)), SIZE_MAX);
    SocketStream server(tls_on(base, with.server, Role::server, two.fd[1]));
    client.write("moved");
    server.enable(EV_READ);
    receive_exactly(base, server, "moved");
}
