// SPDX-License-Identifier: BSD-3-Clause
// What a server listens on, and the bufferevents of its connections.
#include <event2/event_compat.h>
#include <event2/http_compat.h>
#include <event2/listener.h>
#include <sys/un.h>

#include "server_support.h"

using namespace evlet_test;

namespace {

using Sockets = std::vector<evhttp_bound_socket*>;

Sockets sockets_of(evhttp* server) {
    Sockets sockets;
    evhttp_foreach_bound_socket(
        server,
        [](evhttp_bound_socket* bound, void* argument) {
            static_cast<Sockets*>(argument)->push_back(bound);
        },
        &sockets);
    return sockets;
}

int port_of(evhttp_bound_socket* bound) {
    REQUIRE(bound);
    return local_address(evhttp_bound_socket_get_fd(bound)).port();
}

Fd listening_socket() {
    Fd fd = bound_socket(AF_INET);
    REQUIRE(listen(fd, 8) == 0);
    return fd;
}

bool is_refused(int port) {
    const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Address address(AF_INET, port);
    return connect(fd, address.get(), address.size) < 0 && errno == ECONNREFUSED;
}

// Makes bufferevents and counts them.
struct Maker {
    int calls = 0;
    event_base* base = nullptr;
    std::function<bufferevent*()> make;
    static bufferevent* called(event_base* base, void* argument) {
        auto& self = *static_cast<Maker*>(argument);
        ++self.calls;
        self.base = base;
        return self.make ? self.make() : bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    }
};

}  // namespace

TEST_CASE("several_sockets_serve_side_by_side_and_are_visited_one_by_one") {
    Base base;
    HttpServer server(base);
    evhttp_bound_socket* const second = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
    const int second_port = port_of(second);
    CHECK(evhttp_bind_socket(server, "127.0.0.1", 0) == 0);
    CHECK(body_of(get(base, server.port())) == "ok");
    CHECK(body_of(get(base, second_port)) == "ok");
    const Sockets all = sockets_of(server);
    REQUIRE(all.size() == 3);
    CHECK(std::count(all.begin(), all.end(), second) == 1);
    for (evhttp_bound_socket* const bound : all)
        CHECK(body_of(get(base, port_of(bound))) == "ok");
}

TEST_CASE("a_socket_that_is_removed_accepts_nothing_and_its_connections_stay") {
    Base base;
    HttpServer server(base);
    evhttp_bound_socket* const second = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
    const int port = port_of(second);
    HttpPeer peer(base, port);
    peer.send(kGet);
    REQUIRE(peer.gets("ok"));
    evhttp_del_accept_socket(server, second);
    CHECK(is_refused(port));
    peer.text.clear();
    peer.send(kGet);
    CHECK(peer.gets("ok"));
    CHECK(body_of(get(base, server.port())) == "ok");
    CHECK(sockets_of(server).size() == 1);
}

TEST_CASE("a_visit_may_remove_the_socket_it_is_given") {
    Base base;
    HttpServer server(base);
    CHECK(evhttp_bind_socket(server, "127.0.0.1", 0) == 0);
    evhttp_foreach_bound_socket(
        server,
        [](evhttp_bound_socket* bound, void* argument) {
            evhttp_del_accept_socket(*static_cast<HttpServer*>(argument), bound);
        },
        &server);
    CHECK(sockets_of(server).empty());
    CHECK(is_refused(server.port()));
    CHECK(evhttp_bind_socket(server, "127.0.0.1", 0) == 0);
    REQUIRE(sockets_of(server).size() == 1);
    CHECK(body_of(get(base, port_of(sockets_of(server)[0]))) == "ok");
}

TEST_CASE("a_socket_may_be_removed_in_a_callback_of_its_connection") {
    Base base;
    HttpServer server(base);
    server.on_request = [&](evhttp_request* request) {
        evhttp_del_accept_socket(server, sockets_of(server).at(0));
        HttpServer::reply(request, 200, "removed");
    };
    CHECK(body_of(get(base, server.port())) == "removed");
    CHECK(is_refused(server.port()));
}

TEST_CASE("an_address_that_cannot_be_had_is_refused") {
    Base base;
    HttpServer server(base);
    const Fd taken = listening_socket();
    const auto port = static_cast<ev_uint16_t>(local_address(taken).port());
    CHECK(evhttp_bind_socket(server, "127.0.0.1", port) == -1);
    CHECK(!evhttp_bind_socket_with_handle(server, "127.0.0.1", port));
    // Of the addresses for documentation (RFC 5737), which no machine has.
    CHECK(evhttp_bind_socket(server, "192.0.2.1", 0) == -1);
    CHECK(sockets_of(server).size() == 1);
    CHECK(body_of(get(base, server.port())) == "ok");
}

TEST_CASE("a_server_listens_on_ipv6_and_shows_its_peers_address") {
    if (!has_ipv6())
        return;
    Base base;
    HttpServer server(base);
    std::string address;
    server.on_request = [&](evhttp_request* request) {
        const char* text = nullptr;
        evhttp_connection_get_peer(evhttp_request_get_connection(request), &text, nullptr);
        address = text;
        HttpServer::reply(request, 200, "six");
    };
    evhttp_bound_socket* const bound = evhttp_bind_socket_with_handle(server, "::1", 0);
    HttpPeer peer(base, connect_to(Address(AF_INET6, port_of(bound))));
    peer.send(kGet);
    CHECK(peer.gets("six"));
    CHECK(address == "::1");
}

TEST_CASE("a_socket_of_the_programs_is_accepted_on_and_closed_with_the_server") {
    Base base;
    HttpServer server(base);
    const int plain = listening_socket().release();
    const int handled = listening_socket().release();
    CHECK(evhttp_accept_socket(server, plain) == 0);
    evhttp_bound_socket* const bound = evhttp_accept_socket_with_handle(server, handled);
    REQUIRE(bound);
    CHECK(evhttp_bound_socket_get_fd(bound) == handled);
    CHECK(body_of(get(base, local_address(plain).port())) == "ok");
    CHECK(body_of(get(base, local_address(handled).port())) == "ok");
    evhttp_del_accept_socket(server, bound);
    CHECK(!is_open(handled));
    CHECK(is_open(plain));
    server.free();
    CHECK(!is_open(plain));
}

TEST_CASE("a_unix_socket_is_served_and_its_peers_have_no_address") {
    NEEDS(unix_sockets);
    Base base;
    HttpServer server(base);
    std::string address = "?";
    ev_uint16_t port = 1;
    server.on_request = [&](evhttp_request* request) {
        const char* text = nullptr;
        evhttp_connection_get_peer(evhttp_request_get_connection(request), &text, &port);
        address = text;
        HttpServer::reply(request, 200, "local");
    };
    // The system chooses an abstract name for a socket that is bound to none.
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0);
    sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name.sun_family) == 0);
    REQUIRE(listen(fd, 8) == 0);
    REQUIRE(evhttp_accept_socket(server, fd) == 0);
    const Address listening = local_address(fd);
    Fd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(connect(client, listening.get(), listening.size) == 0);
    HttpPeer peer(base, std::move(client));
    peer.send(kGet);
    CHECK(peer.gets("local"));
    CHECK(address.empty());
    CHECK(port == 0);
}

TEST_CASE("a_listener_is_taken_with_new_callbacks_and_freed_with_the_server") {
    Base base;
    HttpServer server(base);
    int own_calls = 0;
    const int fd = listening_socket().release();
    evconnlistener* const listener = evconnlistener_new(
        base,
        [](evconnlistener*, evutil_socket_t, sockaddr*, int, void* calls) {
            ++*static_cast<int*>(calls);
        },
        &own_calls, LEV_OPT_CLOSE_ON_FREE, 0, fd);
    REQUIRE(listener);
    evhttp_bound_socket* const bound = evhttp_bind_listener(server, listener);
    REQUIRE(bound);
    CHECK(evhttp_bound_socket_get_listener(bound) == listener);
    CHECK(evhttp_bound_socket_get_fd(bound) == fd);
    CHECK(body_of(get(base, local_address(fd).port())) == "ok");
    CHECK(own_calls == 0);
    server.free();
    CHECK(!is_open(fd));
}

TEST_CASE("a_listener_that_is_disabled_holds_connections_back_until_it_is_enabled") {
    Base base;
    HttpServer server(base);
    evconnlistener* const listener = evhttp_bound_socket_get_listener(sockets_of(server).at(0));
    CHECK(evconnlistener_disable(listener) == 0);
    HttpPeer peer(base, server.port());
    peer.send(kGet);
    settle(base);
    CHECK(evhttp_get_connection_count(server) == 0);
    CHECK(evconnlistener_enable(listener) == 0);
    CHECK(peer.gets("ok"));
}

TEST_CASE("a_server_that_listens_on_nothing_may_be_freed") {
    Base base;
    evhttp* const server = evhttp_new(base);
    REQUIRE(server);
    CHECK(evhttp_get_connection_count(server) == 0);
    CHECK(sockets_of(server).empty());
    evhttp_free(server);
}

TEST_CASE("a_server_of_libevent_1_listens_in_the_current_base") {
    event_base* const base = event_init();
    REQUIRE(base);
    evhttp* const server = evhttp_start("127.0.0.1", 0);
    REQUIRE(server);
    evhttp_set_gencb(server, reply_with_text, const_cast<char*>("old"));
    const int port = port_of(sockets_of(server).at(0));
    CHECK(body_of(get(base, port)) == "old");
    CHECK(!evhttp_start("127.0.0.1", static_cast<ev_uint16_t>(port)));
    evhttp_free(server);
    event_base_free(base);
}

// ---- Bufferevents ----

TEST_CASE("the_program_makes_the_bufferevents_of_connections") {
    Base base;
    HttpServer server(base);
    Maker maker;
    bufferevent* made = nullptr;
    maker.make = [&] { return made = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE); };
    evhttp_set_bevcb(server, Maker::called, &maker);
    bufferevent* used = nullptr;
    server.on_request = [&](evhttp_request* request) {
        used = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
        HttpServer::reply(request, 200, "made");
    };
    CHECK(body_of(get(base, server.port())) == "made");
    CHECK(maker.calls == 1);
    CHECK(maker.base == base.get());
    CHECK(used == made);
    evhttp_set_bevcb(server, nullptr, nullptr);
    CHECK(body_of(get(base, server.port())) == "made");
    CHECK(maker.calls == 1);
}

TEST_CASE("the_maker_of_a_socket_comes_before_that_of_the_server") {
    Base base;
    HttpServer server(base);
    evhttp_bound_socket* const second = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
    Maker of_server, of_socket;
    evhttp_set_bevcb(server, Maker::called, &of_server);
    evhttp_bound_set_bevcb(second, Maker::called, &of_socket);
    CHECK(body_of(get(base, port_of(second))) == "ok");
    CHECK(of_socket.calls == 1);
    CHECK(of_server.calls == 0);
    CHECK(body_of(get(base, server.port())) == "ok");
    CHECK(of_socket.calls == 1);
    CHECK(of_server.calls == 1);
}

TEST_CASE("a_maker_that_makes_nothing_gets_a_plain_bufferevent") {
    Base base;
    HttpServer server(base);
    Maker maker;
    maker.make = [] { return nullptr; };
    evhttp_set_bevcb(server, Maker::called, &maker);
    CHECK(body_of(get(base, server.port())) == "ok");
    CHECK(maker.calls == 1);
}

TEST_CASE("a_maker_without_memory_gets_no_plain_bufferevent") {
    Base base;
    HttpServer server(base);
    Maker maker;
    maker.make = [] {
        errno = ENOMEM;
        return nullptr;
    };
    evhttp_set_bevcb(server, Maker::called, &maker);
    HttpPeer peer(base, server.port());
    CHECK(peer.ends());
    CHECK(maker.calls == 1);
}

TEST_CASE("a_maker_may_free_the_server") {
    for (const bool makes : {false, true}) {
        Base base;
        HttpServer server(base);
        const int before = lowest_free();
        Maker maker;
        maker.make = [&] {
            server.free();
            return makes ? bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE) : nullptr;
        };
        evhttp_set_bevcb(server, Maker::called, &maker);
        {
            HttpPeer peer(base, server.port());
            CHECK(peer.ends());
        }
        CHECK(maker.calls == 1);
        CHECK(lowest_free() <= before);
    }
}
