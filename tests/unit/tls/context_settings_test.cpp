// SPDX-License-Identifier: BSD-3-Clause
// Setting contexts up, and what connections make of it.
#include "context_support.h"

using namespace evlet_test;

namespace {

// Each byte that PEM's text has between its lines, changed.
std::string spoilt(std::string pem) {
    const size_t at = pem.find('\n') + 20;
    pem[at] = pem[at] == 'A' ? 'B' : 'A';
    pem[at + 1] = '!';
    return pem;
}

std::string alpn_of(bufferevent* bev) {
    const char* const name = evlet_tls_get_alpn(bev);
    return name ? name : "-";
}

// What the client and the server agree upon; "" if they do not.
std::string agreed(const char* server_list, const char* client_list) {
    Base base;
    const Server server;
    const Client client;
    if (server_list)
        REQUIRE(evlet_tls_context_set_alpn(server, server_list) == 0);
    if (client_list)
        REQUIRE(evlet_tls_context_set_alpn(client, client_list) == 0);
    Meeting meeting(base, server, client);
    if (!meeting.succeeds())
        return "";
    CHECK(alpn_of(meeting.server) == alpn_of(meeting.client));
    return alpn_of(meeting.client);
}

}  // namespace

TEST_CASE("certificate_that_is_none_is_refused") {
    const std::string good = vector("server.pem"), key = vector("server.key");
    for (const std::string& chain :
         {std::string(), std::string("text\n"), spoilt(good), good.substr(0, good.size() / 2), key}) {
        const Context server(engine.server());
        errno = 0;
        CHECK(server.set_certificate(chain, key) == -1);
        CHECK(errno == EINVAL);
        CHECK(server.says("certificate: "));
        CHECK(engine.is_clean());
        // Nothing has changed.
        server.show("server");
    }
}

TEST_CASE("key_that_is_none_is_refused") {
    const std::string chain = vector("server.pem"), good = vector("server.key");
    for (const std::string& key :
         {std::string(), std::string("text\n"), spoilt(good), good.substr(0, good.size() / 2), chain}) {
        const Context server(engine.server());
        CHECK(server.set_certificate(chain, key) == -1);
        CHECK(server.says("private key: "));
        CHECK(engine.is_clean());
        server.show("server");
    }
}

TEST_CASE("key_of_another_certificate_is_refused") {
    const Context server(engine.server());
    CHECK(server.set_certificate(vector("server.pem"), vector("client.key")) == -1);
    CHECK(server.says("does not fit"));
    CHECK(server.set_certificate(vector("server.pem"), vector("rsa.key")) == -1);
    CHECK(server.says("does not fit"));
    server.show("server");
}

TEST_CASE("encrypted_key_needs_its_password") {
    const std::string chain = vector("server.pem"), key = vector("server-encrypted.key");
    const Context server(engine.server());
    CHECK(server.set_certificate(chain, key) == -1);
    CHECK(server.set_certificate(chain, key, "wrong") == -1);
    CHECK(server.set_certificate(chain, key, std::string(5000, 'x').c_str()) == -1);
    CHECK(engine.is_clean());
    CHECK(server.set_certificate(chain, key, "secret") == 0);
}

TEST_CASE("context_has_one_certificate") {
    const Server server;
    CHECK(server.set_certificate(vector("rsa.pem"), vector("rsa.key")) == -1);
    CHECK(server.says("already"));
}

TEST_CASE("files_are_read_like_memory") {
    Base base;
    const Context server(engine.server()), client(engine.client());
    CHECK(evlet_tls_context_set_certificate_files(server, vector_path("rsa.pem").c_str(),
                                                  vector_path("rsa.key").c_str(), nullptr) == 0);
    CHECK(evlet_tls_context_add_ca_file(client, vector_path("rsa-ca.pem").c_str()) == 0);
    Meeting meeting(base, server, client);
    CHECK(meeting.succeeds());
}

TEST_CASE("files_that_are_not_there_are_told") {
    const Context server(engine.server());
    const std::string none = vector_path("there-is-none.pem");
    CHECK(evlet_tls_context_add_ca_file(server, none.c_str()) == -1);
    CHECK(server.says("CA certificate: "));
    CHECK(evlet_tls_context_set_certificate_files(server, none.c_str(), none.c_str(), nullptr) == -1);
    CHECK(server.says("certificate: "));
    CHECK(evlet_tls_context_set_certificate_files(server, vector_path("server.pem").c_str(),
                                                  none.c_str(), nullptr) == -1);
    CHECK(server.says("private key: "));
    CHECK(engine.is_clean());
}

TEST_CASE("authority_that_is_none_is_refused") {
    Base base;
    const std::string good = vector("ca.pem");
    const Server server;
    const Client client("");
    for (const std::string& pem : {std::string(), std::string("text\n"), spoilt(good),
                                   vector("other-ca.pem") + spoilt(good)}) {
        CHECK(client.add_ca(pem) == -1);
        CHECK(client.says("CA certificate: "));
    }
    // A bundle, twice.
    CHECK(client.add_ca(vector("rsa-ca.pem") + "some text between\n" + good) == 0);
    CHECK(client.add_ca(good) == 0);
    Meeting meeting(base, server, client);
    CHECK(meeting.succeeds());
}

TEST_CASE("authorities_of_the_system_do_not_vouch_for_the_tests") {
    Base base;
    const Server server;
    const Client client("");
    if (evlet_tls_context_add_system_ca(client) != 0) {
        CHECK_FALSE(client.error().empty());  // a system that trusts nobody
        return;
    }
    Meeting meeting(base, server, client);
    CHECK(contains(meeting.refusal(), "certificate refused"));
}

TEST_CASE("server_chooses_the_first_of_its_protocols_that_is_offered") {
    CHECK(agreed("h2,http/1.1", "http/1.1,h2") == "h2");
    CHECK(agreed("http/1.1", "h2,http/1.1") == "http/1.1");
    CHECK(agreed("a", "a") == "a");
}

TEST_CASE("side_without_protocols_agrees_upon_none") {
    CHECK(agreed("h2", nullptr) == "-");
    CHECK(agreed(nullptr, "h2") == "-");
    CHECK(agreed(nullptr, nullptr) == "-");
}

TEST_CASE("no_protocol_in_common_ends_the_handshake") {
    CHECK(agreed("h2", "http/1.1") == "");
    CHECK(agreed("h2", "h") == "");
    CHECK(agreed("h", "h2") == "");
}

TEST_CASE("lists_of_protocols_are_checked") {
    const Client client;
    const std::string longest(255, 'x');
    for (const std::string& list :
         {std::string(), std::string(","), std::string("a,"), std::string(",a"), std::string("a,,b"),
          longest + "x", std::string(2000, 'y')}) {
        CHECK(evlet_tls_context_set_alpn(client, list.c_str()) == -1);
        CHECK(client.says("ALPN"));
    }
    CHECK(evlet_tls_context_set_alpn(client, longest.c_str()) == 0);
    CHECK(evlet_tls_context_set_alpn(client, "a") == -1);
}

TEST_CASE("version_is_told_and_can_be_demanded") {
    Base base;
    const Server server;
    const Client client;
    {
        const Server plain;
        Meeting meeting(base, plain, client);
        CHECK(evlet_tls_get_version(meeting.client) == nullptr);
        CHECK(evlet_tls_was_resumed(meeting.client) == -1);
        REQUIRE(meeting.succeeds());
        const std::string newest = engine.has_1_3 ? "TLSv1.3" : "TLSv1.2";
        CHECK(evlet_tls_get_version(meeting.client) == newest);
        CHECK(evlet_tls_get_version(meeting.server) == newest);
    }
    CHECK(evlet_tls_context_set_min_version(server, EVLET_TLS_1_2) == 0);
    CHECK(evlet_tls_context_set_min_version(server, static_cast<evlet_tls_version>(0x0302)) == -1);
    errno = 0;
    if (!engine.has_1_3) {
        CHECK(evlet_tls_context_set_min_version(server, EVLET_TLS_1_3) == -1);
        CHECK(errno == ENOTSUP);
        CHECK(server.says("no TLS 1.3"));
        return;
    }
    REQUIRE(evlet_tls_context_set_min_version(server, EVLET_TLS_1_3) == 0);
    Meeting meeting(base, server, client);
    engine.only_1_2(meeting.client);
    CHECK_FALSE(meeting.succeeds());
    CHECK_FALSE(Meeting::error_of(meeting.server).empty());
}

TEST_CASE("versions_before_1_2_are_refused") {
    // A complete hello of TLS 1.1 with one cipher that every old server takes.
    static const unsigned char hello[] = {
        22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
        17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 2, 0x00, 0x2f, 1, 0};
    Base base;
    const Server server("rsa");
    SocketPair sockets;
    SocketStream stream(evlet_tls_socket_new(base, sockets[0], server, nullptr, 0));
    stream.enable(EV_READ | EV_WRITE);
    REQUIRE(send_some(sockets[1], std::string(reinterpret_cast<const char*>(hello), sizeof hello)) ==
            sizeof hello);
    REQUIRE(run_until(base, [&] { return Meeting::is_over(stream); }));
    CHECK_FALSE(stream.saw(BEV_EVENT_CONNECTED));
    CHECK_FALSE(Meeting::error_of(stream).empty());
    const std::string answer = receive_all(sockets[1]);
    REQUIRE(answer.size() >= 7);
    CHECK(answer[0] == 21);  // an alert,
    CHECK(answer[6] == 70);  // protocol_version
    CHECK(engine.is_clean());
}

TEST_CASE("clear_text_is_an_error_that_is_told") {
    Base base;
    const Server server;
    SocketPair sockets;
    SocketStream stream(evlet_tls_socket_new(base, sockets[0], server, nullptr, 0));
    stream.enable(EV_READ | EV_WRITE);
    sockets.write(1, "GET / HTTP/1.1\r\n\r\n");
    REQUIRE(run_until(base, [&] { return Meeting::is_over(stream); }));
    CHECK(Meeting::failed(stream));
    char text[200], small[4];
    CHECK(std::string(evlet_tls_get_error(stream, text, sizeof text)).size() > 4);
    CHECK(std::string(evlet_tls_get_error(stream, small, sizeof small)) == std::string(text, 3));
    CHECK(engine.is_clean());
}

TEST_CASE("connection_that_is_cut_is_an_error_that_is_told") {
    Base base;
    const Server server;
    const Client client;
    Meeting meeting(base, server, client);
    REQUIRE(meeting.succeeds());
    CHECK(Meeting::error_of(meeting.client).empty());
    meeting.server.free();
    meeting.sockets.close(0);
    REQUIRE(run_until(base, [&] { return Meeting::failed(meeting.client); }));
    CHECK(meeting.client.saw(BEV_EVENT_ERROR | BEV_EVENT_READING));
    CHECK_FALSE(Meeting::error_of(meeting.client).empty());
}

TEST_CASE("context_in_use_is_not_changed") {
    Base base;
    const Server server;
    const Client client;
    Meeting meeting(base, server, client);
    CHECK(evlet_tls_context_set_alpn(client, "h2") == -1);
    CHECK(evlet_tls_context_add_ca_file(client, vector_path("ca.pem").c_str()) == -1);
    CHECK(client.add_ca(vector("ca.pem")) == -1);
    CHECK(evlet_tls_context_add_system_ca(client) == -1);
    CHECK(client.set_certificate(vector("client.pem"), vector("client.key")) == -1);
    CHECK(evlet_tls_context_set_min_version(client, EVLET_TLS_1_2) == -1);
    CHECK(evlet_tls_context_dangerously_accept_any_peer(client) == -1);
    CHECK(evlet_tls_context_set_ktls(client, 1) == -1);
    CHECK(evlet_tls_context_set_client_certificates(server, EVLET_TLS_CLIENT_REQUIRED) == -1);
    CHECK(client.says("not changed"));
    CHECK(meeting.succeeds());
}

TEST_CASE("context_may_be_freed_while_its_connections_live") {
    Base base;
    Server server;
    Client client;
    Meeting meeting(base, server, client);
    server.free();
    client.free();
    CHECK(meeting.succeeds());
}

TEST_CASE("context_lives_as_long_as_its_last_owner") {
    Base base;
    Server server;
    const Client client;
    const Context other(evlet_tls_context_ref(server));
    server.free();
    Meeting meeting(base, other, client);
    CHECK(meeting.succeeds());
    evlet_tls_context_free(nullptr);
}

TEST_CASE("session_is_freed_whatever_the_options_say") {
    // The leak checker sees what is not.
    Base base;
    const Server server;
    const Client client;
    for (const int options : all_options()) {
        SocketPair sockets;
        const int fd = dup(sockets[1]);
        SocketStream mine(evlet_tls_socket_new(base, fd, client, "localhost", options));
        mine.free();
        settle(base);
        if (options & BEV_OPT_CLOSE_ON_FREE)
            CHECK(fcntl(fd, F_GETFD) == -1);
        else
            CHECK(close(fd) == 0);
    }
}

TEST_CASE("filters_are_made_from_contexts_too") {
    Base base;
    const Server server_context;
    const Client client_context;
    for (const int options : {0, static_cast<int>(BEV_OPT_CLOSE_ON_FREE)}) {
        bufferevent* ends[2];
        REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
        {
            SocketStream server(evlet_tls_filter_new(base, ends[0], server_context, nullptr, options));
            SocketStream client(
                evlet_tls_filter_new(base, ends[1], client_context, "localhost", options));
            server.enable(EV_READ | EV_WRITE);
            client.enable(EV_READ | EV_WRITE);
            client.write("ping");
            server.write("what follows a ticket");
            CHECK(run_until(base, [&] { return server.input_length() == 4; }));
            CHECK(run_until(base, [&] { return client.input_length() == 21; }));
            CHECK(evlet_tls_get_version(client) != nullptr);
            CHECK(evlet_tls_uses_ktls(client) == 0);
        }
        settle(base);
        if (!options) {
            bufferevent_free(ends[0]);
            bufferevent_free(ends[1]);
        }
    }
    CHECK(evlet_tls_filter_new(base, nullptr, client_context, "localhost", 0) == nullptr);
}

TEST_CASE("other_bufferevents_know_nothing_of_contexts") {
    Base base;
    SocketStream plain(base, -1);
    char text[8] = "x";
    CHECK(evlet_tls_get_alpn(plain) == nullptr);
    CHECK(evlet_tls_get_version(plain) == nullptr);
    CHECK(evlet_tls_was_resumed(plain) == -1);
    CHECK(evlet_tls_uses_ktls(plain) == 0);
    CHECK(evlet_tls_session_keep(plain) == nullptr);
    CHECK(evlet_tls_session_use(plain, nullptr) == -1);
    CHECK(std::string(evlet_tls_get_error(plain, text, sizeof text)).empty());
}

TEST_CASE("kernel_encrypts_only_where_it_can") {
    Base base;
    const Server server;
    const Client client;
    errno = 0;
    if (!engine.has_ktls) {
        CHECK(evlet_tls_context_set_ktls(client, 1) == -1);
        CHECK(errno == ENOTSUP);
        CHECK(client.says("kTLS"));
        CHECK(evlet_tls_context_set_ktls(client, 0) == 0);
        return;
    }
    if (evlet_tls_context_set_ktls(client, 1) != 0) {
        CHECK(errno == ENOTSUP);  // OpenSSL was built without
        return;
    }
    // A UNIX socket: the kernel cannot, and the engine goes on.
    Meeting meeting(base, server, client);
    CHECK(meeting.succeeds());
    CHECK(evlet_tls_uses_ktls(meeting.client) == 0);
}
