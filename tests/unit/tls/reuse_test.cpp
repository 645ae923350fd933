// SPDX-License-Identifier: BSD-3-Clause
// One bufferevent and session for several connections, one after the other.
#include <functional>

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

namespace {

// What follows upon a connection that failed, and whether its errors can be told afterwards.
struct Next {
    const char* what;
    bool tells;
    std::function<int(bufferevent*, evutil_socket_t fd, const Peer& listener)> begin;
};

}  // namespace

TLS_TEST("errors_are_told_until_the_next_connection_begins") {
    NEEDS(system_descriptors);
    const Next all[] = {
        {"nothing", true, [](bufferevent*, evutil_socket_t, const Peer&) { return 0; }},
        {"no descriptor", true,
         [](bufferevent* bev, evutil_socket_t, const Peer&) { return bufferevent_setfd(bev, -1); }},
        {"reading", true,
         [](bufferevent* bev, evutil_socket_t, const Peer&) {
             return bufferevent_enable(bev, EV_READ);
         }},
        {"a descriptor", false,
         [](bufferevent* bev, evutil_socket_t fd, const Peer&) {
             return bufferevent_setfd(bev, fd);
         }},
        {"another descriptor", false,
         [](bufferevent* bev, evutil_socket_t fd, const Peer&) {
             return bufferevent_replacefd(bev, fd);
         }},
        {"an address", false,
         [](bufferevent* bev, evutil_socket_t, const Peer& listener) {
             REQUIRE(bufferevent_setfd(bev, -1) == 0);
             return bufferevent_socket_connect(bev, listener.address().get(),
                                               listener.address().length());
         }},
        {"a name", false, [](bufferevent* bev, evutil_socket_t, const Peer& listener) {
             REQUIRE(bufferevent_setfd(bev, -1) == 0);
             return bufferevent_socket_connect_hostname(bev, nullptr, AF_INET, "127.0.0.1",
                                                        listener.port());
         }}};
    for (const Next& next : all) {
        CAPTURE(next.what);
        Base base;
        const Peer listener(Peer::listens, AF_INET);
        const RawPair first, second;
        const Fd near(first.fd[0]), far(first.fd[1]), other(second.fd[0]), peer(second.fd[1]);
        void* const session = with.client.make(Role::client);
        {
            SocketStream client(
                with.client.on_socket(base, near, session, BUFFEREVENT_SSL_CONNECTING, 0));
            client.enable(EV_READ);
            send_some(far, "this is no handshake at all");
            REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
            REQUIRE(next.begin(client, other, listener) == 0);
            CHECK((with.client.error(client) != 0) == next.tells);
            const evutil_socket_t fd = bufferevent_getfd(client);
            const Fd of_its_own(fd == near || fd == other ? -1 : fd);
            REQUIRE(bufferevent_setfd(client, -1) == 0);
        }
        settle(base);
        with.client.free(session);
    }
}

TLS_TEST("errors_of_a_filter_are_told_until_it_is_given_another_descriptor") {
    NEEDS(system_descriptors);
    Base base;
    const RawPair first, second;
    const Fd left(first.fd[0]), far(first.fd[1]), peer(second.fd[1]);
    SocketStream client(tls_over(base, with.client, Role::client,
                                 bufferevent_socket_new(base, first.fd[0], BEV_OPT_CLOSE_ON_FREE)));
    for (const bool another : {false, true}) {
        client.events.clear();
        client.enable(EV_READ);
        send_some(far, "this is no handshake at all");
        REQUIRE(run_until(base, [&] { return !client.events.empty(); }));
        REQUIRE(bufferevent_setfd(client, -1) == 0);
        if (!another)
            CHECK(with.client.error(client) != 0);
        REQUIRE(bufferevent_setfd(client, another ? second.fd[0] : first.fd[0]) == 0);
    }
    CHECK(with.client.error(client) == 0);
}
