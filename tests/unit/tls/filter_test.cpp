// SPDX-License-Identifier: BSD-3-Clause
// TLS on top of other bufferevents, and under them.
#include "tls_support.h"

using namespace evlet_test;

TLS_TEST("tls_over_tls_passes_bulk") {
    Base base;
    const RawPair raw;
    SocketStream client(tls_over(base, with.client, Role::client,
                                 tls_on(base, with.client, Role::client, raw.fd[0])));
    SocketStream server(tls_over(base, with.server, Role::server,
                                 tls_on(base, with.server, Role::server, raw.fd[1])));
    client.enable(EV_READ);
    server.enable(EV_READ);
    CHECK(bufferevent_getfd(client) == raw.fd[0]);
    const std::string sent = bytes_of_size(300000);
    client.write(sent);
    receive_exactly(base, server, sent);
    server.write(sent);
    receive_exactly(base, client, sent);
}

TLS_TEST("watermarks_of_what_is_below_do_not_stop_records") {
    for (const size_t high : {1, 100}) {
        Base base;
        bufferevent* ends[2];
        REQUIRE(bufferevent_pair_new(base, BEV_OPT_CLOSE_ON_FREE, ends) == 0);
        for (bufferevent* end : ends) {
            bufferevent_setwatermark(end, EV_READ, 1000, high);
            bufferevent_setwatermark(end, EV_WRITE, 0, high);
        }
        SocketStream client(tls_over(base, with.client, Role::client, ends[0]));
        SocketStream server(tls_over(base, with.server, Role::server, ends[1]));
        client.enable(EV_READ);
        server.enable(EV_READ);
        client.write("through a needle's eye");
        receive_exactly(base, server, "through a needle's eye");
    }
}

TLS_TEST("a_slow_reader_below_keeps_the_output_unencrypted") {
    Base base;
    TlsPair pair(base, with, Over::pair);
    pair.connect();
    bufferevent_disable(pair.server, EV_READ);
    pair.client.write(bytes_of_size(1000000));
    for (int i = 0; i < 50; ++i)
        pass(base);
    bufferevent* const below = bufferevent_get_underlying(pair.client);
    CHECK(evbuffer_get_length(bufferevent_get_output(below)) <= 70000);
    CHECK(pair.client.output_length() > 500000);
}

TLS_TEST("the_end_of_what_is_below_is_an_error_without_a_close") {
    for (const bool allowed : {false, true}) {
        Base base;
        TlsPair pair(base, with, Over::pair);
        pair.connect();
        with.server.allow_dirty(pair.server, allowed);
        bufferevent* const below = bufferevent_get_underlying(pair.client);
        pair.client.write("read me first");
        REQUIRE(run_until(base, [&] { return pair.client.output_length() == 0; }));
        bufferevent_flush(below, EV_WRITE, BEV_FINISHED);
        REQUIRE(run_until(base, [&] { return pair.server.events.size() == 2; }));
        CHECK(pair.server.events[1] == (allowed ? kReadEof : kReadError));
        CHECK(pair.server.take() == "read me first");
    }
}

TLS_TEST("a_close_asked_for_before_the_handshake_comes_behind_what_was_written") {
    for (const Over over : every_transport()) {
        Base base;
        TlsPair pair(base, with, over);
        pair.client.write("the first and the last");
        bufferevent_flush(pair.client, EV_WRITE, BEV_FINISHED);
        receive_exactly(base, pair.server, "the first and the last");
        REQUIRE(run_until(base, [&] { return pair.server.events.size() == 2; }));
        CHECK(pair.server.events[0] == kConnected);
        CHECK(pair.server.events[1] == kReadEof);
    }
}

TLS_TEST("a_filter_waits_for_the_connection_below") {
    NEEDS(system_descriptors);
    Base base;
    Peer peer(Peer::listens, AF_INET);
    bufferevent* const below = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    SocketStream client(tls_over(base, with.client, Role::client, below));
    client.enable(EV_READ);
    client.write("hello");
    REQUIRE(bufferevent_socket_connect(below, peer.address().get(), peer.address().length()) == 0);
    Fd accepted = peer.accept();
    REQUIRE(evutil_make_socket_nonblocking(accepted) == 0);
    SocketStream server(tls_on(base, with.server, Role::server, accepted.release()));
    server.enable(EV_READ);
    receive_exactly(base, server, "hello");
    CHECK(client.saw(kConnected));
}

TLS_TEST("a_filter_that_cannot_be_made_leaves_what_is_below_alone") {
    Base base;
    bufferevent* ends[2];
    REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
    const SocketStream below(ends[0]), peer(ends[1]);
    // The session was handed over, and is freed.
    CHECK(with.client.on_stream(base, below, with.client.make(Role::client),
                                BUFFEREVENT_SSL_CONNECTING,
                                BEV_OPT_CLOSE_ON_FREE | BEV_OPT_UNLOCK_CALLBACKS) == nullptr);
    CHECK(errno == EINVAL);
    // This one was not.
    void* const session = with.client.make(Role::client);
    CHECK(with.client.on_stream(base, below, session, BUFFEREVENT_SSL_CONNECTING,
                                BEV_OPT_UNLOCK_CALLBACKS) == nullptr);
    with.client.free(session);
    CHECK(bufferevent_get_enabled(below) == EV_WRITE);
}
