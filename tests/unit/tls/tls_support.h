// SPDX-License-Identifier: BSD-3-Clause
// What the tests of TLS share: the engines behind one table, pairs of streams that talk TLS over
// every kind of transport, and a wire between two ends that the test cuts where it wants. The same
// tests are linked into programs with one engine, with the other, and with one against the other:
// see pairings().
#pragma once

#include <event2/bufferevent_ssl.h>
#include <evlet/tls.h>
#include <stdlib.h>

#include <memory>

#include "stream/socket_support.h"

namespace evlet_test {

enum class Role {
    client,         // verifies nothing
    server,         // shows server.pem
    old_client,     // TLS 1.2, may be asked to shake hands again
    old_server,     // likewise
    careful_client  // trusts ca.pem alone
};

struct TestEngine {
    const char* name;
    void* (*make)(Role role);
    void (*free)(void* session);
    bufferevent* (*on_socket)(event_base*, evutil_socket_t, void* session, bufferevent_ssl_state,
                              int options);
    bufferevent* (*on_stream)(event_base*, bufferevent*, void* session, bufferevent_ssl_state,
                              int options);
    void* (*session_of)(bufferevent*);
    unsigned long (*error)(bufferevent*);
    int (*renegotiate)(bufferevent*);
    int (*allows_dirty)(bufferevent*);
    void (*allow_dirty)(bufferevent*, int);
    // Whether the engine holds no error that somebody else could take for his.
    bool (*is_clean)();
    void (*leave_an_error)();
    // The session of a server that shows a certificate of tests/vectors/tls.
    void* (*make_server)(const char* certificate);
    // Whether the session has let go of every bufferevent.
    bool (*is_parted)(const void* session);
    // Has the engine call `call(argument)` again and again in the middle of its steps, for one
    // session at a time; null: for none any more. False if this engine cannot do that.
    bool (*call_within)(const void* session, void (*call)(void*), void* argument);
    // A context of clients that accept anybody.
    evlet_tls_context* (*make_context)();
};

struct Pairing {
    const char* name;
    const TestEngine& client;
    const TestEngine& server;
};
// Who talks to whom in this program.
const std::vector<Pairing>& pairings();

// A test that runs for each pairing, which its body knows as `with`.
#define TLS_TEST_OF(function, title)                                                               \
    static void function(const Pairing& with);                                                     \
    TEST_CASE(title) {                                                                             \
        for (const Pairing& pairing : pairings()) {                                                \
            CAPTURE(pairing.name);                                                                 \
            function(pairing);                                                                     \
        }                                                                                          \
    }                                                                                              \
    static void function(const Pairing& with)
#define TLS_TEST(title) TLS_TEST_OF(DOCTEST_ANONYMOUS(tls_test_), title)

std::string vector_path(const char* name);

// More of a test that a check has no time for.
inline bool takes_its_time() {
    return getenv("EVLET_TLS_LONG") != nullptr;
}

constexpr short kConnected = BEV_EVENT_CONNECTED;
constexpr short kReadEof = BEV_EVENT_EOF | BEV_EVENT_READING;
constexpr short kReadError = BEV_EVENT_ERROR | BEV_EVENT_READING;

enum class Over { sockets, filtered_sockets, pair };
// Between two engines the transport makes less of a difference.
inline std::vector<Over> every_transport() {
    if (pairings().size() > 1)
        return {Over::sockets, Over::pair};
    return {Over::sockets, Over::filtered_sockets, Over::pair};
}

// Two nonblocking descriptors that talk to each other; the caller closes them.
struct RawPair {
    evutil_socket_t fd[2];
    RawPair() {
        REQUIRE(evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
        REQUIRE(evutil_make_socket_nonblocking(fd[0]) == 0);
        REQUIRE(evutil_make_socket_nonblocking(fd[1]) == 0);
    }
};

// A bufferevent that owns its descriptor and session.
inline bufferevent* tls_on(event_base* base, const TestEngine& engine, Role role,
                           evutil_socket_t fd, int options = 0) {
    const bool accepts = role == Role::server || role == Role::old_server;
    bufferevent* const bev =
        engine.on_socket(base, fd, engine.make(role),
                         accepts ? BUFFEREVENT_SSL_ACCEPTING : BUFFEREVENT_SSL_CONNECTING,
                         options | BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(bev);
    return bev;
}

inline bufferevent* tls_over(event_base* base, const TestEngine& engine, Role role,
                             bufferevent* below, int options = 0) {
    const bool accepts = role == Role::server || role == Role::old_server;
    bufferevent* const bev =
        engine.on_stream(base, below, engine.make(role),
                         accepts ? BUFFEREVENT_SSL_ACCEPTING : BUFFEREVENT_SSL_CONNECTING,
                         options | BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(bev);
    return bev;
}

struct TlsEnds {
    bufferevent* bev[2];
    TlsEnds(event_base* base, const Pairing& with, Over over, int options, Role client,
            Role server) {
        // A lock is shared downwards.
        const int below = BEV_OPT_CLOSE_ON_FREE | (options & BEV_OPT_THREADSAFE);
        if (over == Over::pair) {
            bufferevent* ends[2];
            REQUIRE(bufferevent_pair_new(base, below, ends) == 0);
            bev[0] = tls_over(base, with.client, client, ends[0], options);
            bev[1] = tls_over(base, with.server, server, ends[1], options);
            return;
        }
        const RawPair raw;
        if (over == Over::sockets) {
            bev[0] = tls_on(base, with.client, client, raw.fd[0], options);
            bev[1] = tls_on(base, with.server, server, raw.fd[1], options);
        } else {
            bev[0] = tls_over(base, with.client, client,
                              bufferevent_socket_new(base, raw.fd[0], below), options);
            bev[1] = tls_over(base, with.server, server,
                              bufferevent_socket_new(base, raw.fd[1], below), options);
        }
    }
};

// A client and a server, both reading, connected to each other.
class TlsPair : TlsEnds {
public:
    TlsPair(event_base* base, const Pairing& with, Over over = Over::sockets, int options = 0,
            Role client_role = Role::client, Role server_role = Role::server)
        : TlsEnds(base, with, over, options, client_role, server_role), client(bev[0]),
          server(bev[1]), base_(base) {
        client.enable(EV_READ);
        server.enable(EV_READ);
    }
    // Until both have shaken hands.
    void connect() {
        REQUIRE(run_until(base_, [&] { return client.saw(kConnected) && server.saw(kConnected); }));
    }
    SocketStream client, server;

private:
    event_base* base_;
};

// A stream that filters are made on, in a state that is not the usual one.
class Underlying : public SocketStream {
public:
    Underlying(event_base* base, evutil_socket_t fd) : SocketStream(base, fd) {
        bufferevent_setwatermark(get(), EV_READ, 3, 100);
        bufferevent_setwatermark(get(), EV_WRITE, 7, 200);
        REQUIRE(bufferevent_disable(get(), EV_WRITE) == 0);
        enable(EV_READ);
    }
    // No filter has left a trace, and bytes come as they did. `far` is the descriptor's other end.
    void check_unchanged(event_base* base, evutil_socket_t far) {
        size_t low = 0, high = 0;
        CHECK(bufferevent_getwatermark(get(), EV_READ, &low, &high) == 0);
        CHECK(low == 3);
        CHECK(high == 100);
        CHECK(bufferevent_getwatermark(get(), EV_WRITE, &low, &high) == 0);
        CHECK(low == 7);
        CHECK(high == 200);
        CHECK(bufferevent_get_enabled(get()) == EV_READ);
        CHECK(output_length() == 0);
        bufferevent_data_cb read = nullptr, written = nullptr;
        bufferevent_event_cb told = nullptr;
        void* argument = nullptr;
        bufferevent_getcb(get(), &read, &written, &told, &argument);
        CHECK((read && written && told));
        CHECK(argument == this);
        send_some(far, "plain");
        CHECK(run_until(base, [&] { return reads > 0; }));
        CHECK(take() == "plain");
        CHECK(events.empty());
    }
};

// Until `stream` has received `wanted`, which is compared.
inline void receive_exactly(event_base* base, SocketStream& stream, const std::string& wanted) {
    std::string got;
    const auto before = stream.on_read;
    const size_t told = stream.events.size();
    stream.on_read = [&] { got += stream.take(); };
    got += stream.take();
    CHECK(run_until(base, [&] {
        for (size_t i = told; i < stream.events.size(); ++i)
            if (stream.events[i] != kConnected)
                return true;
        return got.size() >= wanted.size();
    }));
    stream.on_read = before;
    const bool same = got == wanted;
    CHECK(same);
}

}  // namespace evlet_test
