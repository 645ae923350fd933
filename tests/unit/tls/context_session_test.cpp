// SPDX-License-Identifier: BSD-3-Clause
// Sessions that are resumed, and clients that show certificates.
#include "context_support.h"

using namespace evlet_test;

namespace {

struct Kept {
    explicit Kept(evlet_tls_session* session) : session(session) {}
    ~Kept() { evlet_tls_session_free(session); }
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    operator evlet_tls_session*() const { return session; }
    evlet_tls_session* session;
};

struct Resumption {
    // What a server says, if its engine tells.
    static int answer_of(bufferevent* server, int answer) {
        const bool is_told =
            engine.tells_servers_of_1_3 || evlet_tls_get_version(server) != std::string("TLSv1.3");
        return is_told ? answer : -1;
    }
    void run(bool only_1_2, const char* name = "localhost") {
        evlet_tls_session *first, *second;
        {
            Meeting meeting(base, server, client, name);
            if (only_1_2)
                engine.only_1_2(meeting.client);
            CHECK(evlet_tls_session_keep(meeting.client) == nullptr);
            REQUIRE(meeting.succeeds());
            CHECK(evlet_tls_was_resumed(meeting.client) == 0);
            CHECK(evlet_tls_was_resumed(meeting.server) == answer_of(meeting.server, 0));
            first = evlet_tls_session_keep(meeting.client);
            second = evlet_tls_session_keep(meeting.client);
            CHECK(evlet_tls_session_keep(meeting.server) == nullptr);
        }
        const Kept all[] = {Kept(first), Kept(second)};
        for (const Kept& kept : all) {
            REQUIRE(kept.session);
            Meeting meeting(base, server, client, name);
            // Hands are being shaken.
            CHECK(evlet_tls_session_use(meeting.client, kept) == -1);
            REQUIRE(bufferevent_setfd(meeting.client, -1) == 0);
            REQUIRE(evlet_tls_session_use(meeting.client, kept) == 0);
            REQUIRE(bufferevent_setfd(meeting.client, meeting.sockets[1]) == 0);
            meeting.client.enable(EV_READ | EV_WRITE);
            if (only_1_2)
                engine.only_1_2(meeting.client);
            REQUIRE(meeting.succeeds());
            CHECK(evlet_tls_was_resumed(meeting.client) == 1);
            CHECK(evlet_tls_was_resumed(meeting.server) == answer_of(meeting.server, 1));
        }
    }
    Base base;
    const Server server;
    const Client client;
};

// Whether a server that asks in this way serves a client with this certificate, or without ("").
bool is_served(evlet_tls_client_certificates ask, const std::string& certificate) {
    Base base;
    const Server server;
    server.trust("ca");
    REQUIRE(evlet_tls_context_set_client_certificates(server, ask) == 0);
    const Client client;
    if (!certificate.empty())
        client.show(certificate);
    Meeting meeting(base, server, client);
    const bool served = meeting.succeeds();
    if (!served)
        REQUIRE(run_until(base, [&] { return Meeting::failed(meeting.server); }));
    CHECK(Meeting::error_of(meeting.server).empty() == served);
    return served;
}

}  // namespace

TEST_CASE_FIXTURE(Resumption, "session_of_tls_1_2_is_resumed") {
    run(true);
}

TEST_CASE_FIXTURE(Resumption, "session_of_the_newest_version_is_resumed") {
    run(false);
}

TEST_CASE_FIXTURE(Resumption, "session_with_an_address_is_resumed") {
    run(false, "127.0.0.1");
}

TEST_CASE("client_that_connects_again_resumes_nothing_unasked") {
    Base base;
    const Server server;
    const Client client;
    Meeting meeting(base, server, client);
    REQUIRE(meeting.succeeds());
    SocketPair sockets;
    SocketStream again(evlet_tls_socket_new(base, sockets[0], server, nullptr, 0));
    REQUIRE(bufferevent_setfd(meeting.client, sockets[1]) == 0);
    meeting.client.events.clear();
    again.enable(EV_READ | EV_WRITE);
    REQUIRE(run_until(base, [&] { return Meeting::is_over(meeting.client); }));
    CHECK(meeting.client.saw(BEV_EVENT_CONNECTED));
    CHECK(evlet_tls_was_resumed(meeting.client) == 0);
    REQUIRE(bufferevent_setfd(meeting.client, -1) == 0);
}

TEST_CASE("session_goes_with_the_name_and_the_context_that_it_was_verified_for") {
    Base base;
    const Server server;
    const Client client, other;
    Meeting meeting(base, server, client);
    REQUIRE(meeting.succeeds());
    const Kept kept(evlet_tls_session_keep(meeting.client));
    REQUIRE(kept.session);
    SocketStream other_name(evlet_tls_socket_new(base, -1, client, "example.test", 0));
    SocketStream other_context(evlet_tls_socket_new(base, -1, other, "localhost", 0));
    SocketStream same(evlet_tls_socket_new(base, -1, client, "LOCALHOST.", 0));
    CHECK(evlet_tls_session_use(other_name, kept) == -1);
    CHECK(evlet_tls_session_use(other_context, kept) == -1);
    CHECK(evlet_tls_session_use(same, kept) == 0);
    CHECK(evlet_tls_session_use(same, nullptr) == 0);
    evlet_tls_session_free(nullptr);
}

TEST_CASE("session_that_the_server_does_not_know_is_begun_anew") {
    Base base;
    const Server first, second;
    Client client;
    evlet_tls_session* session;
    {
        Meeting meeting(base, first, client);
        REQUIRE(meeting.succeeds());
        session = evlet_tls_session_keep(meeting.client);
    }
    REQUIRE(session);
    SocketPair sockets;
    SocketStream server(evlet_tls_socket_new(base, sockets[0], second, nullptr, 0));
    SocketStream stream(evlet_tls_socket_new(base, -1, client, "localhost", 0));
    client.free();
    REQUIRE(evlet_tls_session_use(stream, session) == 0);
    evlet_tls_session_free(session);
    REQUIRE(bufferevent_setfd(stream, sockets[1]) == 0);
    stream.enable(EV_READ | EV_WRITE);
    REQUIRE(run_until(base, [&] { return Meeting::is_over(stream); }));
    CHECK(stream.saw(BEV_EVENT_CONNECTED));
    CHECK(evlet_tls_was_resumed(stream) == 0);
}

TEST_CASE("server_that_asks_nobody_serves_all") {
    CHECK(is_served(EVLET_TLS_CLIENT_NONE, ""));
    CHECK(is_served(EVLET_TLS_CLIENT_NONE, "client"));
    CHECK(is_served(EVLET_TLS_CLIENT_NONE, "other"));
}

TEST_CASE("client_may_show_a_good_certificate_or_none") {
    CHECK(is_served(EVLET_TLS_CLIENT_OPTIONAL, ""));
    CHECK(is_served(EVLET_TLS_CLIENT_OPTIONAL, "client"));
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_OPTIONAL, "other"));
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_OPTIONAL, "server"));
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_OPTIONAL, "self-signed"));
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_OPTIONAL, "expired"));
}

TEST_CASE("client_has_to_show_a_good_certificate") {
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_REQUIRED, ""));
    CHECK(is_served(EVLET_TLS_CLIENT_REQUIRED, "client"));
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_REQUIRED, "other"));
    CHECK_FALSE(is_served(EVLET_TLS_CLIENT_REQUIRED, "server"));
}

TEST_CASE("only_servers_ask_for_certificates") {
    const Client client;
    errno = 0;
    CHECK(evlet_tls_context_set_client_certificates(client, EVLET_TLS_CLIENT_REQUIRED) == -1);
    CHECK(errno == EINVAL);
}
