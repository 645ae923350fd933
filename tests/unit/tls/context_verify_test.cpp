// SPDX-License-Identifier: BSD-3-Clause
// Whom a client believes.
#include "context_support.h"

using namespace evlet_test;

namespace {

bool is_believed(const std::string& certificate, const char* name, const std::string& ca = "ca") {
    Base base;
    const Server server(certificate);
    const Client client(ca);
    Meeting meeting(base, server, client, name);
    return meeting.succeeds();
}

std::string refusal(const std::string& certificate, const char* name, const std::string& ca = "ca") {
    Base base;
    const Server server(certificate);
    const Client client(ca);
    Meeting meeting(base, server, client, name);
    const std::string reason = meeting.refusal();
    CHECK(contains(reason, "certificate refused: "));
    // The server is told by an alert, or by the end.
    CHECK(run_until(base, [&] { return Meeting::failed(meeting.server); }));
    CHECK_FALSE(Meeting::error_of(meeting.server).empty());
    return reason;
}

bool is_about_the_name(const std::string& reason) {
    return reason.find("mismatch") != std::string::npos ||
           reason.find("another name") != std::string::npos;
}

// The first flight of a client, as a peer without TLS sees it.
std::string hello_for(const char* name) {
    Base base;
    const Client client;
    SocketPair sockets;
    SocketStream stream(evlet_tls_socket_new(base, sockets[0], client, name, 0));
    std::string bytes;
    REQUIRE(run_until(base, [&] {
        bytes += receive_all(sockets[1]);
        return bytes.size() > 100;
    }));
    return bytes;
}

}  // namespace

TEST_CASE("server_of_the_right_name_is_believed") {
    CHECK(is_believed("server", "localhost"));
    CHECK(is_believed("server", "example.test"));
    CHECK(is_believed("server", "EXAMPLE.Test"));
    CHECK(is_believed("server", "example.test."));
}

TEST_CASE("server_of_another_name_is_refused") {
    CHECK(is_about_the_name(refusal("server", "www.example.test")));
    CHECK(is_about_the_name(refusal("server", "example.test.example.org")));
    CHECK(is_about_the_name(refusal("server", "test")));
}

TEST_CASE("address_in_the_certificate_is_believed") {
    CHECK(is_believed("server", "127.0.0.1"));
    CHECK(is_believed("server", "::1"));
    CHECK(is_believed("server", "0:0::0:1"));
}

TEST_CASE("another_address_is_refused") {
    CHECK(is_about_the_name(refusal("server", "127.0.0.2")));
    CHECK(is_about_the_name(refusal("server", "::2")));
    CHECK(is_about_the_name(refusal("wildcard", "127.0.0.1")));
}

TEST_CASE("wildcard_stands_for_one_label") {
    CHECK(is_believed("wildcard", "www.example.test"));
    CHECK(is_about_the_name(refusal("wildcard", "a.b.example.test")));
    CHECK(is_about_the_name(refusal("wildcard", "example.test")));
    CHECK(is_about_the_name(refusal("wildcard", "localhost")));
}

TEST_CASE("common_name_of_the_subject_says_nothing") {
    // It is "localhost" there, and the alternative names are of another.
    CHECK(is_about_the_name(refusal("only-common-name", "localhost")));
}

TEST_CASE("expired_certificate_is_refused") {
    CHECK(contains(refusal("expired", "localhost"), "expired"));
}

TEST_CASE("self_signed_certificate_is_refused") {
    (void)refusal("self-signed", "localhost");
    // Unless it is just that which is trusted.
    CHECK(is_believed("self-signed", "localhost", "self-signed"));
}

TEST_CASE("certificate_of_an_unknown_authority_is_refused") {
    (void)refusal("other", "localhost");
    CHECK(is_believed("other", "localhost", "other-ca"));
}

TEST_CASE("certificate_for_clients_is_refused_of_a_server") {
    // Some servers refuse to show it.
    CHECK_FALSE(is_believed("client", "client.example.test"));
}

TEST_CASE("client_that_trusts_nobody_refuses_everybody") {
    (void)refusal("server", "localhost", "");
}

TEST_CASE("chain_over_an_intermediate_is_believed") {
    CHECK(is_believed("rsa", "localhost", "rsa-ca"));
    (void)refusal("rsa", "localhost", "ca");
}

TEST_CASE("only_a_call_of_an_ugly_name_lets_a_client_accept_anybody") {
    Base base;
    const Server server("expired");
    const Client client("");
    REQUIRE(evlet_tls_context_dangerously_accept_any_peer(client) == 0);
    for (const char* const name : {"somebody.example", static_cast<const char*>(nullptr)}) {
        Meeting meeting(base, server, client, name);
        CHECK(meeting.succeeds());
        CHECK(Meeting::error_of(meeting.client).empty());
    }
    CHECK(evlet_tls_context_dangerously_accept_any_peer(server) == -1);
}

TEST_CASE("client_has_to_say_whom_it_expects") {
    Base base;
    const Client client;
    const std::string long_label(64, 'a'), long_name = std::string(127, 'a') + std::string(127, 'b');
    for (const char* const name :
         {static_cast<const char*>(nullptr), "", ".", ".example.test", "a..test", "*.example.test",
          "exa mple.test", "example.test\n", "example.test..", "[::1]", "192.0.2.1.", long_label.c_str(),
          long_name.c_str()}) {
        errno = 0;
        CHECK(evlet_tls_socket_new(base, -1, client, name, BEV_OPT_CLOSE_ON_FREE) == nullptr);
        CHECK(errno == EINVAL);
        CHECK_FALSE(client.error().empty());
    }
}

TEST_CASE("server_without_a_certificate_makes_no_connections") {
    Base base;
    const Context server(engine.server());
    errno = 0;
    CHECK(evlet_tls_socket_new(base, -1, server, nullptr, 0) == nullptr);
    CHECK(errno == EINVAL);
    CHECK(server.says("needs a certificate"));
}

TEST_CASE("host_name_is_told_to_the_server_and_an_address_is_not") {
    CHECK(contains(hello_for("www.example.test"), "www.example.test"));
    CHECK_FALSE(contains(hello_for("www.example.test."), "www.example.test."));
    CHECK_FALSE(contains(hello_for("127.0.0.1"), "127.0.0.1"));
    CHECK_FALSE(contains(hello_for("::1"), "::1"));
}

TEST_CASE("connection_that_is_made_again_is_verified_again") {
    Base base;
    const Server good("server"), bad("other");
    const Client client;
    SocketStream stream(evlet_tls_socket_new(base, -1, client, "localhost", 0));
    stream.enable(EV_READ | EV_WRITE);
    for (int i = 0; i < 4; ++i) {
        SocketPair sockets;
        const bool expected = i % 2 == 0;
        SocketStream server(
            evlet_tls_socket_new(base, sockets[0], expected ? good : bad, nullptr, 0));
        stream.events.clear();
        REQUIRE(bufferevent_setfd(stream, sockets[1]) == 0);
        stream.enable(EV_READ | EV_WRITE);
        REQUIRE(run_until(base, [&] { return Meeting::is_over(stream); }));
        CHECK(stream.saw(BEV_EVENT_CONNECTED) == expected);
        CHECK(Meeting::error_of(stream).empty() == expected);
        REQUIRE(bufferevent_setfd(stream, -1) == 0);
    }
}

TEST_CASE("why_a_server_was_refused_is_told_until_the_next_connection_begins") {
    NEEDS(system_descriptors);
    Base base;
    const Server server("other");
    const Client client;
    const Peer refusing(Peer::refuses, AF_INET);
    Meeting meeting(base, server, client);
    SocketStream& stream = meeting.client;
    REQUIRE(contains(meeting.refusal(), "certificate refused: "));
    REQUIRE(bufferevent_setfd(stream, -1) == 0);
    CHECK(contains(Meeting::error_of(stream), "certificate refused: "));
    stream.events.clear();
    REQUIRE(bufferevent_socket_connect(stream, refusing.address().get(),
                                       refusing.address().length()) == 0);
    const Fd fd(bufferevent_getfd(stream));
    CHECK(Meeting::error_of(stream).empty());
    REQUIRE(run_until(base, [&] { return !stream.events.empty(); }));
    CHECK(stream.events == std::vector<short>{BEV_EVENT_ERROR});
    // Nothing has failed but the attempt to connect, of which errno tells.
    CHECK(Meeting::error_of(stream).empty());
    CHECK(stream.errors.back() == ECONNREFUSED);
    stream.free();
}
