// SPDX-License-Identifier: BSD-3-Clause
// Callbacks of the program that an engine calls in the middle of a step: what they may do to the
// bufferevent whose step it is.
#include <errno.h>

#include "tls_support.h"

using namespace evlet_test;

namespace {

// Calls `body` at the n-th call from within the engine's steps for a session. Until the end of the
// scope; one at a time.
class Within {
public:
    Within(const TestEngine& engine, const void* session, long nth, std::function<void()> body)
        : engine_(engine), body_(std::move(body)), left_(nth),
          possible_(engine.call_within(session, told, this)) {}
    ~Within() { engine_.call_within(nullptr, nullptr, nullptr); }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;
    [[nodiscard]] bool met() const { return left_ <= 0; }
    [[nodiscard]] bool possible() const { return possible_; }

private:
    static void told(void* argument) {
        auto& self = *static_cast<Within*>(argument);
        if (--self.left_ == 0)
            self.body_();
    }
    const TestEngine& engine_;
    const std::function<void()> body_;
    long left_;
    const bool possible_;
};

long next(long nth) {
    return takes_its_time() ? nth + 1 : nth + 1 + nth / 8;
}

bool is_over(const SocketStream& stream) {
    return !stream.events.empty() && stream.events.back() != kConnected;
}

// A connection with bytes both ways and a close, whose client is freed at a call from within its
// engine. Whether it came to that.
bool free_client_at(const Pairing& with, Over over, long nth) {
    Base base;
    TlsPair pair(base, with, over);
    const Within within(with.client, with.client.session_of(pair.client), nth,
                        [&] { pair.client.free(); });
    REQUIRE(within.possible());
    std::string got;
    pair.server.on_read = [&] {
        got += pair.server.take();
        if (got.size() == 20000) {
            pair.server.write("answer");
            bufferevent_flush(pair.server, EV_WRITE, BEV_FINISHED);
        }
    };
    pair.client.write(bytes_of_size(20000));
    REQUIRE(run_until(base, [&] { return within.met() || is_over(pair.client); }));
    settle(base);
    CHECK((within.met() || pair.client.saw(kReadEof)));
    // In the middle of a step there is no room for a close_notify.
    CHECK(!pair.server.saw(kReadEof));
    return within.met();
}

bool can_call_within(const TestEngine& engine) {
    const bool possible = engine.call_within(nullptr, nullptr, nullptr);
    if (!possible)
        MESSAGE("skipped: this engine was built without callbacks of this kind");
    return possible;
}

}  // namespace

TLS_TEST("a_stream_may_be_freed_at_any_call_from_within_the_engine") {
    if (!can_call_within(with.client))
        return;
    for (const Over over : every_transport()) {
#if EVLET_MEM_HOOKS
        const FailingMemory memory;
        const long before = memory.outstanding();
#endif
        long nth = 1;
        while (free_client_at(with, over, nth))
            nth = next(nth);
        CHECK(nth > 5);
#if EVLET_MEM_HOOKS
        CHECK(memory.outstanding() == before);
#endif
    }
}

namespace {

// A handshake that fails, over the ends of a pair that are used when the filters have gone: the
// client's within its engine. Whether it came to that.
bool free_filter_at(const Pairing& with, long nth) {
    Base base;
    bufferevent* ends[2];
    REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
    SocketStream below(ends[0]), peer(ends[1]);
    void* const sessions[2] = {with.client.make(Role::careful_client),
                               with.server.make_server("self-signed")};
    bool met = false;
    {
        SocketStream client(
            with.client.on_stream(base, below, sessions[0], BUFFEREVENT_SSL_CONNECTING, 0));
        SocketStream server(
            with.server.on_stream(base, peer, sessions[1], BUFFEREVENT_SSL_ACCEPTING, 0));
        const Within within(with.client, sessions[0], nth, [&] { client.free(); });
        REQUIRE(run_until(base, [&] { return within.met() || is_over(client); }));
        settle(base);
        met = within.met();
        CHECK(is_over(client) != met);
    }
    with.client.free(sessions[0]);
    with.server.free(sessions[1]);
    below.listen_to_all();
    below.enable(EV_READ);
    settle(base);
    below.take();
    peer.write("plain");
    REQUIRE(run_until(base, [&] { return below.input_length() >= 5; }));
    CHECK(below.take() == "plain");
    return met;
}

}  // namespace

TLS_TEST("what_is_below_goes_on_when_its_filter_is_freed_within_a_handshake_that_fails") {
    if (!can_call_within(with.client))
        return;
    long nth = 1;
    while (free_filter_at(with, nth))
        nth = next(nth);
    CHECK(nth > 5);
}

TLS_TEST("what_was_read_cannot_be_taken_from_within_the_engine") {
    if (!can_call_within(with.server))
        return;
    Base base;
    TlsPair pair(base, with);
    pair.connect();
    pair.client.write("first");
    REQUIRE(run_until(base, [&] { return pair.server.input_length() == 5; }));
    bool taken = false;
    const Within within(with.server, with.server.session_of(pair.server), 1, [&] {
        taken = evbuffer_drain(pair.server.input(), 5) == 0;
    });
    pair.client.write("second");
    REQUIRE(run_until(base, [&] { return pair.server.input_length() >= 11; }));
    CHECK(within.met());
    CHECK_FALSE(taken);
    CHECK(pair.server.take() == "firstsecond");
}

TLS_TEST("within_the_engine_no_other_descriptor_is_taken") {
    NEEDS(system_descriptors);
    if (!can_call_within(with.client))
        return;
    for (const Over over : {Over::sockets, Over::filtered_sockets})
        for (const bool open : {false, true}) {
            Base base;
            Peer listener(Peer::listens, AF_INET);
            const RawPair spare;
            const Fd near(spare.fd[0]), far(spare.fd[1]);
            TlsPair pair(base, with, over);
            SocketStream& client = pair.client;
            const evutil_socket_t fd = bufferevent_getfd(client);
            if (open)
                pair.connect();
            const Within within(with.client, with.client.session_of(client), open ? 1 : 3, [&] {
                for (const evutil_socket_t other : {static_cast<evutil_socket_t>(near), -1}) {
                    errno = 0;
                    CHECK(bufferevent_setfd(client, other) == -1);
                    CHECK(errno == EINVAL);
                    CHECK(bufferevent_replacefd(client, other) == -1);
                }
                // What is there already is to be waited for, or an address.
                CHECK(bufferevent_socket_connect(client, nullptr, 0) == -1);
                CHECK(bufferevent_socket_connect(client, listener.address().get(),
                                                 listener.address().length()) == -1);
                CHECK(bufferevent_socket_connect_hostname(client, nullptr, AF_INET, "127.0.0.1",
                                                          listener.port()) == -1);
                CHECK(bufferevent_getfd(client) == fd);
            });
            if (!open)
                pair.connect();
            client.write("ping");
            receive_exactly(base, pair.server, "ping");
            pair.server.write("pong");
            receive_exactly(base, client, "pong");
            CHECK(within.met());
            CHECK(client.events == std::vector<short>{kConnected});
            CHECK(is_open(fd));
            CHECK(!is_ready(listener.fd(), POLLIN, 0));
        }
}

TLS_TEST("within_the_call_that_asks_for_another_handshake_no_other_descriptor_is_taken") {
    if (!can_call_within(with.client))
        return;
    Base base;
    const RawPair spare;
    const Fd near(spare.fd[0]), far(spare.fd[1]);
    TlsPair pair(base, with, Over::sockets, 0, Role::old_client, Role::old_server);
    pair.connect();
    {
        // Not every engine has something to tell there.
        const Within within(with.client, with.client.session_of(pair.client), 1,
                            [&] { CHECK(bufferevent_setfd(pair.client, near) == -1); });
        (void)with.client.renegotiate(pair.client);
    }
    CHECK(bufferevent_getfd(pair.client) != near);
    pair.client.write("ping");
    receive_exactly(base, pair.server, "ping");
}
