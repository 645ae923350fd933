// SPDX-License-Identifier: BSD-3-Clause
// Clients: how they connect, to whom and from where.
#include <event2/event_compat.h>
#include <event2/http_compat.h>
#include <sys/un.h>

#include "client_support.h"

using namespace evlet_test;

namespace {

evhttp_connection* connection_to(event_base* base, const char* address, const Peer& peer,
                                 bufferevent* bev = nullptr) {
    return evhttp_connection_base_bufferevent_new(base, nullptr, bev, address,
                                                  static_cast<ev_uint16_t>(peer.port()));
}

// A directory with room for a socket, removed with it.
class SocketPath {
public:
    SocketPath() {
        REQUIRE(mkdtemp(directory_));
        path = std::string(directory_) + "/s";
    }
    ~SocketPath() {
        unlink(path.c_str());
        rmdir(directory_);
    }
    SocketPath(const SocketPath&) = delete;
    SocketPath& operator=(const SocketPath&) = delete;
    [[nodiscard]] Fd listen() const {
        Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(fd, 4) == 0);
        return fd;
    }
    std::string path;

private:
    char directory_[32] = "evlet-http-XXXXXX";  // where the test runs
};

}  // namespace

TEST_CASE("a_client_connects_by_name") {
    NEEDS(system_names);
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(connection_to(base, "localhost", listener));
    client.make("/");
    HttpPeer peer = accept_request(base, listener);
    CHECK(peer.text.find("Host: localhost:" + std::to_string(listener.port())) !=
          std::string::npos);
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    CHECK(client.results == Results{"200 ab"});
}

TEST_CASE("an_address_of_ipv6_is_in_brackets_in_the_host_field") {
    if (!has_ipv6())
        return;
    Base base;
    Peer listener(Peer::listens, AF_INET6);
    HttpClient client(connection_to(base, "::1", listener));
    client.make("/");
    HttpPeer peer = accept_request(base, listener);
    CHECK(peer.text.find("Host: [::1]:" + std::to_string(listener.port()) + "\r\n") !=
          std::string::npos);
    const sockaddr* const address = evhttp_connection_get_addr(client.connection);
    REQUIRE(address);
    CHECK(address->sa_family == AF_INET6);
}

TEST_CASE("a_client_connects_to_a_unix_socket") {
    NEEDS(unix_sockets);
    Base base;
    SocketPath place;
    const Fd listener = place.listen();
    HttpClient client(
        evhttp_connection_base_bufferevent_unix_new(base, nullptr, place.path.c_str()));
    client.make("/");
    REQUIRE(run_until(base, [&] { return is_ready(listener, POLLIN, 0); }));
    HttpPeer peer(base, Fd(::accept(listener, nullptr, nullptr)));
    CHECK(peer.gets("Host: localhost\r\n"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    CHECK(client.results == Results{"200 ab"});
}

TEST_CASE("a_path_without_a_socket_is_no_connection") {
    NEEDS(unix_sockets);
    Base base;
    SocketPath place;
    HttpClient client(
        evhttp_connection_base_bufferevent_unix_new(base, nullptr, place.path.c_str()));
    client.make("/");
    CHECK(client.results.empty());
    CHECK(client.has(1));
    CHECK(client.results == Results{"0 "});
}

TEST_CASE("a_path_that_is_too_long_for_the_system_makes_no_connection") {
    Base base;
    const std::string path(sizeof(sockaddr_un::sun_path) + 1, 'x');
    CHECK(!evhttp_connection_base_bufferevent_unix_new(base, nullptr, path.c_str()));
}

TEST_CASE("a_bufferevent_of_the_callers_is_used") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    bufferevent* const bev =
        bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    HttpClient client(connection_to(base, "127.0.0.1", listener, bev));
    CHECK(evhttp_connection_get_bufferevent(client.connection) == bev);
    client.make("/1");
    client.make("/2");
    HttpPeer peer = accept_request(base, listener);
    peer.send(short_reply("ab"));
    CHECK(peer.gets("/2"));
    peer.send(short_reply("cd"));
    CHECK(client.has(2));
    CHECK(client.results == Results{"200 ab", "200 cd"});
}

TEST_CASE("a_connected_bufferevent_is_reused_and_cannot_connect_again") {
    Base base;
    TcpPair pair;
    const int own = dup(pair[0]);
    pair.close(0);
    bufferevent* const bev = bufferevent_socket_new(base, own, BEV_OPT_CLOSE_ON_FREE);
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, bev));
    HttpPeer peer(base, Fd(dup(pair[1])));
    pair.close(1);
    client.make("/");
    CHECK(peer.gets("Host: localhost\r\n\r\n"));
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
    peer.close();
    CHECK(run_until(base, [&] { return client.closes == 1; }));
    client.make("/");
    CHECK(client.has(2));
    CHECK(client.results == Results{"200 ab", "0 "});
    const char* address = "?";
    ev_uint16_t port = 1;
    evhttp_connection_get_peer(client.connection, &address, &port);
    CHECK(!address);
    CHECK(port == 0);
}

TEST_CASE("a_program_that_asks_again_whenever_there_is_no_connection_does_not_nest") {
    Base base;
    TcpPair pair;
    const int own = dup(pair[0]);
    pair.close(0);
    pair.close(1);
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(
        base, nullptr, bufferevent_socket_new(base, own, BEV_OPT_CLOSE_ON_FREE)));
    CHECK(run_until(base, [&] { return client.closes == 1; }));
    int depth = 0;
    client.on_reply = [&](evhttp_request*) {
        CHECK(++depth == 1);
        if (client.results.size() < 50)
            client.make("/");
        --depth;
    };
    client.make("/");
    CHECK(client.has(50));
    CHECK(client.results.back() == "0 ");
}

TEST_CASE("a_pair_of_bufferevents_carries_requests") {
    Base base;
    bufferevent* ends[2];
    REQUIRE(bufferevent_pair_new(base, 0, ends) == 0);
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, ends[0]));
    SocketStream server(ends[1]);
    server.enable(EV_READ);
    client.make("/1");
    client.make("/2");
    CHECK(run_until(base, [&] { return server.input_length() > 0; }));
    server.take();
    server.write(short_reply("ab"));
    CHECK(run_until(base, [&] { return server.input_length() > 0; }));
    CHECK(server.take().rfind("GET /2 ", 0) == 0);
    server.write(short_reply("cd"));
    CHECK(client.has(2));
    CHECK(client.results == Results{"200 ab", "200 cd"});
}

TEST_CASE("a_client_connects_from_the_address_and_port_it_was_told") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    const int port = Peer(Peer::refuses, AF_INET).port();
    HttpClient client(base, listener.port());
    evhttp_connection_set_local_address(client.connection, "127.0.0.2");
    evhttp_connection_set_local_port(client.connection, static_cast<ev_uint16_t>(port));
    client.make("/");
    REQUIRE(run_until(base, [&] { return is_ready(listener.fd(), POLLIN, 0); }));
    Address from;
    const Fd fd = listener.accept(kPatienceMs, &from);
    CHECK(from.port() == port);
    const auto& in = reinterpret_cast<const sockaddr_in&>(from.storage);
    CHECK(ntohl(in.sin_addr.s_addr) == 0x7f000002);
}

TEST_CASE("a_local_address_that_cannot_be_had_is_no_connection") {
    for (const char* local : {"192.0.2.1", "no address"}) {
        Base base;
        Peer listener(Peer::listens, AF_INET);
        HttpClient client(base, listener.port());
        evhttp_connection_set_local_address(client.connection, local);
        client.make("/1");
        CHECK(client.has(1));
        CHECK(client.results == Results{"0 "});
        evhttp_connection_set_local_address(client.connection, nullptr);
        client.make("/2");
        HttpPeer peer = accept_request(base, listener);
        peer.send(short_reply("ab"));
        CHECK(client.has(2));
        CHECK(client.results.back() == "200 ab");
    }
}

TEST_CASE("a_client_connects_by_its_family_only") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    evhttp_connection_set_family(client.connection, AF_INET6);
    client.make("/");
    CHECK(client.has(1));
    CHECK(client.results == Results{"0 "});
    evhttp_connection_set_family(client.connection, AF_INET);
    client.make("/");
    const HttpPeer peer = accept_request(base, listener);
    CHECK(peer.text.rfind("GET / ", 0) == 0);
}

TEST_CASE("a_connection_tells_its_peer_its_address_and_its_base") {
    Base base;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(base, listener.port());
    CHECK(!evhttp_connection_get_addr(client.connection));
    CHECK(!evhttp_connection_get_server(client.connection));
    CHECK(evhttp_connection_get_base(client.connection) == base.get());
    const char* name = nullptr;
    ev_uint16_t port = 0;
    evhttp_connection_get_peer(client.connection, &name, &port);
    CHECK(std::string(name) == "127.0.0.1");
    CHECK(port == listener.port());
    client.make("/");
    HttpPeer peer = accept_request(base, listener);
    const sockaddr* const address = evhttp_connection_get_addr(client.connection);
    REQUIRE(address);
    CHECK(address->sa_family == AF_INET);
    CHECK(ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port) == listener.port());
}

TEST_CASE("unknown_flags_are_refused") {
    Base base;
    HttpClient client(base, 1);
    CHECK(evhttp_connection_set_flags(client.connection, EVHTTP_CON_READ_ON_WRITE_ERROR |
                                                             EVHTTP_CON_REUSE_CONNECTED_ADDR) == 0);
    CHECK(evhttp_connection_set_flags(client.connection, 0x0001) == -1);
    CHECK(evhttp_connection_set_flags(client.connection, EVHTTP_CON_PUBLIC_FLAGS_END) == -1);
}

TEST_CASE("a_connection_at_rest_moves_to_another_base") {
    Base first, second;
    Peer listener(Peer::listens, AF_INET);
    HttpClient client(first, listener.port());
    evhttp_connection_set_base(client.connection, second);
    CHECK(evhttp_connection_get_base(client.connection) == second.get());
    client.make("/");
    HttpPeer peer = accept_request(second, listener);
    {
        CapturedLog log;
        evhttp_connection_set_base(client.connection, first);
        CHECK(log.contains("stays in its base"));
    }
    CHECK(evhttp_connection_get_base(client.connection) == second.get());
    peer.send(short_reply("ab"));
    CHECK(client.has(1));
}

TEST_CASE("the_names_that_name_no_base_use_the_one_of_event_init") {
    event_base* const base = event_init();
    REQUIRE(base);
    {
        evhttp* const server = evhttp_start("127.0.0.1", 0);
        REQUIRE(server);
        evhttp_set_gencb(
            server, [](evhttp_request* request, void*) { HttpServer::reply(request, 200, "ok"); },
            nullptr);
        int port = 0;
        evhttp_foreach_bound_socket(
            server,
            [](evhttp_bound_socket* bound, void* argument) {
                *static_cast<int*>(argument) =
                    local_address(evhttp_bound_socket_get_fd(bound)).port();
            },
            &port);
        HttpClient client(evhttp_connection_new("127.0.0.1", static_cast<ev_uint16_t>(port)));
        CHECK(evhttp_connection_get_base(client.connection) == base);
        client.make("/");
        CHECK(client.has(1));
        CHECK(client.results == Results{"200 ok"});
        client.free();
        evhttp_free(server);
    }
    event_base_free(base);
}

TEST_CASE("a_request_over_a_bufferevent_that_is_still_connecting_is_sent_once") {
    Base base;
    HttpServer server(base);
    bufferevent* const bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    REQUIRE(bev);
    const Address address(AF_INET, server.port());
    REQUIRE(bufferevent_socket_connect(bev, address.get(), address.size) == 0);
    HttpClient client(evhttp_connection_base_bufferevent_reuse_new(base, nullptr, bev));
    client.make("/");
    CHECK(client.has(1));
    settle(base);
    CHECK(client.results == Results{"200 ok"});
    CHECK(server.requests == 1);
}
