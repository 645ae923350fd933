// SPDX-License-Identifier: BSD-3-Clause
// Ends of bufferevents: in each callback, at each moment, with and without what they own.
#include "tls_support.h"

using namespace evlet_test;

TLS_TEST("a_stream_may_be_freed_in_each_of_its_callbacks") {
    for (const Over over : every_transport())
        for (const int options : {0, int(BEV_OPT_DEFER_CALLBACKS)})
            for (int which = 0; which < 4; ++which) {
                CAPTURE(which);
                Base base;
                TlsPair pair(base, with, over, options);
                SocketStream& stream = pair.client;
                bool freed = false;
                const auto free_it = [&] {
                    stream.free();
                    freed = true;
                };
                stream.on_event = [&](short what) {
                    if ((which == 0) == (what == kConnected))
                        free_it();
                };
                if (which == 1)
                    stream.on_read = free_it;
                if (which == 2)
                    stream.on_write = free_it;
                pair.server.on_event = [&](short what) {
                    if (what != kConnected)
                        return;
                    pair.server.write(bytes_of_size(50000));
                    if (which == 3)
                        bufferevent_flush(pair.server, EV_WRITE, BEV_FINISHED);
                };
                if (which == 3)
                    stream.on_read = [&] { stream.take(); };
                stream.write("something to send");
                REQUIRE(run_until(base, [&] { return freed; }));
                settle(base);
            }
}

TLS_TEST("a_stream_may_be_freed_after_any_number_of_turns") {
    for (const Over over : every_transport())
        for (int turns = 0; turns < 8; ++turns) {
            Base base;
            TlsPair pair(base, with, over);
            pair.client.write(bytes_of_size(30000));
            for (int i = 0; i < turns; ++i)
                pass(base);
            pair.client.free();
            for (int i = 0; i < 6; ++i)
                pass(base);
        }
}

TLS_TEST("streams_and_their_base_may_go_in_either_order") {
    for (const Over over : every_transport()) {
        auto base = std::make_unique<Base>();
        TlsPair pair(*base, with, over);
        for (int i = 0; i < 3; ++i)
            pass(*base);
        pair.client.write("pending");
        if (over != Over::sockets) {
            pair.client.free();
            pair.server.free();
        }
        pair.client.free();
        pair.server.free();
        base.reset();
    }
}

TLS_TEST("without_close_on_free_session_and_socket_remain") {
    NEEDS(system_descriptors);
    Base base;
    const RawPair raw;
    const Fd near(raw.fd[0]), far(raw.fd[1]);
    void* const session = with.client.make(Role::client);
    {
        const SocketStream client(
            with.client.on_socket(base, near, session, BUFFEREVENT_SSL_CONNECTING, 0));
        CHECK(with.client.session_of(client) == session);
        settle(base);
    }
    CHECK(is_open(near));
    with.client.free(session);
}

TLS_TEST("close_on_free_closes_the_socket") {
    NEEDS(system_descriptors);
    Base base;
    const RawPair raw;
    const Fd far(raw.fd[1]);
    {
        const SocketStream client(tls_on(base, with.client, Role::client, raw.fd[0]));
        settle(base);
    }
    CHECK(!is_open(raw.fd[0]));
    receive_all(far);
    CHECK(at_end(far));
}

TLS_TEST("a_filter_without_close_on_free_leaves_what_it_stood_on") {
    Base base;
    bufferevent* ends[2];
    REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
    SocketStream below(ends[0]), peer(ends[1]);
    void* const session = with.client.make(Role::client);
    bufferevent* const bev =
        with.client.on_stream(base, below, session, BUFFEREVENT_SSL_CONNECTING, 0);
    REQUIRE(bev);
    CHECK(bufferevent_get_underlying(bev) == below.get());
    settle(base);
    bufferevent_free(bev);
    with.client.free(session);
    below.listen_to_all();
    peer.enable(EV_READ);
    below.enable(EV_READ);
    settle(base);
    peer.take();
    below.write("plain");
    REQUIRE(run_until(base, [&] { return peer.input_length() == 5; }));
    peer.write("plain too");
    REQUIRE(run_until(base, [&] { return below.reads > 0; }));
    CHECK(below.take() == "plain too");
}

TLS_TEST("a_reference_keeps_a_freed_stream_until_it_is_dropped") {
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    bufferevent* const kept = pair.client;
    bufferevent_incref(kept);
    pair.client.free();
    pair.server.write("unheard");
    settle(base);
    CHECK(bufferevent_decref(kept) == 1);
    settle(base);
}
